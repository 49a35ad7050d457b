/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_LOCK_H
#define READER_LOCK_H

#include "reader/reader.h"

/*
 * What is unlocked, for whom, and until when: PIN rules 6 to 8 (SECURITY.md; the others are in
 * login.h). struct key keeps apart the login that a person sees and what the card has verified. A
 * login is never renewed without the person.
 */

/*
 * The right to make one signature, because the key was unlocked for it in time. Kept beside the
 * signing operation; all zero while there is none.
 */
struct authorisation {
	uint64_t unlocked; /* which unlocking it is from; 0: none */
	uint64_t until;	   /* it is void from then on, clock_now_ms */
	bool own_pin;	   /* it had a context-specific login: the card is locked after it */
};

/*
 * A signature begins. If the key is open now, it stays open for this signature, for ten minutes at
 * most. lock_end_signature has to follow.
 */
void lock_begin_signature(
    struct reader *reader, enum jpki_role role, struct authorisation *authorisation);

/* The signature had a context-specific login: the key is open for it, for ten minutes at most. */
void lock_authenticate_signature(
    struct reader *reader, enum jpki_role role, struct authorisation *authorisation);

/* The signature is made, or given up. Locks the card if it had a context-specific login. */
void lock_end_signature(
    struct reader *reader, enum jpki_role role, struct authorisation *authorisation);

/*
 * Extend the window to `ms` from now, unless it lasts longer already, for several signatures that a
 * person has asked for at once. False if there is no login, or no window.
 */
bool lock_stay_open(struct reader *reader, enum jpki_role role, uint64_t ms);

/* Does a PIN cover this signature now? */
bool lock_authorises(
    const struct reader *reader, enum jpki_role role, const struct authorisation *authorisation);

/*
 * Is somebody logged in, as programs see it? A login with the signature key is remembered after its
 * window has passed, but not shown, so that the program asks for the password again. After a
 * signature with a context-specific login it is shown for a moment more.
 */
bool lock_shows_login(const struct reader *reader, enum jpki_role role);

/* Is there a login that is of no use until the password is given again? */
bool lock_wants_login(const struct reader *reader, enum jpki_role role);

/*
 * The card is about to verify a PIN for us, in the transaction under way: lock_join joins the share
 * of the user's programs (share_join), then lock_about_to_unlock starts the guard, in case this
 * process is killed. The PIN of the attributes is not shared: the caller calls lock_card in the
 * same transaction.
 */
enum share_joined lock_join(struct reader *reader, enum jpki_role role);
void lock_about_to_unlock(struct reader *reader, enum jpki_role role);

/*
 * We do not need the key unlocked any more. Locks the card, unless other programs are logged in:
 * the last of them will lock it. After a PIN that the card refused (the key's `unlocked` has been
 * reset), locks only a card that others have left open.
 */
void lock_release(struct reader *reader, enum jpki_role role);

/* lock_release for each key that is unlocked. */
void lock_release_all(struct reader *reader);

/*
 * Cut the card's power: after that no PIN is verified, for any program. Ends the logins that need a
 * verified PIN.
 */
void lock_card(struct reader *reader);

/* Lock the card if the signature key is open and its time is over. */
void lock_expire(struct reader *reader);

/*
 * When lock_expire has to lock something next (clock_now_ms); 0: nothing is open for a limited
 * time.
 */
uint64_t lock_open_until(const struct reader *reader);
/* Tell the guard that moment. */
void lock_tell_guard(struct reader *reader);

/*
 * Others have reset the card: the login counts as lost. What we have unlocked may have outlived a
 * warm reset (F-STAYS-VERIFIED), so the card is locked to be certain.
 */
void lock_was_reset(struct reader *reader);

/* End a login, and forget what was read because of it. Does not touch the card. */
void lock_forget_login(struct reader *reader, enum jpki_role role);

#endif
