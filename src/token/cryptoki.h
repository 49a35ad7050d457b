/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_CRYPTOKI_H
#define TOKEN_CRYPTOKI_H

/*
 * The Cryptoki declarations, for this layer and the one above. All C_ functions are exported,
 * everything else is hidden.
 */
#pragma GCC visibility push(default)
#include "pkcs11-3.h"
#pragma GCC visibility pop

#endif
