/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_REFUSAL_H
#define READER_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jpki/pin.h>

/*
 * The PINs that were refused (PIN rule 1). A string that a card has refused is not sent to it again
 * while it stays in. Programs that take the PIN from a field, an option or a file give it again
 * after each refusal, for each address of a server, or in each of their workers, and would spend
 * all tries. Only a count of tries that has gone up shows that the PIN was verified or changed
 * since.
 *
 * Refusals are stored for each insertion of a card, and outlast the stop of the library. All copies
 * of this code in a process share them, and so do the children that it forks afterwards. They are
 * kept in memory only, as digests with a key that is made at the first start. Times are
 * clock_now_ms. All functions may be called by any thread.
 */

/* A person needs longer than this to type a PIN again, in ms. */
#define REFUSAL_MS 500

/* Make the key, unless there is one. False if there is no memory, or no random bytes. */
bool refusal_start(void);

/* A PIN that was given for the card of an insertion, whether it was sent or not. */
struct refused {
	uint64_t insertion;
	enum jpki_role role;
	const uint8_t *bytes;
	size_t length;
};

/* Note that the caller is told now that this PIN is wrong. */
void refusal_note(const struct refused *refused);
/* Note that the card has refused it, and has `tries` left. */
void refusal_note_card(const struct refused *refused, unsigned tries);
/*
 * Note that the card may have refused it: its answer was lost. If it has refused it, `tries` are
 * left. Call refusal_settle with the card's next count of tries, which decides it.
 */
void refusal_note_lost(const struct refused *refused, unsigned tries);
void refusal_settle(uint64_t insertion, enum jpki_role role, unsigned tries);

/*
 * Was the caller told that it is wrong less than REFUSAL_MS before `given_at`, when it was given
 * again? The time that is waited for a busy card does not count.
 */
bool refusal_is_recent(const struct refused *refused, uint64_t given_at);

/* Has the card refused it since the PIN was last verified? */
bool refusal_is_known(const struct refused *refused);
/*
 * Has the card refused it, and does `tries`, the count of tries left now, show that it would do so
 * again?
 */
bool refusal_holds(const struct refused *refused, unsigned tries);

/*
 * A PIN was verified: forget what the card has refused before, since one of those may be right now.
 * refusal_is_recent still knows it.
 */
void refusal_forget(uint64_t insertion, enum jpki_role role);

/* Forget all that was noted of this PIN: it has become the PIN of the card. */
void refusal_take_back(const struct refused *refused);

#endif
