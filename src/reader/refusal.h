/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_REFUSAL_H
#define READER_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jpki/pin.h>

/*
 * The PINs that were refused. A string that a card has refused is not sent to it again while it
 * stays in: programs whose PIN comes from a field, an option or a file give it again for as long as
 * they hear that it is wrong, at each address of a server, or in each of their workers, and would
 * spend all tries. Only a count of tries that has gone up tells that the PIN was verified or
 * changed since.
 *
 * Known for the card, and past the end of the library, to all copies of this code in a process and
 * to the children that it forks afterwards; kept in memory alone, as digests with a key that is
 * made at the first start. Times are clock_now_ms. All functions may be called by any thread.
 */

/* Nobody types a PIN again within that, in ms. */
#define REFUSAL_MS 500

/* Make the key, unless there is one; false if there is no memory or nothing random. */
bool refusal_start(void);

/* A PIN as it was given to the card in one of its insertions, or would have been. */
struct refused {
	uint64_t insertion;
	enum jpki_role role;
	const uint8_t *bytes;
	size_t length;
};

/* This was called wrong, now, before the card saw it. */
void refusal_note(const struct refused *refused);
/* The card refused it, and has `tries` left. */
void refusal_note_card(const struct refused *refused, unsigned tries);
/*
 * The card may have refused it, its answer was lost: it has `tries` left if so. Nobody has called
 * it wrong. What the card counts next says whether it has.
 */
void refusal_note_lost(const struct refused *refused, unsigned tries);
void refusal_settle(uint64_t insertion, enum jpki_role role, unsigned tries);

/* Was it called wrong less than REFUSAL_MS before it was given, at `given_at`? Waiting for a busy
 * card is no typing. */
bool refusal_is_recent(const struct refused *refused, uint64_t given_at);

/* Has the card refused it ever? */
bool refusal_is_known(const struct refused *refused);
/* ... and, with `tries` left now, would refuse it again, for all that can be seen? */
bool refusal_holds(const struct refused *refused, unsigned tries);

/*
 * A PIN was verified: what the card refused before may be right now. That it was called wrong a
 * moment ago is still so.
 */
void refusal_forget(uint64_t insertion, enum jpki_role role);

/* This is the PIN from now on, whatever was said of it. */
void refusal_take_back(const struct refused *refused);

#endif
