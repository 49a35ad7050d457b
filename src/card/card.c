/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "card/apdu.h"
#include "card/credential.h"
#include "card/state.h"
#include "card/status.h"

int
jpki_card_new(struct jpki_service *service, const char *reader, struct jpki_card **out)
{
	struct jpki_card *card;

	if (strlen(reader) >= sizeof(card->reader))
		return JPKI_ERR_ARGUMENT;
	card = calloc(1, sizeof(*card));
	if (card == NULL)
		return JPKI_ERR_MEMORY;
	card->service = service;
	strcpy(card->reader, reader);
	*out = card;
	return JPKI_OK;
}

void
jpki_card_free(struct jpki_card **card)
{
	if (*card == NULL)
		return;
	(void)jpki_card_disconnect(*card, false, -1);
	free(*card);
	*card = NULL;
}

int
jpki_card_disconnect(struct jpki_card *card, bool power_off, int held)
{
	card->in_transaction = card->guarded = false;
	card->selected = card->selected_in_transaction = APPLICATION_NONE;
	return jpki_transport.close(&card->connection, power_off, held);
}

void
jpki_card_guard(struct jpki_card *card, const char *share, uint32_t events)
{
	if (card->connection == NULL)
		return;
	jpki_transport.guard(card->connection, share, events);
	card->guarded = true;
}

bool
jpki_card_is_guarded(const struct jpki_card *card)
{
	return card->guarded;
}

void
jpki_card_guard_until(struct jpki_card *card, uint64_t moment)
{
	if (card->connection != NULL)
		jpki_transport.guard_until(card->connection, moment);
}

bool
jpki_card_connected(const struct jpki_card *card)
{
	return card->connection != NULL;
}

bool
jpki_card_in_transaction(const struct jpki_card *card)
{
	return card->in_transaction;
}

int
jpki_card_check(struct jpki_card *card)
{
	return card->connection == NULL ? JPKI_OK : jpki_transport.check(card->connection);
}

void
jpki_card_try_long(struct jpki_card *card, bool allowed)
{
	card->try_long = allowed;
}

static uint8_t
habit_of(enum known known)
{
	switch (known) {
	case YES:
	case LIKELY:
		return JPKI_HABIT_YES;
	case NO:
		return JPKI_HABIT_NO;
	default:
		return JPKI_HABIT_UNKNOWN;
	}
}

void
jpki_card_habits(const struct jpki_card *card, struct jpki_habits *habits)
{
	const struct forms *forms = &card->forms[APPLICATION_JPKI];

	*habits = (struct jpki_habits){
	    .short_read = habit_of(forms->short_read),
	    .short_pin = habit_of(forms->short_pin),
	    .short_sign = habit_of(forms->short_sign),
	    .small_reads = habit_of(card->small_reads),
	    .long_read = habit_of(card->long_read),
	};
}

static void
expect(enum known *known, uint8_t habit, enum known yes)
{
	if (*known != UNKNOWN && *known != LIKELY)
		return;
	if (habit == JPKI_HABIT_YES)
		*known = yes;
	else
		*known = habit == JPKI_HABIT_NO ? NO : UNKNOWN;
}

/* small_reads is believed without proof: small reads work on every card, only more slowly. */
void
jpki_card_expect(struct jpki_card *card, const struct jpki_habits *habits)
{
	struct forms *forms = &card->forms[APPLICATION_JPKI];

	expect(&forms->short_read, habits->short_read, LIKELY);
	expect(&forms->short_pin, habits->short_pin, LIKELY);
	expect(&forms->short_sign, habits->short_sign, LIKELY);
	expect(&card->small_reads, habits->small_reads, YES);
	expect(&card->long_read, habits->long_read, LIKELY);
}

/*
 * NOT_JPKI only for what cards without the application answer. Any other status word may be
 * temporary: the same card may answer differently next time.
 */
static int
select_error(struct jpki_card *card, uint16_t sw)
{
	int error;

	if (sw == SW_APPLET_REFUSED)
		return JPKI_ERR_NOT_JPKI;
	error = status_error(card, sw);
	switch (error) {
	case JPKI_OK:
		return JPKI_OK;
	case JPKI_ERR_NOT_FOUND:
	case JPKI_ERR_UNSUPPORTED:
	case JPKI_ERR_LENGTH:
		return JPKI_ERR_NOT_JPKI;
	default:
		return status_tell(card, error, JPKI_ERR_STATUS);
	}
}

static int
select_application(struct jpki_card *card, enum application application)
{
	const struct command select = {
	    .ins = 0xA4,
	    .p1 = 0x04,
	    .p2 = 0x0C,
	    .data = credential_aid(application),
	    .length = AID_SIZE,
	    .expected = NO_RESPONSE,
	};
	struct response response;
	int rv;

	card->selected = card->selected_in_transaction = APPLICATION_NONE;
	rv = apdu_exchange(card, &select, &response);
	/* The first command after power-up can fail for no reason (F-FIRST-COMMAND). */
	if (rv == JPKI_OK && response.sw == SW_EXECUTION_ERROR)
		rv = apdu_exchange(card, &select, &response);
	if (rv != JPKI_OK)
		return rv;
	rv = select_error(card, response.sw);
	if (rv != JPKI_OK)
		return rv;
	card->selected = card->selected_in_transaction = application;
	return JPKI_OK;
}

/* Milliseconds left of `patience_ms`; -1 if it is negative (no limit). */
static int
left_of(int patience_ms, uint64_t since)
{
	uint64_t gone = clock_now_ms() - since;

	if (patience_ms < 0)
		return -1;
	return gone < (uint64_t)patience_ms ? patience_ms - (int)gone : 0;
}

static int
connect_and_begin(struct jpki_card *card, int patience_ms)
{
	uint64_t since = clock_now_ms();
	int rv = JPKI_OK;

	if (card->connection == NULL)
		rv = jpki_transport.open(
		    card->service, card->reader, patience_ms, &card->connection);
	if (rv != JPKI_OK)
		return rv;
	return jpki_transport.begin(card->connection, left_of(patience_ms, since));
}

int
jpki_card_begin(struct jpki_card *card, enum jpki_begin how, int patience_ms)
{
	bool done;
	int rv;

	if (card->in_transaction)
		return JPKI_ERR_ARGUMENT;
	rv = connect_and_begin(card, patience_ms);
	if (rv != JPKI_OK)
		return rv;
	card->in_transaction = true;
	card->selected_in_transaction = APPLICATION_NONE;
	status_forget(card);
	if (how == JPKI_BEGIN_ONLY ||
	    (how == JPKI_BEGIN_TRUST && card->selected == APPLICATION_JPKI))
		return JPKI_OK;
	rv = jpki_card_select(card, &done);
	if (rv != JPKI_OK)
		(void)jpki_card_end(card);
	return rv;
}

int
jpki_card_select(struct jpki_card *card, bool *done)
{
	*done = card->selected_in_transaction != APPLICATION_JPKI;
	return *done ? select_application(card, APPLICATION_JPKI) : JPKI_OK;
}

bool
jpki_card_is_selected(const struct jpki_card *card)
{
	return card->in_transaction && card->selected_in_transaction == APPLICATION_JPKI;
}

/* The card is known to be a JPKI card, so a missing application is NOT_FOUND, not NOT_JPKI. */
static int
select_beside(struct jpki_card *card, enum application application)
{
	int rv;

	if (card->selected_in_transaction == application)
		return JPKI_OK;
	rv = select_application(card, application);
	return rv == JPKI_ERR_NOT_JPKI ? JPKI_ERR_NOT_FOUND : rv;
}

int
jpki_card_select_attributes(struct jpki_card *card)
{
	if (card->selected_in_transaction == APPLICATION_NONE)
		return JPKI_ERR_ARGUMENT;
	return select_beside(card, APPLICATION_ATTRIBUTES);
}

int
jpki_card_select_number(struct jpki_card *card)
{
	if (!card->in_transaction)
		return JPKI_ERR_ARGUMENT;
	return select_beside(card, APPLICATION_NUMBER);
}

int
jpki_card_end(struct jpki_card *card)
{
	if (!card->in_transaction)
		return JPKI_OK;
	card->in_transaction = false;
	card->selected_in_transaction = APPLICATION_NONE;
	return jpki_transport.end(card->connection);
}
