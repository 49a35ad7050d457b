/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "fixture.h"

#define UNTOUCHED 77

static enum vcard_pin
pin_number(enum jpki_role role)
{
	return role == JPKI_AUTHENTICATION ? VCARD_PIN_AUTHENTICATION : VCARD_PIN_SIGNATURE;
}

static void
the_right_pin_is_verified(void **state)
{
	struct world *w = *state;

	for (int role = 0; role < JPKI_ROLES; role++) {
		login(w, (enum jpki_role)role);
		end(w);
		assert_true(vcard_pin_verified(w->vcard, pin_number((enum jpki_role)role)));
	}
	assert_verifies(w, 2);
}

/* SELECT, the question how a PIN is addressed, VERIFY; later without the question. */
static void
the_first_login_takes_three_exchanges(void **state)
{
	struct world *w = *state;

	login(w, JPKI_AUTHENTICATION);
	assert_exchanges(w, 3);
	end(w);
	mark(w);
	login(w, JPKI_SIGNATURE);
	assert_exchanges(w, 2);
}

static void
a_login_without_short_identifiers(void **state)
{
	struct world *w = *state;
	unsigned tries;

	set_quirk(w->vcard, "short-identifiers", "6a86");
	begin(w);
	assert_int_equal(jpki_card_tries(w->card, JPKI_AUTHENTICATION, &tries, NULL), JPKI_OK);
	mark(w);
	assert_int_equal(verify_pin(w, JPKI_AUTHENTICATION, PIN, &tries), JPKI_OK);
	assert_exchanges(w, 2);
	assert_verifies(w, 1);
}

/* SELECT, refused question, SELECT EF, question, SELECT EF, VERIFY. */
static void
the_first_login_without_short_identifiers(void **state)
{
	struct world *w = *state;

	for (const char *const *answer_to = short_identifiers + 1; *answer_to != NULL;
	     answer_to++) {
		start_over(w);
		set_quirk(w->vcard, "short-identifiers", *answer_to);
		login(w, JPKI_SIGNATURE);
		end(w);
		assert_exchanges(w, 6);
		assert_verifies(w, 1);
		assert_true(vcard_pin_verified(w->vcard, VCARD_PIN_SIGNATURE));
	}
}

static void
wrong_pins_leave_their_tries(void **state)
{
	static const char *const wrong[JPKI_ROLES] = {WRONG_PIN, WRONG_PASSWORD};
	struct world *w = *state;

	for (int i = 0; i < JPKI_ROLES; i++) {
		enum jpki_role role = (enum jpki_role)i;
		unsigned left = jpki_pin_policy(role)->tries;

		while (left-- > 0) {
			unsigned tries = UNTOUCHED;

			begin(w);
			mark(w);
			assert_int_equal(
			    verify_pin(w, role, wrong[role], &tries), JPKI_ERR_PIN_WRONG);
			assert_int_equal(tries, left);
			assert_int_equal(vcard_pin_tries(w->vcard, pin_number(role)), left);
			assert_verifies(w, 1);
			end(w);
		}
	}
}

static void
a_right_pin_gives_the_tries_back(void **state)
{
	struct world *w = *state;
	unsigned tries = UNTOUCHED;

	begin(w);
	assert_int_equal(verify_pin(w, JPKI_AUTHENTICATION, WRONG_PIN, &tries), JPKI_ERR_PIN_WRONG);
	tries = UNTOUCHED;
	assert_int_equal(verify_pin(w, JPKI_AUTHENTICATION, PIN, &tries), JPKI_OK);
	assert_int_equal(tries, UNTOUCHED);
	assert_int_equal(vcard_pin_tries(w->vcard, VCARD_PIN_AUTHENTICATION), 3);
}

static void
a_blocked_pin_is_told_in_all_its_forms(void **state)
{
	static const struct {
		const char *value;
		int error;
	} rows[] = {
	    {"6984", JPKI_ERR_PIN_BLOCKED}, {"6983", JPKI_ERR_PIN_BLOCKED},
	    {"63c0", JPKI_ERR_PIN_WRONG}, /* as if this one had blocked it */
	};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		unsigned tries = UNTOUCHED;

		start_over(w);
		set_quirk(w->vcard, "blocked-verify", rows[i].value);
		vcard_pin_set_tries(w->vcard, VCARD_PIN_AUTHENTICATION, 0, NULL);
		begin(w);
		/* how PINs are addressed is known: nothing is asked first */
		assert_int_equal(jpki_card_tries(w->card, JPKI_SIGNATURE, &tries, NULL), JPKI_OK);
		assert_int_equal(verify_pin(w, JPKI_AUTHENTICATION, PIN, &tries), rows[i].error);
		assert_int_equal(tries, 0);
		assert_true(events(w, VCARD_EVENT_VERIFY) <= 1);
		end(w);
	}
}

/* Who has just been told that no tries are left does not try. */
static void
a_pin_that_is_found_blocked_is_not_sent(void **state)
{
	struct world *w = *state;
	unsigned tries = UNTOUCHED;

	vcard_pin_set_tries(w->vcard, VCARD_PIN_AUTHENTICATION, 0, NULL);
	begin(w);
	assert_int_equal(verify_pin(w, JPKI_AUTHENTICATION, PIN, &tries), JPKI_ERR_PIN_BLOCKED);
	assert_int_equal(tries, 0);
	assert_int_equal(events(w, VCARD_EVENT_VERIFY), 0);
}

static void
a_blocked_pin_leaves_the_other_alone(void **state)
{
	struct world *w = *state;
	unsigned tries;

	vcard_pin_set_tries(w->vcard, VCARD_PIN_AUTHENTICATION, 0, NULL);
	begin(w);
	assert_int_equal(verify_pin(w, JPKI_AUTHENTICATION, PIN, &tries), JPKI_ERR_PIN_BLOCKED);
	assert_int_equal(verify_pin(w, JPKI_SIGNATURE, PASSWORD, &tries), JPKI_OK);
}

static void
a_transaction_on_trust_sends_no_pin(void **state)
{
	struct world *w = *state;
	unsigned tries = UNTOUCHED;

	begin(w);
	end(w);
	trust(w);
	mark(w);
	assert_int_equal(verify_pin(w, JPKI_AUTHENTICATION, PIN, &tries), JPKI_ERR_ARGUMENT);
	assert_exchanges(w, 0);
	assert_int_equal(tries, UNTOUCHED);
}

static void
nor_does_one_whose_selection_failed(void **state)
{
	struct world *w = *state;
	unsigned tries;
	bool done;

	begin(w);
	end(w);
	trust(w);
	set_quirk(w->vcard, "application", "absent");
	assert_int_equal(jpki_card_select(w->card, &done), JPKI_ERR_NOT_JPKI);
	mark(w);
	assert_int_equal(verify_pin(w, JPKI_AUTHENTICATION, PIN, &tries), JPKI_ERR_ARGUMENT);
	assert_exchanges(w, 0);
}

static void
another_application_never_sees_the_pin(void **state)
{
	struct world *w = *state;

	login(w, JPKI_AUTHENTICATION);
	end(w);
	for (int pin = VCARD_PIN_INPUT_AID; pin < VCARD_PINS; pin++) {
		assert_int_equal(vcard_select_other(w->vcard, NULL, 0, NULL), 0);
		login(w, JPKI_AUTHENTICATION);
		end(w);
		assert_int_equal(vcard_pin_tries(w->vcard, (enum vcard_pin)pin),
		    vcard_pin_tries_max((enum vcard_pin)pin));
	}
}

static void
the_pin_of_the_other_credential_is_refused(void **state)
{
	struct world *w = *state;
	struct jpki_pin *pin = pin_of(JPKI_AUTHENTICATION, PIN);
	struct jpki_pin *password = pin_of(JPKI_SIGNATURE, PASSWORD);
	unsigned tries = UNTOUCHED;

	begin(w);
	mark(w);
	assert_int_equal(jpki_card_verify(w->card, JPKI_SIGNATURE, pin, &tries), JPKI_ERR_ARGUMENT);
	assert_int_equal(
	    jpki_card_verify(w->card, JPKI_AUTHENTICATION, password, &tries), JPKI_ERR_ARGUMENT);
	assert_int_equal(
	    jpki_card_verify(w->card, JPKI_CREDENTIALS, pin, &tries), JPKI_ERR_ARGUMENT);
	assert_exchanges(w, 0);
	assert_int_equal(tries, UNTOUCHED);
	jpki_pin_free(&pin);
	jpki_pin_free(&password);
}

static void
a_card_that_forgets_when_selecting(void **state)
{
	struct world *w = *state;

	set_quirk(w->vcard, "select-clears", "yes");
	login(w, JPKI_AUTHENTICATION);
	end(w);
	trust(w);
	assert_true(vcard_pin_verified(w->vcard, VCARD_PIN_AUTHENTICATION));
	end(w);
	begin(w);
	assert_false(vcard_pin_verified(w->vcard, VCARD_PIN_AUTHENTICATION));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_right_pin_is_verified),
	    TEST(the_first_login_takes_three_exchanges),
	    TEST(a_login_without_short_identifiers),
	    TEST(the_first_login_without_short_identifiers),
	    TEST(wrong_pins_leave_their_tries),
	    TEST(a_right_pin_gives_the_tries_back),
	    TEST(a_blocked_pin_is_told_in_all_its_forms),
	    TEST(a_pin_that_is_found_blocked_is_not_sent),
	    TEST(a_blocked_pin_leaves_the_other_alone),
	    TEST(a_transaction_on_trust_sends_no_pin),
	    TEST(nor_does_one_whose_selection_failed),
	    TEST(another_application_never_sees_the_pin),
	    TEST(the_pin_of_the_other_credential_is_refused),
	    TEST(a_card_that_forgets_when_selecting),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
