/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FUZZ_GOOD_TOKEN_H
#define FUZZ_GOOD_TOKEN_H

#include "../common/pkcs11_calls.h"
#include "good_card.h"

/* The good card in the reader of transport.h, as the module has it. */

/* Once, before anything else: the good card's files; transactions do not linger. */
void good_token_prepare(void);

/* Put it into the reader, so that the module looks at once. `card` answers until it is removed. */
void good_token_insert(struct good_card *card);

/* C_Login by a person who gives that PIN for that role, and takes it back after the call. */
CK_RV good_token_login(
    CK_SESSION_HANDLE session, enum jpki_role role, CK_USER_TYPE user, const char *pin);

#endif
