/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_USER_H
#define TOKEN_USER_H

#include "token/session.h"

/*
 * Logging in and out, and changing the PIN, for Cryptoki. The rules are in reader/login.h. Errors
 * of that file become their CKR_ codes (rv_of), but a PIN of the wrong length or with wrong
 * characters is CKR_PIN_INCORRECT.
 */

/* Log the user in: all sessions with the token become user sessions. */
CK_RV user_login(struct session *session, const CK_BYTE *pin, CK_ULONG length);

/*
 * The CKR_ code with which a login as security officer is refused, since the card has none:
 * CKR_USER_ANOTHER_ALREADY_LOGGED_IN, CKR_SESSION_READ_ONLY_EXISTS, CKR_USER_TYPE_INVALID.
 */
CK_RV user_login_officer(const struct session *session);

/*
 * A context-specific login: a PIN for the one signature that the session has begun.
 * CKR_OPERATION_NOT_INITIALIZED if there is none, or the login is lost.
 */
CK_RV user_login_context(struct session *session, const CK_BYTE *pin, CK_ULONG length);

CK_RV user_logout(struct session *session);

CK_RV user_set_pin(struct session *session, const CK_BYTE *old_pin, CK_ULONG old_length,
    const CK_BYTE *new_pin, CK_ULONG new_length);

#endif
