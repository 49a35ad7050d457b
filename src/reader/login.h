/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_LOGIN_H
#define READER_LOGIN_H

#include "reader/attempt.h"
#include "reader/lock.h"
#include "reader/reader.h"

/*
 * The PIN rules, first part: how a PIN that a person gave comes to the card (the second is lock.h).
 *
 * 1. One PIN given is at most one VERIFY with it, whichever function brings it.
 * 2. What the card has refused is not sent to it again (refusal.h): JPKI_ERR_PIN_REFUSED; at once
 *    after it was refused, JPKI_ERR_CANCELLED, for a program that would go on by itself.
 * 3. What cannot be right is not sent: JPKI_ERR_PIN_LENGTH, JPKI_ERR_PIN_CHARACTER.
 * 4. It is sent in a transaction that begins with selecting the application, to the card that was
 *    seen last.
 * 5. A PIN without tries is not tried: JPKI_ERR_PIN_BLOCKED. What the card says of it decides, and
 *    recently.
 *    With one try left it may be that none is to be sent: JPKI_ERR_LAST_TRY.
 * 6. Nothing keeps a PIN (but refusal.h a keyed digest of a wrong one).
 *
 * What of it is the same for the PIN of the attributes is in attempt.h.
 *
 * The functions return JPKI_OK, one of these, JPKI_ERR_PIN_WRONG if the card compared the PIN and
 * refused it, or what happened on the way. The caller holds the reader's lock.
 */

/*
 * Log in. The certificate is read with it. JPKI_ERR_LOGGED_IN while a login lasts that is of use;
 * one whose window has passed is renewed.
 */
int login_user(struct reader *reader, enum jpki_role role, const struct given_pin *pin);

/*
 * Log in and begin a signature that the PIN is good for, also where each needs one of its own. To
 * be ended by lock_end_signature and login_end.
 */
int login_user_to_sign(struct reader *reader, enum jpki_role role, const struct given_pin *pin,
    struct authorisation *authorisation);

/* A PIN for one signature, and for that alone. JPKI_ERR_RESET if the login was found lost. */
int login_signature(struct reader *reader, enum jpki_role role, const struct given_pin *pin,
    struct authorisation *authorisation);

/* Log out, and lock the card unless others are logged in. */
void login_end(struct reader *reader, enum jpki_role role);

/*
 * Change the PIN: the rules for the new one first, then the card. A card that was locked is locked
 * again, and so is one that was not if the change failed after a PIN was sent, a wrong old one too.
 * *of_new tells whether JPKI_ERR_PIN_LENGTH or JPKI_ERR_PIN_CHARACTER is about the new one.
 */
int login_change_pin(struct reader *reader, enum jpki_role role, const struct given_pin *old,
    const struct given_pin *new_pin, bool *of_new);

#endif
