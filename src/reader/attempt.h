/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_ATTEMPT_H
#define READER_ATTEMPT_H

#include "reader/reader.h"
#include "reader/refusal.h"

/*
 * One PIN that a person gave, on its way to the card: what of the rules for PINs (login.h) holds
 * whatever it is for. Who makes the transaction calls these in their order; the caller holds the
 * reader's lock.
 */

/* A PIN as it was given: `length` bytes of UTF-8, and when, before anything was waited for. */
struct given_pin {
	const uint8_t *bytes;
	size_t length;
	uint64_t at; /* clock_now_ms */
};

/* A PIN on its way to the card, and what it is for: `reader`, `role` and more are set before. */
struct attempt {
	struct reader *reader;
	enum jpki_role role;
	struct key *key; /* NULL: there is none, as for JPKI_ATTRIBUTES */
	struct jpki_pin *pin;
	struct refused given;		/* as refusal.h knows it */
	const struct jpki_pin *new_pin; /* to change it to; NULL: to log in */
	bool in_login; /* only while the login lasts that there was when it was given */
	bool sent;     /* the card has seen it */
};

/* Is the last try to be spared from now on? Any thread, without a lock. */
void attempt_spare_last_try(bool spare);

/* Look at the PIN. Whatever comes of it, attempt_end follows. */
int attempt_make(struct attempt *attempt, const struct given_pin *given);

/*
 * May it be sent? In a transaction that has selected its application, of the card that is known.
 * JPKI_ERR_PIN_BLOCKED, JPKI_ERR_PIN_REFUSED, JPKI_ERR_LAST_TRY.
 */
int attempt_may_send(struct attempt *attempt);

/*
 * Send it, once. The card counts as unlocked from then on (lock_about_to_unlock), unless it says
 * that it refused the PIN of a key that was locked.
 */
int attempt_send(struct attempt *attempt);

/* It is over, and this came of it. */
void attempt_end(struct attempt *attempt, int result);

#endif
