/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_RV_H
#define TOKEN_RV_H

#include "token/cryptoki.h"

/*
 * What an error of the card layer is called in Cryptoki, for a call that has a session. The
 * only place that decides it.
 */
CK_RV rv_of(int error);

#endif
