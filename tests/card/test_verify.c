/* SPDX-License-Identifier: BSD-2-Clause */
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
	for (int role = 0; role < JPKI_ROLES; role++) {
		login((enum jpki_role)role);
		end();
		assert_true(vcard_pin_verified(vcard, pin_number((enum jpki_role)role)));
	}
	assert_verifies(2);
}

/* SELECT, the question how a PIN is addressed, VERIFY; later without the question. */
static void
the_first_login_takes_three_exchanges(void **state)
{
	login(JPKI_AUTHENTICATION);
	assert_exchanges(3);
	end();
	mark();
	login(JPKI_SIGNATURE);
	assert_exchanges(2);
}

static void
a_login_without_short_identifiers(void **state)
{
	unsigned tries;

	set_quirk(vcard, "short-identifiers", "6a86");
	begin();
	assert_int_equal(jpki_card_tries(card, JPKI_AUTHENTICATION, &tries, NULL), JPKI_OK);
	mark();
	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, &tries), JPKI_OK);
	assert_exchanges(2);
	assert_verifies(1);
}

/* SELECT, refused question, SELECT EF, question, SELECT EF, VERIFY. */
static void
the_first_login_without_short_identifiers(void **state)
{
	for (const char *const *refusal = short_identifiers + 1; *refusal != NULL; refusal++) {
		start_over_with("short-identifiers", *refusal);
		login(JPKI_SIGNATURE);
		end();
		assert_exchanges(6);
		assert_verifies(1);
		assert_true(vcard_pin_verified(vcard, VCARD_PIN_SIGNATURE));
	}
}

static void
wrong_pins_leave_their_tries(void **state)
{
	static const char *const wrong[JPKI_ROLES] = {WRONG_PIN, WRONG_PASSWORD};

	for (int i = 0; i < JPKI_ROLES; i++) {
		enum jpki_role role = (enum jpki_role)i;
		unsigned left = jpki_pin_policy(role)->tries;

		while (left-- > 0) {
			unsigned tries = UNTOUCHED;

			begin();
			mark();
			assert_int_equal(verify_pin(role, wrong[role], &tries), JPKI_ERR_PIN_WRONG);
			assert_int_equal(tries, left);
			assert_int_equal(vcard_pin_tries(vcard, pin_number(role)), left);
			assert_verifies(1);
			end();
		}
	}
}

static void
a_right_pin_gives_the_tries_back(void **state)
{
	unsigned tries = UNTOUCHED;

	begin();
	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, WRONG_PIN, &tries), JPKI_ERR_PIN_WRONG);
	tries = UNTOUCHED;
	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, &tries), JPKI_OK);
	assert_int_equal(tries, UNTOUCHED);
	assert_int_equal(vcard_pin_tries(vcard, VCARD_PIN_AUTHENTICATION), 3);
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

	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		unsigned tries = UNTOUCHED;

		start_over_with("blocked-verify", rows[i].value);
		vcard_pin_set_tries(vcard, VCARD_PIN_AUTHENTICATION, 0, NULL);
		begin();
		/* how PINs are addressed is known: nothing is asked first */
		assert_int_equal(jpki_card_tries(card, JPKI_SIGNATURE, &tries, NULL), JPKI_OK);
		assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, &tries), rows[i].error);
		assert_int_equal(tries, 0);
		assert_true(events(VCARD_EVENT_VERIFY) <= 1);
	}
}

/* Who has just been told that no tries are left does not try. */
static void
a_pin_that_is_found_blocked_is_not_sent(void **state)
{
	unsigned tries = UNTOUCHED;

	vcard_pin_set_tries(vcard, VCARD_PIN_AUTHENTICATION, 0, NULL);
	begin();
	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, &tries), JPKI_ERR_PIN_BLOCKED);
	assert_int_equal(tries, 0);
	assert_int_equal(events(VCARD_EVENT_VERIFY), 0);
}

static void
a_blocked_pin_leaves_the_other_alone(void **state)
{
	vcard_pin_set_tries(vcard, VCARD_PIN_AUTHENTICATION, 0, NULL);
	begin();
	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, NULL), JPKI_ERR_PIN_BLOCKED);
	assert_int_equal(verify_pin(JPKI_SIGNATURE, PASSWORD, NULL), JPKI_OK);
}

static void
a_transaction_on_trust_sends_no_pin(void **state)
{
	unsigned tries = UNTOUCHED;

	begin();
	end();
	trust();
	mark();
	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, &tries), JPKI_ERR_ARGUMENT);
	assert_exchanges(0);
	assert_int_equal(tries, UNTOUCHED);
}

static void
nor_does_one_whose_selection_failed(void **state)
{
	bool done;

	begin();
	end();
	trust();
	set_quirk(vcard, "application", "absent");
	assert_int_equal(jpki_card_select(card, &done), JPKI_ERR_NOT_JPKI);
	mark();
	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, NULL), JPKI_ERR_ARGUMENT);
	assert_exchanges(0);
}

static void
another_application_never_sees_the_pin(void **state)
{
	login(JPKI_AUTHENTICATION);
	end();
	for (int pin = VCARD_PIN_INPUT_AID; pin < VCARD_PINS; pin++) {
		assert_int_equal(vcard_select_other(vcard, NULL, 0, NULL), 0);
		login(JPKI_AUTHENTICATION);
		end();
		assert_int_equal(vcard_pin_tries(vcard, (enum vcard_pin)pin),
		    vcard_pin_tries_max((enum vcard_pin)pin));
	}
}

static void
the_pin_of_the_other_credential_is_refused(void **state)
{
	struct jpki_pin *pin = pin_of(JPKI_AUTHENTICATION, PIN);
	struct jpki_pin *password = pin_of(JPKI_SIGNATURE, PASSWORD);
	unsigned tries = UNTOUCHED;

	begin();
	mark();
	assert_int_equal(jpki_card_verify(card, JPKI_SIGNATURE, pin, &tries), JPKI_ERR_ARGUMENT);
	assert_int_equal(
	    jpki_card_verify(card, JPKI_AUTHENTICATION, password, &tries), JPKI_ERR_ARGUMENT);
	assert_int_equal(jpki_card_verify(card, JPKI_CREDENTIALS, pin, &tries), JPKI_ERR_ARGUMENT);
	assert_exchanges(0);
	assert_int_equal(tries, UNTOUCHED);
	jpki_pin_free(&pin);
	jpki_pin_free(&password);
}

static void
a_card_that_forgets_when_selecting(void **state)
{
	set_quirk(vcard, "select-clears", "yes");
	login(JPKI_AUTHENTICATION);
	end();
	trust();
	assert_true(vcard_pin_verified(vcard, VCARD_PIN_AUTHENTICATION));
	end();
	begin();
	assert_false(vcard_pin_verified(vcard, VCARD_PIN_AUTHENTICATION));
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
