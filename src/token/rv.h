/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_RV_H
#define TOKEN_RV_H

#include "token/cryptoki.h"

/*
 * What an error of the card layer is called in Cryptoki, for a call that has a session. The
 * only place that decides it; the log is told of both.
 */
CK_RV rv_of(int error);

/* "CKR_OK", ...; the string is constant. */
const char *rv_name(CK_RV rv);

#endif
