/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_USER_H
#define TOKEN_USER_H

#include "token/session.h"

/* Logging in and out, and changing the PIN, as Cryptoki has it. The rules are in reader/login.h. */

/* Log the user in: all sessions with the token become user sessions. */
CK_RV user_login(struct session *session, const CK_BYTE *pin, CK_ULONG length);

/* Why nobody logs in as security officer, whom the card does not have. */
CK_RV user_login_officer(const struct session *session);

/* A PIN for the signature that the session has begun, and for that alone. */
CK_RV user_login_context(struct session *session, const CK_BYTE *pin, CK_ULONG length);

CK_RV user_logout(struct session *session);

CK_RV user_set_pin(struct session *session, const CK_BYTE *old_pin, CK_ULONG old_length,
    const CK_BYTE *new_pin, CK_ULONG new_length);

#endif
