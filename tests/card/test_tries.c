/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

static unsigned
tries_of(enum jpki_role role)
{
	unsigned tries = 77;

	assert_int_equal(jpki_card_tries(card, role, &tries, NULL), JPKI_OK);
	return tries;
}

static void
asking_spends_none(void **state)
{
	begin();
	for (unsigned left = 3; left > 0; left--) {
		vcard_pin_set_tries(vcard, VCARD_PIN_AUTHENTICATION, left, NULL);
		for (unsigned i = 0; i < 10; i++)
			assert_int_equal(tries_of(JPKI_AUTHENTICATION), left);
		assert_int_equal(vcard_pin_tries(vcard, VCARD_PIN_AUTHENTICATION), left);
	}
	assert_verifies(0);
	assert_int_equal(events(VCARD_EVENT_COUNT), 30);
}

static void
a_blocked_pin_in_all_its_forms(void **state)
{
	static const char *const forms[] = {"63c0", "6983", "6984"};

	for (size_t i = 0; i < 4 * LENGTH_OF(forms); i++) {
		start_over_with("short-identifiers", short_identifiers[i % 4]);
		set_quirk(vcard, "blocked-count", forms[i / 4]);
		vcard_pin_set_tries(vcard, VCARD_PIN_SIGNATURE, 0, NULL);
		begin();
		assert_int_equal(tries_of(JPKI_SIGNATURE), 0);
		assert_int_equal(tries_of(JPKI_AUTHENTICATION), 3);
	}
}

static void
a_verified_pin_does_not_confuse(void **state)
{
	static const char *const answers[] = {"63cx", "9000"};

	for (size_t i = 0; i < LENGTH_OF(answers); i++) {
		set_quirk(vcard, "verified-count", answers[i]);
		login(JPKI_SIGNATURE);
		assert_int_equal(tries_of(JPKI_SIGNATURE), 5);
		assert_int_equal(tries_of(JPKI_AUTHENTICATION), 3);
		end();
	}
}

static void
tries_without_short_identifiers(void **state)
{
	for (const char *const *refusal = short_identifiers + 1; *refusal != NULL; refusal++) {
		start_over_with("short-identifiers", *refusal);
		begin();
		mark();
		assert_int_equal(tries_of(JPKI_AUTHENTICATION), 3);
		assert_exchanges(3);
		assert_int_equal(tries_of(JPKI_SIGNATURE), 5);
		assert_exchanges(5);
	}
}

static void
tries_on_trust(void **state)
{
	begin();
	end();
	trust();
	mark();
	assert_int_equal(tries_of(JPKI_AUTHENTICATION), 3);
	assert_exchanges(1);
}

static void
a_failing_way_gets_no_second_question(void **state)
{
	unsigned tries;

	begin();
	mark();
	inprocess_plan(INPROCESS_ANSWER, 1, JPKI_ERR_IO, NULL, NULL);
	assert_int_equal(jpki_card_tries(card, JPKI_AUTHENTICATION, &tries, NULL), JPKI_ERR_IO);
	assert_exchanges(1);
}

static void
strange_answers_are_errors(void **state)
{
	static const unsigned answers[] = {0x6F00, 0x6C04, 0x6282, 0x6A88, 0x6B00, 0x6700};
	unsigned tries = 77;

	begin();
	assert_int_equal(tries_of(JPKI_AUTHENTICATION), 3);
	mark();
	for (size_t i = 0; i < LENGTH_OF(answers); i++) {
		plan_fault(VCARD_FAULT_SW, 1, answers[i]);
		assert_int_not_equal(
		    jpki_card_tries(card, JPKI_AUTHENTICATION, &tries, NULL), JPKI_OK);
		assert_int_equal(tries, 77);
	}
	assert_exchanges(LENGTH_OF(answers));
	assert_int_equal(jpki_card_tries(card, JPKI_CREDENTIALS, &tries, NULL), JPKI_ERR_ARGUMENT);
}

static void
the_policy_of_each_credential(void **state)
{
	const struct jpki_pin_policy *pin = jpki_pin_policy(JPKI_AUTHENTICATION);
	const struct jpki_pin_policy *password = jpki_pin_policy(JPKI_SIGNATURE);

	assert_int_equal(pin->min_length, 4);
	assert_int_equal(pin->max_length, 4);
	assert_int_equal(pin->tries, 3);
	assert_int_equal(password->min_length, 6);
	assert_int_equal(password->max_length, 16);
	assert_int_equal(password->tries, 5);
	assert_null(jpki_pin_policy(JPKI_CREDENTIALS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(asking_spends_none),
	    TEST(a_blocked_pin_in_all_its_forms),
	    TEST(a_verified_pin_does_not_confuse),
	    TEST(tries_without_short_identifiers),
	    TEST(tries_on_trust),
	    TEST(a_failing_way_gets_no_second_question),
	    TEST(strange_answers_are_errors),
	    TEST(the_policy_of_each_credential),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
