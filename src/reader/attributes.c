/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/attributes.h"

#include <string.h>

#include "base/log.h"
#include "card/status.h"
#include "reader/contents.h"
#include "reader/lock.h"
#include "reader/transaction.h"

/*
 * Select JPKI again after work in another application. An error of that work (`result`) comes
 * first.
 */
static int
select_jpki(struct reader *reader, int result)
{
	bool done;
	int rv = jpki_card_select(reader->card, &done);

	return result == JPKI_OK ? rv : result;
}

/*
 * Does the card answer that the PIN is verified, in place of a count of tries
 * (F-VERIFY-EMPTY-VERIFIED)? Then another program has left the PIN verified, and the count is
 * hidden until the card is locked.
 */
static bool
is_left_open(const struct reader *reader)
{
	const struct tries *tries = &reader->tries[JPKI_ATTRIBUTES];

	return tries->known && !tries->counted;
}

/* ---------------------------------------------------------------- with the PIN */

static int
select_attributes(struct reader *reader)
{
	int rv = transaction_confirm_card(reader);

	return rv == JPKI_OK ? jpki_card_select_attributes(reader->card) : rv;
}

static int
give_pin_and_read(struct attempt *attempt, struct jpki_attributes *attributes)
{
	int rv = attempt_may_send(attempt);

	if (rv == JPKI_OK && is_left_open(attempt->reader))
		return JPKI_ERR_STATUS;
	if (rv == JPKI_OK)
		rv = attempt_send(attempt);
	if (rv != JPKI_OK)
		return rv;
	rv = jpki_card_read_attributes(attempt->reader->card, attributes);
	log_line(LOG_INFO, "attributes: %s", jpki_strerror(rv));
	if (rv != JPKI_ERR_NOT_VERIFIED)
		return rv;
	/* it was verified just now */
	return status_tell(attempt->reader->card, rv, JPKI_ERR_STATUS);
}

static int
work(struct attempt *attempt, struct jpki_attributes *attributes)
{
	int rv = select_attributes(attempt->reader);

	if (rv != JPKI_OK)
		return rv;
	rv = give_pin_and_read(attempt, attributes);
	/*
	 * the application was just selected, so NOT_FOUND means that the card has lost its power
	 * unnoticed
	 */
	return rv == JPKI_ERR_NOT_FOUND ? status_tell(attempt->reader->card, rv, JPKI_ERR_RESET)
					: rv;
}

static int
in_transaction(struct attempt *attempt, struct jpki_attributes *attributes)
{
	struct reader *reader = attempt->reader;
	int rv = transaction_begin(reader, JPKI_BEGIN_SELECT, PATIENCE_PERSON);

	if (rv != JPKI_OK)
		return rv;
	rv = work(attempt, attributes);
	if (attempt->sent || is_left_open(reader))
		lock_card(reader);
	else {
		rv = select_jpki(reader, rv);
		lock_release_all(reader);
	}
	return transaction_end(reader, rv);
}

int
attributes_read(
    struct reader *reader, const struct given_pin *pin, struct jpki_attributes *attributes)
{
	struct attempt attempt = {.reader = reader, .role = JPKI_ATTRIBUTES};
	int rv = attempt_make(&attempt, pin);

	if (rv == JPKI_OK)
		rv = in_transaction(&attempt, attributes);
	/* in_transaction has locked the card: its tries can be counted now */
	if (rv == JPKI_ERR_STATUS && !attempt.sent && is_left_open(reader))
		rv = in_transaction(&attempt, attributes);
	attempt_end(&attempt, rv);
	if (rv != JPKI_OK) /* an error may have come after they were read */
		explicit_bzero(attributes, sizeof(*attributes));
	return rv;
}

/* ---------------------------------------------------------------- without a PIN */

/* JPKI must be selected to confirm the card, unless the card was confirmed just now. */
static int
confirm_card(struct reader *reader)
{
	int rv = reader->same_card ? JPKI_OK : select_jpki(reader, JPKI_OK);

	return rv == JPKI_OK ? transaction_confirm_card(reader) : rv;
}

static int
ask(struct reader *reader, int (*what)(struct reader *reader))
{
	int rv;

	if (reader_is_unlocked(reader))
		return JPKI_ERR_LOGGED_IN;
	rv = transaction_begin(reader, JPKI_BEGIN_ONLY, PATIENCE_FIRST);
	if (rv != JPKI_OK)
		return rv;
	rv = confirm_card(reader);
	if (rv == JPKI_OK)
		rv = what(reader);
	if (jpki_card_in_transaction(reader->card))
		rv = select_jpki(reader, rv);
	return transaction_end(reader, rv);
}

static int
ask_tries(struct reader *reader)
{
	bool done;
	int rv = jpki_card_select(reader->card, &done);

	if (rv == JPKI_OK)
		rv = jpki_card_select_attributes(reader->card);
	if (rv == JPKI_OK)
		rv = contents_ask_tries(reader, JPKI_ATTRIBUTES, true);
	if (rv == JPKI_OK && is_left_open(reader))
		lock_card(reader);
	return rv;
}

/* Ask for the tries. A card that did not count them has been locked: ask once more. */
static int
ask_counted(struct reader *reader)
{
	int rv = ask(reader, ask_tries);

	if (rv == JPKI_OK && is_left_open(reader))
		rv = ask(reader, ask_tries);
	return rv == JPKI_OK && is_left_open(reader) ? JPKI_ERR_STATUS : rv;
}

int
attributes_tries(struct reader *reader, unsigned *tries)
{
	const struct tries *known = &reader->tries[JPKI_ATTRIBUTES];
	int rv = JPKI_OK;

	/*
	 * while a key is unlocked, nobody is about to be asked for this PIN: no need to ask the
	 * card
	 */
	if (!contents_shows_tries(reader, JPKI_ATTRIBUTES) &&
	    !(known->known && reader_is_unlocked(reader)))
		rv = ask_counted(reader);
	if (rv == JPKI_OK)
		*tries = known->left;
	return rv;
}

static int
read_number(struct reader *reader)
{
	int rv = jpki_card_select_number(reader->card);

	return rv == JPKI_OK ? jpki_card_read_number(reader->card, reader->number) : rv;
}

int
attributes_number(struct reader *reader, char number[JPKI_MANUFACTURE_NUMBER_SIZE])
{
	int rv = reader->number[0] == '\0' ? ask(reader, read_number) : JPKI_OK;

	if (rv == JPKI_OK)
		memcpy(number, reader->number, JPKI_MANUFACTURE_NUMBER_SIZE);
	return rv;
}
