/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#define NEW_PIN "4321"
#define NEW_PASSWORD "NEW456"

static int
change(enum jpki_role role, const char *old_text, const char *new_text, unsigned *tries)
{
	struct jpki_pin *old = pin_of(role, old_text);
	struct jpki_pin *new_pin = pin_of(role, new_text);
	unsigned unasked;
	int rv = jpki_card_change_pin(card, role, old, new_pin, tries != NULL ? tries : &unasked);

	jpki_pin_free(&old);
	jpki_pin_free(&new_pin);
	return rv;
}

static void
assert_in_effect(enum jpki_role role, const char *old_text, const char *new_text)
{
	assert_int_equal(jpki_card_disconnect(card, true, -1), JPKI_OK);
	begin();
	assert_int_equal(verify_pin(role, old_text, NULL), JPKI_ERR_PIN_WRONG);
	assert_int_equal(verify_pin(role, new_text, NULL), JPKI_OK);
	end();
}

static void
the_new_pin_is_in_effect(void **state)
{
	begin();
	assert_int_equal(change(JPKI_AUTHENTICATION, PIN, NEW_PIN, NULL), JPKI_OK);
	assert_in_effect(JPKI_AUTHENTICATION, PIN, NEW_PIN);
	begin();
	assert_int_equal(change(JPKI_SIGNATURE, PASSWORD, NEW_PASSWORD, NULL), JPKI_OK);
	assert_in_effect(JPKI_SIGNATURE, PASSWORD, NEW_PASSWORD);
}

static void
the_new_password_is_upper_case(void **state)
{
	begin();
	assert_int_equal(change(JPKI_SIGNATURE, "abc123", "new456", NULL), JPKI_OK);
	assert_true(vcard_pin_is(vcard, VCARD_PIN_SIGNATURE, NEW_PASSWORD));
}

static void
a_change_without_short_identifiers(void **state)
{
	set_quirk(vcard, "short-identifiers", "6a82");
	begin();
	assert_int_equal(change(JPKI_SIGNATURE, PASSWORD, NEW_PASSWORD, NULL), JPKI_OK);
	assert_true(vcard_pin_is(vcard, VCARD_PIN_SIGNATURE, NEW_PASSWORD));
	assert_int_equal(events(VCARD_EVENT_CHANGE), 1);
}

/* VERIFY, SELECT EF, CHANGE; the first time the question how PINs are addressed as well. */
static void
a_change_takes_four_exchanges_then_three(void **state)
{
	begin();
	mark();
	assert_int_equal(change(JPKI_AUTHENTICATION, PIN, NEW_PIN, NULL), JPKI_OK);
	assert_exchanges(4);
	mark();
	assert_int_equal(change(JPKI_AUTHENTICATION, NEW_PIN, PIN, NULL), JPKI_OK);
	assert_exchanges(3);
	assert_verifies(1);
	assert_int_equal(events(VCARD_EVENT_CHANGE), 1);
}

static void
a_wrong_old_pin_leaves_its_tries(void **state)
{
	unsigned tries = 77;

	begin();
	for (unsigned left = 3; left-- > 0;) {
		assert_int_equal(
		    change(JPKI_AUTHENTICATION, WRONG_PIN, NEW_PIN, &tries), JPKI_ERR_PIN_WRONG);
		assert_int_equal(tries, left);
	}
	tries = 77;
	assert_int_equal(change(JPKI_AUTHENTICATION, PIN, NEW_PIN, &tries), JPKI_ERR_PIN_BLOCKED);
	assert_int_equal(tries, 0);
	assert_int_equal(events(VCARD_EVENT_CHANGE), 0);
	assert_true(vcard_pin_is(vcard, VCARD_PIN_AUTHENTICATION, PIN));
}

static void
the_rules_come_before_the_card(void **state)
{
	static const char *const weak[] = {
	    "ABCDEF", "123456", "abcdefghijklmnop", "0000000000000000"};
	unsigned tries = 77;

	begin();
	mark();
	for (size_t i = 0; i < LENGTH_OF(weak); i++)
		assert_int_equal(
		    change(JPKI_SIGNATURE, PASSWORD, weak[i], &tries), JPKI_ERR_PIN_CHARACTER);
	assert_exchanges(0);
	assert_int_equal(tries, 77);
}

static void
a_weak_old_password_can_be_changed(void **state)
{
	vcard_pin_set(vcard, VCARD_PIN_SIGNATURE, "ABCDEF", NULL);
	begin();
	assert_int_equal(change(JPKI_SIGNATURE, "ABCDEF", NEW_PASSWORD, NULL), JPKI_OK);
}

static void
pins_of_the_other_credential_are_refused(void **state)
{
	struct jpki_pin *pin = pin_of(JPKI_AUTHENTICATION, PIN);
	struct jpki_pin *password = pin_of(JPKI_SIGNATURE, PASSWORD);
	unsigned tries;

	begin();
	mark();
	assert_int_equal(jpki_card_change_pin(card, JPKI_AUTHENTICATION, pin, password, &tries),
	    JPKI_ERR_ARGUMENT);
	assert_int_equal(jpki_card_change_pin(card, JPKI_AUTHENTICATION, password, pin, &tries),
	    JPKI_ERR_ARGUMENT);
	assert_int_equal(
	    jpki_card_change_pin(card, JPKI_ROLES, pin, pin, &tries), JPKI_ERR_ARGUMENT);
	assert_exchanges(0);
	jpki_pin_free(&pin);
	jpki_pin_free(&password);
}

static void
a_transaction_on_trust_changes_nothing(void **state)
{
	begin();
	end();
	trust();
	mark();
	assert_int_equal(change(JPKI_AUTHENTICATION, PIN, NEW_PIN, NULL), JPKI_ERR_ARGUMENT);
	assert_exchanges(0);
}

static void
a_refused_change_is_not_repeated(void **state)
{
	static const unsigned answers[] = {0x6F00, 0x6A86, 0x6D00, 0x6104, 0x6C04, 0x6B00, 0x6982};

	begin();
	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, NULL), JPKI_OK);
	for (size_t i = 0; i < LENGTH_OF(answers); i++) {
		mark();
		plan_fault(VCARD_FAULT_SW, 3, answers[i]);
		assert_int_not_equal(change(JPKI_AUTHENTICATION, PIN, NEW_PIN, NULL), JPKI_OK);
		assert_exchanges(3);
		assert_verifies(1);
	}
	assert_true(vcard_pin_is(vcard, VCARD_PIN_AUTHENTICATION, PIN));
}

static void
a_change_that_breaks_off_anywhere(void **state)
{
	static const int errors[] = {JPKI_ERR_NO_CARD, JPKI_ERR_RESET, JPKI_ERR_IO};

	for (unsigned i = 0; i < 4 * LENGTH_OF(errors); i++) {
		start_over();
		begin();
		mark();
		inprocess_plan(INPROCESS_TRANSMIT, 1 + i % 4, errors[i / 4], NULL, NULL);
		assert_int_equal(change(JPKI_AUTHENTICATION, PIN, NEW_PIN, NULL), errors[i / 4]);
		assert_exchanges(i % 4);
		assert_true(vcard_pin_is(vcard, VCARD_PIN_AUTHENTICATION, PIN));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_new_pin_is_in_effect),
	    TEST(the_new_password_is_upper_case),
	    TEST(a_change_without_short_identifiers),
	    TEST(a_change_takes_four_exchanges_then_three),
	    TEST(a_wrong_old_pin_leaves_its_tries),
	    TEST(the_rules_come_before_the_card),
	    TEST(a_weak_old_password_can_be_changed),
	    TEST(pins_of_the_other_credential_are_refused),
	    TEST(a_transaction_on_trust_changes_nothing),
	    TEST(a_refused_change_is_not_repeated),
	    TEST(a_change_that_breaks_off_anywhere),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
