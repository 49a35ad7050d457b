/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_LOGIN_H
#define TOKEN_LOGIN_H

#include "token/session.h"

/*
 * The PIN rules, first part: how a PIN that a person gave comes to the card (the second is lock.h).
 * One PIN given is at most one VERIFY with it, in a transaction that begins with selecting the
 * application; what cannot be right is not sent; a PIN without tries is not tried, nor again at
 * once one that was refused; nothing keeps a PIN (but refusal.h a keyed digest of a wrong one).
 */

/* Log the user in: all sessions with the token become user sessions. */
CK_RV login_user(struct session *session, const CK_BYTE *pin, CK_ULONG length);

/* Why nobody logs in as security officer, whom the card does not have. */
CK_RV login_officer(const struct session *session);

/* A PIN for the signature that the session has begun, and for that alone. */
CK_RV login_context(struct session *session, const CK_BYTE *pin, CK_ULONG length);

/* The signature goes on: its PIN is not given up for taking too long. */
void login_keep_context(struct session *session);

/* Log out and lock the card. */
CK_RV login_end(struct session *session);

/*
 * Change the PIN: the rules for the new one first, then the card. A card that was locked is locked
 * again, and so is one that was not if the change failed after a PIN was sent, a wrong old one too:
 * that logs out the other token.
 */
CK_RV login_set_pin(struct session *session, const CK_BYTE *old_pin, CK_ULONG old_length,
    const CK_BYTE *new_pin, CK_ULONG new_length);

#endif
