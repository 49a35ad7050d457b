/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_ATTEMPT_H
#define READER_ATTEMPT_H

#include "reader/reader.h"
#include "reader/refusal.h"

/*
 * One PIN that a person gave, on its way to the card. PIN rules 1 to 4 (login.h) hold whatever the
 * PIN is for. The code that makes the transaction calls these functions in this order, and holds
 * the reader's lock.
 */

/* A PIN as it was given: `length` bytes of UTF-8, and the time, taken before any wait. */
struct given_pin {
	const uint8_t *bytes;
	size_t length;
	uint64_t at; /* clock_now_ms */
};

/*
 * A PIN on its way to the card. The caller sets `reader`, `role`, `new_pin` and `in_login`;
 * attempt_make sets the rest.
 */
struct attempt {
	struct reader *reader;
	enum jpki_role role;
	struct key *key; /* NULL: there is none, as for JPKI_ATTRIBUTES */
	struct jpki_pin *pin;
	struct refused given;		/* the same PIN, as refusal.h takes it */
	const struct jpki_pin *new_pin; /* to change it to; NULL: to log in */
	bool in_login; /* do not send it once the login that existed when it was given has ended */
	bool sent;     /* the card has seen it */
};

/* From now on, spare the last try (true) or use it (false). Any thread, without a lock. */
void attempt_spare_last_try(bool spare);

/*
 * Check the PIN before any card is asked. JPKI_OK; JPKI_ERR_PIN_LENGTH or JPKI_ERR_PIN_CHARACTER if
 * no card could accept it; JPKI_ERR_CANCELLED if the caller was told a moment ago that it is wrong
 * (refusal_is_recent); JPKI_ERR_MEMORY. Whatever it returns, attempt_end follows.
 */
int attempt_make(struct attempt *attempt, const struct given_pin *given);

/*
 * May it be sent? In a transaction that has selected its application, of the card that is known.
 * JPKI_OK; JPKI_ERR_PIN_BLOCKED if no try is left; JPKI_ERR_LAST_TRY; JPKI_ERR_PIN_REFUSED if the
 * card has refused it before; otherwise the errors of jpki_card_tries, JPKI_ERR_STATUS in place of
 * JPKI_ERR_NOT_VERIFIED.
 */
int attempt_may_send(struct attempt *attempt);

/*
 * Send it, once. From then on the card counts as unlocked (lock_about_to_unlock), unless the key
 * was locked before and the card refuses the PIN. JPKI_OK; JPKI_ERR_PIN_WRONG, JPKI_ERR_PIN_BLOCKED
 * also if this PIN has blocked it; otherwise the errors of jpki_card_verify or
 * jpki_card_change_pin, JPKI_ERR_STATUS in place of JPKI_ERR_NOT_VERIFIED. Sets reader->last_try.
 */
int attempt_send(struct attempt *attempt);

/* End the attempt, whose result was `result`: records that, and frees the PIN. */
void attempt_end(struct attempt *attempt, int result);

#endif
