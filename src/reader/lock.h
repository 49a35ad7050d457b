/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_LOCK_H
#define READER_LOCK_H

#include "reader/reader.h"

/*
 * The PIN rules, second part: what is unlocked, for whom, and until when (the first is login.h).
 * What a person sees as a login, and what the card has verified, are kept apart in struct key; no
 * login is ever made again without a person.
 */

/*
 * What one signature may rest on: that the key was unlocked for it in time. Kept beside the
 * operation that it is for; all zero while there is none.
 */
struct authorisation {
	uint64_t unlocked; /* the unlocking that it is good for; 0: none */
	uint64_t until;	   /* given up then, clock_now_ms */
	bool own_pin;	   /* it has had a PIN of its own: the card is locked after it */
};

/*
 * A signature begins. If the key is open for it now it may take its time, ten minutes at most. To
 * be ended by lock_end_signature.
 */
void lock_begin_signature(
    struct reader *reader, enum jpki_role role, struct authorisation *authorisation);

/* It has had a PIN of its own. */
void lock_authenticate_signature(
    struct reader *reader, enum jpki_role role, struct authorisation *authorisation);

/* It is made, or given up. Locks the card if it had a PIN of its own. */
void lock_end_signature(
    struct reader *reader, enum jpki_role role, struct authorisation *authorisation);

/*
 * Have the window last for so long from now, unless it lasts longer already: for what a person has
 * asked for in one go. False if there is no login, or no window.
 */
bool lock_stay_open(struct reader *reader, enum jpki_role role, uint64_t ms);

/* May it be made now, as far as the PIN goes? */
bool lock_authorises(
    const struct reader *reader, enum jpki_role role, const struct authorisation *authorisation);

/*
 * Is somebody logged in, as a program is to see it? A login with a key for signatures is remembered
 * after its window, but is no longer one to see: so that the program asks for the password again.
 * It is for a moment after a signature with a PIN of its own.
 */
bool lock_shows_login(const struct reader *reader, enum jpki_role role);

/* Is a login of no use until the password is given again? */
bool lock_wants_login(const struct reader *reader, enum jpki_role role);

/*
 * The card is about to verify a PIN for us, in the transaction under way: take part in the sharing
 * of logins (share_join), then see to it that the card is locked if this process is killed. With
 * the PIN of the attributes nobody shares, and lock_card is to follow in the same transaction.
 */
enum share_joined lock_join(struct reader *reader, enum jpki_role role);
void lock_about_to_unlock(struct reader *reader, enum jpki_role role);

/*
 * What of ours a key was unlocked for is over. The card is locked, unless others are logged in:
 * then it is theirs. After a PIN that the card refused, `unlocked` of the key taken back, only a
 * card that others have left open is locked.
 */
void lock_release(struct reader *reader, enum jpki_role role);

/* The same for all that is open. */
void lock_release_all(struct reader *reader);

/*
 * Cut the card's power: no PIN is verified after it, for anybody. Ends the logins that mean that
 * the card has verified the PIN.
 */
void lock_card(struct reader *reader);

/* Lock the card if a key for signatures is open and its time is up. */
void lock_expire(struct reader *reader);

/* When will it be (clock_now_ms)? 0: nothing is open that has its time. */
uint64_t lock_open_until(const struct reader *reader);
/* The guard knows it too. */
void lock_tell_guard(struct reader *reader);

/*
 * Others reset the card: the login is lost, as far as programs see. What we have unlocked may have
 * outlived a warm reset (card-facts: security status, B), so it is locked for certain.
 */
void lock_was_reset(struct reader *reader);

/* End a login: what came with it is gone. Does not touch the card. */
void lock_forget_login(struct reader *reader, enum jpki_role role);

#endif
