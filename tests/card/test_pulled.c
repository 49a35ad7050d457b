/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

/* A day in the life of a card, of which any exchange may be the last. */

static int
read_everything(void)
{
	struct jpki_token_info info;
	bool present[JPKI_ROLES];
	int rv;

	memset(&der, 0, sizeof(der));
	rv = jpki_card_read_info(card, &info);
	if (rv == JPKI_OK)
		rv = jpki_card_read_presence(card, present);
	if (rv == JPKI_OK)
		rv = jpki_card_read_certificate(card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der);
	assert_true(der.have <= sizeof(der.bytes));
	return rv;
}

static int
verify_and_sign(void)
{
	uint8_t signature[JPKI_SIGNATURE_SIZE];
	int rv;

	rv = verify_pin(JPKI_AUTHENTICATION, PIN, NULL);
	if (rv == JPKI_OK)
		rv = jpki_card_sign(card, JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1,
		    (const uint8_t *)"data", 4, signature);
	return rv;
}

static int
whole_day(void)
{
	int rv, ended;

	rv = jpki_card_begin(card, JPKI_BEGIN_SELECT, -1);
	if (rv != JPKI_OK)
		return rv;
	rv = read_everything();
	if (rv == JPKI_OK)
		rv = verify_and_sign();
	ended = jpki_card_end(card);
	return rv != JPKI_OK ? rv : ended;
}

static unsigned
exchanges_of_a_day(void)
{
	start_over();
	assert_int_equal(whole_day(), JPKI_OK);
	return exchanges();
}

static void
pull_card(void *context)
{
	inprocess_eject(READER);
}

static void
unplug_reader(void *context)
{
	inprocess_remove_reader(READER);
}

static void
stop_service(void *context)
{
	inprocess_service(false);
}

static void
reset_card(void *context)
{
	inprocess_warm_reset(READER);
}

static void
put_everything_back(void)
{
	inprocess_service(true);
	(void)inprocess_add_reader(READER);
}

/* At each exchange, before the card sees the command and after it has answered. */
static void
disturb(void (*happens)(void *context), int error)
{
	unsigned count = exchanges_of_a_day();

	for (unsigned i = 0; i < 2 * count; i++) {
		unsigned nth = 1 + i / 2;
		bool answered = i % 2 != 0;

		start_over();
		inprocess_plan(
		    answered ? INPROCESS_ANSWER : INPROCESS_TRANSMIT, nth, JPKI_OK, happens, NULL);
		assert_int_equal(whole_day(), error);
		assert_exchanges(answered ? nth : nth - 1);
		assert_true(events(VCARD_EVENT_VERIFY) <= 1);
		put_everything_back();
	}
	assert_int_equal(exchanges_of_a_day(), count);
}

static void
any_exchange_may_be_the_last(void **state)
{
	for (const char *const *answer_to = short_identifiers; *answer_to != NULL; answer_to++) {
		set_quirk(vcard, "short-identifiers", *answer_to);
		disturb(pull_card, JPKI_ERR_NO_CARD);
		disturb(unplug_reader, JPKI_ERR_NO_READER);
		disturb(stop_service, JPKI_ERR_NO_SERVICE);
		disturb(reset_card, JPKI_ERR_RESET);
	}
}

static void
the_card_is_pulled_while_it_answers(void **state)
{
	unsigned count = exchanges_of_a_day();

	for (unsigned nth = 1; nth <= count; nth++) {
		start_over();
		plan_fault(VCARD_FAULT_EJECT, nth, 0);
		assert_int_equal(whole_day(), JPKI_ERR_NO_CARD);
		assert_exchanges(nth);
	}
	assert_int_equal(exchanges_of_a_day(), count);
}

static void
the_card_is_put_back_before_anybody_looks(void **state)
{
	login(JPKI_AUTHENTICATION);
	end();
	inprocess_eject(READER);
	inprocess_insert(READER, vcard);
	assert_int_equal(jpki_card_begin(card, JPKI_BEGIN_TRUST, -1), JPKI_ERR_NO_CARD);
	(void)jpki_card_disconnect(card, false, -1);
	begin();
	assert_false(vcard_pin_verified(vcard, VCARD_PIN_AUTHENTICATION));
}

static void
any_answer_to_any_exchange(void **state)
{
	static const enum vcard_fault faults[] = {VCARD_FAULT_GARBAGE, VCARD_FAULT_EMPTY,
	    VCARD_FAULT_TRUNCATED, VCARD_FAULT_OVERLONG, VCARD_FAULT_POWER_LOSS};
	unsigned count = exchanges_of_a_day();

	for (unsigned i = 0; i < count * LENGTH_OF(faults); i++) {
		start_over();
		plan_fault(faults[i / count], 1 + i % count, 0);
		(void)whole_day();
		assert_true(events(VCARD_EVENT_VERIFY) <= 1);
		start_over();
		assert_int_equal(whole_day(), JPKI_OK);
	}
}

/* SELECT, info, presence, certificate, question, VERIFY, signature: as few as can be. */
static void
a_whole_day_in_exchanges(void **state)
{
	assert_int_equal(exchanges_of_a_day(), 6 + blocks(expected_length()));
}

/*
 * SELECT, info 3, presence 2, SELECT EF before the certificate, the PIN and the signature: what
 * the card cannot do is found out once.
 */
static void
a_whole_day_without_short_identifiers(void **state)
{
	set_quirk(vcard, "short-identifiers", "6a86");
	assert_int_equal(exchanges_of_a_day(), 11 + blocks(expected_length()));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(any_exchange_may_be_the_last),
	    TEST(the_card_is_pulled_while_it_answers),
	    TEST(the_card_is_put_back_before_anybody_looks),
	    TEST(any_answer_to_any_exchange),
	    TEST(a_whole_day_in_exchanges),
	    TEST(a_whole_day_without_short_identifiers),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
