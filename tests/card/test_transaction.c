/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "fixture.h"

static int
begin_error(struct world *w)
{
	return jpki_card_begin(w->card, JPKI_BEGIN_SELECT, -1);
}

static void
nothing_is_connected_before_the_first_transaction(void **state)
{
	struct world *w = *state;

	assert_int_equal(inprocess_calls(INPROCESS_OPEN), 0);
	assert_int_equal(jpki_card_check(w->card), JPKI_OK);
	assert_int_equal(jpki_card_disconnect(w->card, true, -1), JPKI_OK);
	assert_false(vcard_powered(w->vcard));
}

static void
begin_selects_the_application_by_its_whole_name(void **state)
{
	struct world *w = *state;
	struct vcard_entry entries[2];

	begin(w);
	assert_int_equal(vcard_ledger_entries(w->vcard, entries, 2), 2);
	assert_int_equal(entries[1].event, VCARD_EVENT_SELECT);
	assert_string_equal(entries[1].application, "jpki");
	/* header, Lc, the ten bytes of the name, no Le */
	assert_int_equal(vcard_ledger_totals(w->vcard).bytes_in, 15);
	assert_exchanges(w, 1);
}

static void
a_preselected_application_is_left(void **state)
{
	struct world *w = *state;

	set_quirk(w->vcard, "preselected", "input-aid");
	login(w, JPKI_AUTHENTICATION);
	assert_true(vcard_pin_verified(w->vcard, VCARD_PIN_AUTHENTICATION));
	assert_int_equal(vcard_pin_tries(w->vcard, VCARD_PIN_INPUT_AID), 3);
}

static void
other_kinds_of_cards_are_told(void **state)
{
	struct world *w = *state;

	set_quirk(w->vcard, "application", "foreign");
	assert_int_equal(begin_error(w), JPKI_ERR_NOT_JPKI);
	assert_exchanges(w, 1);
	set_quirk(w->vcard, "application", "absent");
	assert_int_equal(begin_error(w), JPKI_ERR_NOT_JPKI);
	/* no transaction has begun */
	assert_int_equal(inprocess_calls(INPROCESS_BEGIN), inprocess_calls(INPROCESS_END));
	set_quirk(w->vcard, "application", "present");
	begin(w);
}

static void
refusals_to_select_are_another_kind_of_card(void **state)
{
	static const unsigned refusals[] = {0x6A82, 0x6A86, 0x6D00, 0x6E00, 0x6700, 0x6999};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(refusals); i++) {
		plan_fault(w, VCARD_FAULT_SW, 1, refusals[i]);
		assert_int_equal(begin_error(w), JPKI_ERR_NOT_JPKI);
	}
	assert_exchanges(w, LENGTH_OF(refusals));
}

/* Of a card that answers so, nothing is known yet. */
static void
other_answers_to_select_are_no_verdict(void **state)
{
	static const unsigned answers[] = {0x6282, 0x6581, 0x6982, 0x9001};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(answers); i++) {
		plan_fault(w, VCARD_FAULT_SW, 1, answers[i]);
		assert_int_equal(begin_error(w), JPKI_ERR_STATUS);
	}
	begin(w);
}

static void
the_first_command_may_fail_once(void **state)
{
	struct world *w = *state;

	set_quirk(w->vcard, "first-command", "6f00");
	begin(w);
	assert_exchanges(w, 2);
	assert_int_equal(events(w, VCARD_EVENT_SELECT), 1);
}

static void
the_first_command_may_not_fail_twice(void **state)
{
	struct world *w = *state;

	plan_fault(w, VCARD_FAULT_SW, 1, 0x6F00);
	plan_fault(w, VCARD_FAULT_SW, 2, 0x6F00);
	assert_int_equal(begin_error(w), JPKI_ERR_STATUS);
	assert_exchanges(w, 2);
}

static void
select_may_offer_data(void **state)
{
	struct world *w = *state;

	plan_fault(w, VCARD_FAULT_SW_AFTER, 1, 0x6110);
	plan_fault(w, VCARD_FAULT_SW, 2, 0x9000);
	begin(w);
	assert_exchanges(w, 2);
}

static void
answers_that_are_none(void **state)
{
	static const enum vcard_fault faults[] = {
	    VCARD_FAULT_EMPTY, VCARD_FAULT_TRUNCATED, VCARD_FAULT_OVERLONG};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(faults); i++) {
		plan_fault(w, faults[i], 1, 0);
		assert_int_equal(begin_error(w), JPKI_ERR_DATA);
	}
	begin(w);
}

static void
follow_ups_come_to_an_end(void **state)
{
	struct world *w = *state;

	for (unsigned i = 1; i <= VCARD_FAULTS_MAX; i++)
		plan_fault(w, VCARD_FAULT_SW, i, 0x6110);
	assert_int_equal(begin_error(w), JPKI_ERR_DATA);
	assert_exchanges(w, VCARD_FAULTS_MAX);
}

static void
errors_of_the_way_are_passed_on(void **state)
{
	static const enum inprocess_call calls[] = {
	    INPROCESS_OPEN, INPROCESS_BEGIN, INPROCESS_TRANSMIT, INPROCESS_ANSWER};
	static const int errors[] = {JPKI_ERR_NO_SERVICE, JPKI_ERR_NO_READER, JPKI_ERR_NO_CARD,
	    JPKI_ERR_RESET, JPKI_ERR_BUSY, JPKI_ERR_IO};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(calls) * LENGTH_OF(errors); i++) {
		int error = errors[i % LENGTH_OF(errors)];

		start_over(w);
		inprocess_plan(calls[i / LENGTH_OF(errors)], 1, error, NULL, NULL);
		assert_int_equal(begin_error(w), error);
		begin(w);
		end(w);
	}
}

static void
transactions_do_not_nest(void **state)
{
	struct world *w = *state;

	begin(w);
	assert_int_equal(begin_error(w), JPKI_ERR_ARGUMENT);
	end(w);
	end(w);
	begin(w);
}

static void
nothing_is_sent_outside_a_transaction(void **state)
{
	struct world *w = *state;
	struct jpki_token_info info;
	struct jpki_der der = {.have = 0};
	bool done, present[JPKI_ROLES];
	uint8_t signature[JPKI_SIGNATURE_SIZE];
	unsigned tries;

	begin(w);
	end(w);
	mark(w);
	assert_int_equal(jpki_card_select(w->card, &done), JPKI_ERR_ARGUMENT);
	assert_int_equal(jpki_card_read_info(w->card, &info), JPKI_ERR_ARGUMENT);
	assert_int_equal(jpki_card_read_presence(w->card, present), JPKI_ERR_ARGUMENT);
	assert_int_equal(
	    jpki_card_read_certificate(w->card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der),
	    JPKI_ERR_ARGUMENT);
	assert_int_equal(
	    jpki_card_tries(w->card, JPKI_AUTHENTICATION, &tries, NULL), JPKI_ERR_ARGUMENT);
	assert_int_equal(verify_pin(w, JPKI_AUTHENTICATION, PIN, &tries), JPKI_ERR_ARGUMENT);
	assert_int_equal(jpki_card_sign(w->card, JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1,
			     (const uint8_t *)"x", 1, signature),
	    JPKI_ERR_ARGUMENT);
	assert_exchanges(w, 0);
}

static void
trust_selects_only_once(void **state)
{
	struct world *w = *state;

	trust(w);
	assert_exchanges(w, 1);
	end(w);
	trust(w);
	assert_exchanges(w, 1);
	end(w);
	begin(w);
	assert_exchanges(w, 2);
}

static void
trust_ends_with_the_connection(void **state)
{
	struct world *w = *state;

	trust(w);
	end(w);
	assert_int_equal(jpki_card_disconnect(w->card, false, -1), JPKI_OK);
	trust(w);
	assert_exchanges(w, 2);
}

static void
a_selection_that_failed_is_not_trusted(void **state)
{
	struct world *w = *state;

	begin(w);
	end(w);
	set_quirk(w->vcard, "application", "absent");
	assert_int_equal(begin_error(w), JPKI_ERR_NOT_JPKI);
	set_quirk(w->vcard, "application", "present");
	mark(w);
	trust(w);
	assert_exchanges(w, 1);
}

static void
select_mends_a_trust_that_failed(void **state)
{
	struct world *w = *state;
	struct jpki_der der = {.have = 0};
	unsigned tries;
	bool done;

	begin(w);
	end(w);
	assert_int_equal(vcard_select_other(w->vcard, NULL, 0, NULL), 0);
	trust(w);
	assert_int_not_equal(
	    jpki_card_read_certificate(w->card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der),
	    JPKI_OK);
	assert_int_equal(jpki_card_select(w->card, &done), JPKI_OK);
	assert_true(done);
	assert_int_equal(jpki_card_select(w->card, &done), JPKI_OK);
	assert_false(done);
	assert_int_equal(
	    jpki_card_read_certificate(w->card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der),
	    JPKI_OK);
	assert_int_equal(verify_pin(w, JPKI_AUTHENTICATION, PIN, &tries), JPKI_OK);
	assert_int_equal(vcard_pin_tries(w->vcard, VCARD_PIN_INPUT_AID), 3);
}

static void
names_of_readers_are_limited(void **state)
{
	struct world *w = *state;
	struct jpki_card *card = NULL;
	char name[JPKI_READER_NAME_SIZE + 1];

	memset(name, 'x', sizeof(name));
	name[JPKI_READER_NAME_SIZE] = '\0';
	assert_int_equal(jpki_card_new(w->service, name, &card), JPKI_ERR_ARGUMENT);
	name[JPKI_READER_NAME_SIZE - 1] = '\0';
	assert_int_equal(jpki_card_new(w->service, name, &card), JPKI_OK);
	assert_int_equal(jpki_card_begin(card, JPKI_BEGIN_SELECT, -1), JPKI_ERR_NO_READER);
	jpki_card_free(&card);
	assert_null(card);
	jpki_card_free(&card);
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
