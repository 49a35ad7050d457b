/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

static int
begin_error(void)
{
	return jpki_card_begin(card, JPKI_BEGIN_SELECT, -1);
}

static void
nothing_is_connected_before_the_first_transaction(void **state)
{
	assert_int_equal(inprocess_calls(INPROCESS_OPEN), 0);
	assert_int_equal(jpki_card_check(card), JPKI_OK);
	assert_int_equal(jpki_card_disconnect(card, true, -1), JPKI_OK);
	assert_false(vcard_powered(vcard));
}

static void
begin_selects_the_application_by_its_whole_name(void **state)
{
	struct vcard_entry entries[2];

	begin();
	assert_int_equal(vcard_ledger_entries(vcard, entries, 2), 2);
	assert_int_equal(entries[1].event, VCARD_EVENT_SELECT);
	assert_string_equal(entries[1].application, "jpki");
	/* header, Lc, the ten bytes of the name, no Le */
	assert_int_equal(vcard_ledger_totals(vcard).bytes_in, 15);
	assert_exchanges(1);
}

static void
a_preselected_application_is_left(void **state)
{
	set_quirk(vcard, "preselected", "input-aid");
	login(JPKI_AUTHENTICATION);
	assert_true(vcard_pin_verified(vcard, VCARD_PIN_AUTHENTICATION));
	assert_int_equal(vcard_pin_tries(vcard, VCARD_PIN_INPUT_AID), 3);
}

static void
other_kinds_of_cards_are_told(void **state)
{
	set_quirk(vcard, "application", "foreign");
	assert_int_equal(begin_error(), JPKI_ERR_NOT_JPKI);
	assert_exchanges(1);
	set_quirk(vcard, "application", "absent");
	assert_int_equal(begin_error(), JPKI_ERR_NOT_JPKI);
	/* no transaction has begun */
	assert_int_equal(inprocess_calls(INPROCESS_BEGIN), inprocess_calls(INPROCESS_END));
	set_quirk(vcard, "application", "present");
	begin();
}

static void
refusals_to_select_are_another_kind_of_card(void **state)
{
	static const unsigned refusals[] = {0x6A82, 0x6A86, 0x6D00, 0x6E00, 0x6700, 0x6999};

	for (size_t i = 0; i < LENGTH_OF(refusals); i++) {
		plan_fault(VCARD_FAULT_SW, 1, refusals[i]);
		assert_int_equal(begin_error(), JPKI_ERR_NOT_JPKI);
	}
	assert_exchanges(LENGTH_OF(refusals));
}

/* Of a card that answers so, nothing is known yet. */
static void
other_answers_to_select_are_no_verdict(void **state)
{
	static const unsigned answers[] = {0x6282, 0x6581, 0x6982, 0x9001};

	for (size_t i = 0; i < LENGTH_OF(answers); i++) {
		plan_fault(VCARD_FAULT_SW, 1, answers[i]);
		assert_int_equal(begin_error(), JPKI_ERR_STATUS);
	}
	begin();
}

static void
the_first_command_may_fail_once(void **state)
{
	set_quirk(vcard, "first-command", "6f00");
	begin();
	assert_exchanges(2);
	assert_int_equal(events(VCARD_EVENT_SELECT), 1);
}

static void
the_first_command_may_not_fail_twice(void **state)
{
	plan_fault(VCARD_FAULT_SW, 1, 0x6F00);
	plan_fault(VCARD_FAULT_SW, 2, 0x6F00);
	assert_int_equal(begin_error(), JPKI_ERR_STATUS);
	assert_exchanges(2);
}

static void
select_may_offer_data(void **state)
{
	plan_fault(VCARD_FAULT_SW_AFTER, 1, 0x6110);
	plan_fault(VCARD_FAULT_SW, 2, 0x9000);
	begin();
	assert_exchanges(2);
}

static void
answers_that_are_none(void **state)
{
	static const enum vcard_fault faults[] = {
	    VCARD_FAULT_EMPTY, VCARD_FAULT_TRUNCATED, VCARD_FAULT_OVERLONG};

	for (size_t i = 0; i < LENGTH_OF(faults); i++) {
		plan_fault(faults[i], 1, 0);
		assert_int_equal(begin_error(), JPKI_ERR_DATA);
	}
	begin();
}

static void
follow_ups_come_to_an_end(void **state)
{
	for (unsigned i = 1; i <= VCARD_FAULTS_MAX; i++)
		plan_fault(VCARD_FAULT_SW, i, 0x6110);
	assert_int_equal(begin_error(), JPKI_ERR_DATA);
	assert_exchanges(VCARD_FAULTS_MAX);
}

static void
errors_of_the_way_are_passed_on(void **state)
{
	static const enum inprocess_call calls[] = {
	    INPROCESS_OPEN, INPROCESS_BEGIN, INPROCESS_TRANSMIT, INPROCESS_ANSWER};
	static const int errors[] = {JPKI_ERR_NO_SERVICE, JPKI_ERR_NO_READER, JPKI_ERR_NO_CARD,
	    JPKI_ERR_RESET, JPKI_ERR_BUSY, JPKI_ERR_IO};

	for (size_t i = 0; i < LENGTH_OF(calls) * LENGTH_OF(errors); i++) {
		int error = errors[i % LENGTH_OF(errors)];

		start_over();
		inprocess_plan(calls[i / LENGTH_OF(errors)], 1, error, NULL, NULL);
		assert_int_equal(begin_error(), error);
		begin();
	}
}

static void
transactions_do_not_nest(void **state)
{
	begin();
	assert_int_equal(begin_error(), JPKI_ERR_ARGUMENT);
	end();
	end();
	begin();
}

static void
nothing_is_sent_outside_a_transaction(void **state)
{
	struct jpki_token_info info;
	bool done, present[JPKI_ROLES];
	uint8_t signature[JPKI_SIGNATURE_SIZE];
	unsigned tries;

	begin();
	end();
	mark();
	assert_int_equal(jpki_card_select(card, &done), JPKI_ERR_ARGUMENT);
	assert_int_equal(jpki_card_read_info(card, &info), JPKI_ERR_ARGUMENT);
	assert_int_equal(jpki_card_read_presence(card, present), JPKI_ERR_ARGUMENT);
	assert_int_equal(
	    jpki_card_read_certificate(card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der),
	    JPKI_ERR_ARGUMENT);
	assert_int_equal(
	    jpki_card_tries(card, JPKI_AUTHENTICATION, &tries, NULL), JPKI_ERR_ARGUMENT);
	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, &tries), JPKI_ERR_ARGUMENT);
	assert_int_equal(jpki_card_sign(card, JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1,
			     (const uint8_t *)"x", 1, signature),
	    JPKI_ERR_ARGUMENT);
	assert_exchanges(0);
}

static void
trust_selects_only_once(void **state)
{
	trust();
	assert_exchanges(1);
	end();
	trust();
	assert_exchanges(1);
	end();
	begin();
	assert_exchanges(2);
}

static void
trust_ends_with_the_connection(void **state)
{
	trust();
	end();
	assert_int_equal(jpki_card_disconnect(card, false, -1), JPKI_OK);
	trust();
	assert_exchanges(2);
}

static void
a_selection_that_failed_is_not_trusted(void **state)
{
	begin();
	end();
	set_quirk(vcard, "application", "absent");
	assert_int_equal(begin_error(), JPKI_ERR_NOT_JPKI);
	set_quirk(vcard, "application", "present");
	mark();
	trust();
	assert_exchanges(1);
}

static void
select_mends_a_trust_that_failed(void **state)
{
	bool done;

	begin();
	end();
	assert_int_equal(vcard_select_other(vcard, NULL, 0, NULL), 0);
	trust();
	assert_int_not_equal(
	    jpki_card_read_certificate(card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der), JPKI_OK);
	assert_int_equal(jpki_card_select(card, &done), JPKI_OK);
	assert_true(done);
	assert_int_equal(jpki_card_select(card, &done), JPKI_OK);
	assert_false(done);
	assert_int_equal(
	    jpki_card_read_certificate(card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der), JPKI_OK);
	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, NULL), JPKI_OK);
	assert_int_equal(vcard_pin_tries(vcard, VCARD_PIN_INPUT_AID), 3);
}

static void
names_of_readers_are_limited(void **state)
{
	struct jpki_card *named = NULL;
	char name[JPKI_READER_NAME_SIZE + 1];

	memset(name, 'x', sizeof(name));
	name[JPKI_READER_NAME_SIZE] = '\0';
	assert_int_equal(jpki_card_new(service, name, &named), JPKI_ERR_ARGUMENT);
	name[JPKI_READER_NAME_SIZE - 1] = '\0';
	assert_int_equal(jpki_card_new(service, name, &named), JPKI_OK);
	assert_int_equal(jpki_card_begin(named, JPKI_BEGIN_SELECT, -1), JPKI_ERR_NO_READER);
	jpki_card_free(&named);
	assert_null(named);
	jpki_card_free(&named);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing_is_connected_before_the_first_transaction),
	    TEST(begin_selects_the_application_by_its_whole_name),
	    TEST(a_preselected_application_is_left),
	    TEST(other_kinds_of_cards_are_told),
	    TEST(refusals_to_select_are_another_kind_of_card),
	    TEST(other_answers_to_select_are_no_verdict),
	    TEST(the_first_command_may_fail_once),
	    TEST(the_first_command_may_not_fail_twice),
	    TEST(select_may_offer_data),
	    TEST(answers_that_are_none),
	    TEST(follow_ups_come_to_an_end),
	    TEST(errors_of_the_way_are_passed_on),
	    TEST(transactions_do_not_nest),
	    TEST(nothing_is_sent_outside_a_transaction),
	    TEST(trust_selects_only_once),
	    TEST(trust_ends_with_the_connection),
	    TEST(a_selection_that_failed_is_not_trusted),
	    TEST(select_mends_a_trust_that_failed),
	    TEST(names_of_readers_are_limited),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
