/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "fixture.h"

static unsigned
tries_of(struct world *w, enum jpki_role role)
{
	unsigned tries = 77;

	assert_int_equal(jpki_card_tries(w->card, role, &tries, NULL), JPKI_OK);
	return tries;
}

static void
a_new_card_has_all_tries(void **state)
{
	struct world *w = *state;

	begin(w);
	mark(w);
	for (int role = 0; role < JPKI_ROLES; role++)
		assert_int_equal(tries_of(w, (enum jpki_role)role),
		    jpki_pin_policy((enum jpki_role)role)->tries);
	assert_exchanges(w, 2);
	assert_verifies(w, 0);
}

static void
asking_spends_none(void **state)
{
	struct world *w = *state;

	begin(w);
	for (unsigned left = 3; left > 0; left--) {
		vcard_pin_set_tries(w->vcard, VCARD_PIN_AUTHENTICATION, left, NULL);
		for (unsigned i = 0; i < 10; i++)
			assert_int_equal(tries_of(w, JPKI_AUTHENTICATION), left);
		assert_int_equal(vcard_pin_tries(w->vcard, VCARD_PIN_AUTHENTICATION), left);
	}
	assert_verifies(w, 0);
	assert_int_equal(events(w, VCARD_EVENT_COUNT), 30);
}

static void
a_blocked_pin_in_all_its_forms(void **state)
{
	static const char *const forms[] = {"63c0", "6983", "6984"};
	struct world *w = *state;

	for (size_t i = 0; i < 4 * LENGTH_OF(forms); i++) {
		start_over(w);
		set_quirk(w->vcard, "short-identifiers", short_identifiers[i % 4]);
		set_quirk(w->vcard, "blocked-count", forms[i / 4]);
		vcard_pin_set_tries(w->vcard, VCARD_PIN_SIGNATURE, 0, NULL);
		begin(w);
		assert_int_equal(tries_of(w, JPKI_SIGNATURE), 0);
		assert_int_equal(tries_of(w, JPKI_AUTHENTICATION), 3);
		end(w);
	}
}

static void
a_verified_pin_does_not_confuse(void **state)
{
	static const char *const answers[] = {"63cx", "9000"};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(answers); i++) {
		set_quirk(w->vcard, "verified-count", answers[i]);
		login(w, JPKI_SIGNATURE);
		assert_int_equal(tries_of(w, JPKI_SIGNATURE), 5);
		assert_int_equal(tries_of(w, JPKI_AUTHENTICATION), 3);
		end(w);
	}
}

static void
tries_without_short_identifiers(void **state)
{
	struct world *w = *state;

	for (const char *const *answer_to = short_identifiers + 1; *answer_to != NULL;
	     answer_to++) {
		start_over(w);
		set_quirk(w->vcard, "short-identifiers", *answer_to);
		begin(w);
		mark(w);
		assert_int_equal(tries_of(w, JPKI_AUTHENTICATION), 3);
		assert_exchanges(w, 3);
		assert_int_equal(tries_of(w, JPKI_SIGNATURE), 5);
		assert_exchanges(w, 5);
		end(w);
	}
}

static void
tries_on_trust(void **state)
{
	struct world *w = *state;

	begin(w);
	end(w);
	trust(w);
	mark(w);
	assert_int_equal(tries_of(w, JPKI_AUTHENTICATION), 3);
	assert_exchanges(w, 1);
}

static void
a_failing_way_gets_no_second_question(void **state)
{
	struct world *w = *state;
	unsigned tries;

	begin(w);
	mark(w);
	inprocess_plan(INPROCESS_ANSWER, 1, JPKI_ERR_IO, NULL, NULL);
	assert_int_equal(jpki_card_tries(w->card, JPKI_AUTHENTICATION, &tries, NULL), JPKI_ERR_IO);
	assert_exchanges(w, 1);
}

static void
strange_answers_are_errors(void **state)
{
	static const unsigned answers[] = {0x6F00, 0x6C04, 0x6282, 0x6A88, 0x6B00, 0x6700};
	struct world *w = *state;
	unsigned tries = 77;

	begin(w);
	assert_int_equal(tries_of(w, JPKI_AUTHENTICATION), 3);
	mark(w);
	for (size_t i = 0; i < LENGTH_OF(answers); i++) {
		plan_fault(w, VCARD_FAULT_SW, 1, answers[i]);
		assert_int_not_equal(
		    jpki_card_tries(w->card, JPKI_AUTHENTICATION, &tries, NULL), JPKI_OK);
		assert_int_equal(tries, 77);
	}
	assert_exchanges(w, LENGTH_OF(answers));
	assert_int_equal(
	    jpki_card_tries(w->card, JPKI_CREDENTIALS, &tries, NULL), JPKI_ERR_ARGUMENT);
}

static void
the_policy_of_each_credential(void **state)
{
	const struct jpki_pin_policy *pin = jpki_pin_policy(JPKI_AUTHENTICATION);
	const struct jpki_pin_policy *password = jpki_pin_policy(JPKI_SIGNATURE);

	(void)state;
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
	    TEST(a_new_card_has_all_tries),
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
