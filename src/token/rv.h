/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_RV_H
#define TOKEN_RV_H

#include "token/cryptoki.h"

/*
 * The CKR_ code for an error of the layers below, by the table of errors (base/errors.h). Logs
 * both, and who reports the error.
 */
CK_RV rv_of(int error);
/* Like rv_of, but with `rv` in place of the table's code, for a call that has a more exact one. */
CK_RV rv_of_as(int error, CK_RV rv);

/*
 * Log `rv` and why a call is refused: because of its arguments, the state of the token, or a
 * setting, not because of an error of the layers below. Returns `rv`.
 */
__attribute__((format(printf, 2, 3))) CK_RV rv_because(CK_RV rv, const char *format, ...);

/* "CKR_OK", ...; the string is constant. */
const char *rv_name(CK_RV rv);

#endif
