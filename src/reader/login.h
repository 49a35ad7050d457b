/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_LOGIN_H
#define READER_LOGIN_H

#include "reader/attempt.h"
#include "reader/lock.h"
#include "reader/reader.h"

/*
 * Logins and PIN changes, by PIN rules 1 to 5 (SECURITY.md). attempt.h has the part that they share
 * with the PIN of the attributes, lock.h what becomes unlocked.
 *
 * A PIN that a rule forbids is not sent, and the function returns:
 *
 * PIN rule 1: JPKI_ERR_PIN_REFUSED, the card has refused it before (refusal.h); JPKI_ERR_CANCELLED
 *    if that was a moment ago, to stop programs that retry by themselves.
 * PIN rule 2: JPKI_ERR_PIN_LENGTH, JPKI_ERR_PIN_CHARACTER.
 * PIN rule 3: JPKI_ERR_NO_CARD, this is another card than the one that was seen.
 * PIN rule 4: JPKI_ERR_PIN_BLOCKED; what the card itself has said in the last seconds decides. With
 *    one try left JPKI_ERR_LAST_TRY, if the last try is to be spared.
 *
 * PIN rule 5: no PIN is kept; refusal.h keeps a keyed digest of a wrong one.
 *
 * The functions return JPKI_OK, one of these, JPKI_ERR_PIN_WRONG if the card compared the PIN and
 * refused it, or another error of the card or the way to it. The caller holds the reader's lock.
 */

/*
 * Log in, and read the certificate in the same transaction. JPKI_ERR_LOGGED_IN if there is a login;
 * one whose window has passed is renewed.
 */
int login_user(struct reader *reader, enum jpki_role role, const struct given_pin *pin);

/*
 * Log in and begin a signature, which the PIN covers even with a window of 0. lock_end_signature
 * and login_end have to follow.
 */
int login_user_to_sign(struct reader *reader, enum jpki_role role, const struct given_pin *pin,
    struct authorisation *authorisation);

/* A context-specific login: a PIN for one signature. JPKI_ERR_RESET if the login was lost. */
int login_signature(struct reader *reader, enum jpki_role role, const struct given_pin *pin,
    struct authorisation *authorisation);

/* Log out, and lock the card unless others are logged in. */
void login_end(struct reader *reader, enum jpki_role role);

/*
 * Change the PIN: the rules for the new one first, then the card. The card is locked afterwards if
 * it was locked before, and also if the change failed after a PIN was sent, even a wrong old one.
 * *of_new tells whether JPKI_ERR_PIN_LENGTH or JPKI_ERR_PIN_CHARACTER is about the new one.
 */
int login_change_pin(struct reader *reader, enum jpki_role role, const struct given_pin *old,
    const struct given_pin *new_pin, bool *of_new);

#endif
