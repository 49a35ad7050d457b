/* SPDX-License-Identifier: BSD-2-Clause */

/* PINs through the public functions: what they answer, and what each costs. */

#include "../common/clock.h"
#include "fixture.h"
#include "reader/refusal.h"

/* INS (ISO 7816-4, 11.5.6). */
#define VERIFY 0x20
#define SELECT 0xA4
#define CHANGE 0x24

static void
login_and_logout(void **state)
{
	enum jpki_role role = role_of(state);
	enum jpki_try spent = JPKI_TRY_SPENT;

	assert_false(logged_in(role));
	assert_ok(jpki_logout(number, role));
	assert_ok(login(role, pin_of(role), &spent));
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_true(logged_in(role));
	assert_false(logged_in(1 - role));
	assert_rv(login(role, pin_of(role), &spent), JPKI_ERR_LOGGED_IN);
	assert_int_equal(pins_sent(), 1);
	assert_ok(jpki_logout(number, role));
	assert_false(logged_in(role));
	assert_true(locked());
}

/* The power goes for both. */
static void
locking_one_key_ends_the_login_with_the_other(void **state)
{
	for (int ended = 0; ended < JPKI_ROLES; ended++) {
		for (int role = 0; role < JPKI_ROLES; role++)
			assert_ok(login(role, pin_of(role), NULL));
		assert_true(logged_in(1 - ended));
		assert_ok(jpki_logout(number, ended));
		assert_false(logged_in(1 - ended));
		assert_true(locked());
		start_over();
	}
}

static void
so_does_the_end_of_the_ten_seconds(void **state)
{
	clock_stop();
	for (int role = 0; role < JPKI_ROLES; role++)
		assert_ok(login(role, pin_of(role), NULL));
	clock_skip_ms(9999);
	assert_true(logged_in(JPKI_AUTHENTICATION));
	clock_skip_ms(1);
	assert_false(logged_in(JPKI_AUTHENTICATION));
	assert_true(locked());
}

static unsigned
tries_told(enum jpki_role role)
{
	unsigned left, most;

	assert_ok(jpki_tries(number, role, &left, &most));
	assert_int_equal(most, tries_max(role));
	return left;
}

static void
a_wrong_pin_costs_one_try(void **state)
{
	enum jpki_role role = role_of(state);
	enum jpki_try spent = JPKI_TRY_KEPT;

	assert_int_equal(tries_told(role), tries_max(role));
	assert_rv(login(role, wrong_pin_of(role), &spent), JPKI_ERR_PIN_WRONG);
	assert_int_equal(spent, JPKI_TRY_SPENT);
	assert_int_equal(tries_told(role), tries_max(role) - 1);
	assert_int_equal(tries_told(1 - role), tries_max(1 - role));
	assert_int_equal(tries(role), tries_max(role) - 1);
	assert_false(logged_in(role));
	assert_true(locked());
}

static void
what_was_refused_is_not_sent_again(void **state)
{
	enum jpki_role role = role_of(state);
	enum jpki_try spent;

	clock_stop();
	assert_rv(login(role, wrong_pin_of(role), NULL), JPKI_ERR_PIN_WRONG);
	for (int round = 0; round < 3; round++) {
		spent = JPKI_TRY_SPENT;
		assert_rv(login(role, wrong_pin_of(role), &spent), JPKI_ERR_PIN_REFUSED);
		assert_int_equal(spent, JPKI_TRY_KEPT);
		clock_skip_ms(1000);
	}
	assert_int_equal(pins_sent(), 1);
	assert_ok(login(role, pin_of(role), NULL));
}

static void
what_cannot_be_right_is_not_sent(void **state)
{
	enum jpki_try spent = JPKI_TRY_SPENT;

	assert_rv(login(JPKI_AUTHENTICATION, "123", &spent), JPKI_ERR_PIN_LENGTH);
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_rv(login(JPKI_AUTHENTICATION, "12A4", NULL), JPKI_ERR_PIN_CHARACTER);
	assert_rv(login(JPKI_SIGNATURE, "", NULL), JPKI_ERR_PIN_LENGTH);
	assert_int_equal(pins_sent(), 0);
}

static int
login_with_ones(enum jpki_role role, size_t length)
{
	static uint8_t ones[2000];

	memset(ones, '1', sizeof(ones));
	return jpki_login(number, role, ones, length, NULL);
}

/* One that is far too long is told so, whatever other one has been given a moment ago. */
static void
what_is_far_too_long_is_no_other_pin(void **state)
{
	enum jpki_role role = role_of(state);

	clock_stop();
	assert_rv(login_with_ones(role, 1025), JPKI_ERR_PIN_LENGTH);
	assert_rv(login(role, "", NULL), JPKI_ERR_PIN_LENGTH);
	assert_rv(login_with_ones(role, 2000), JPKI_ERR_PIN_LENGTH);
	assert_rv(login_with_ones(role, 1025), JPKI_ERR_PIN_REFUSED); /* given again */
	assert_rv(login(role, "", NULL), JPKI_ERR_PIN_REFUSED);
	assert_ok(login(role, pin_of(role), NULL));
}

/* The empty one first. */
static void
nor_is_another_one_far_too_long(void **state)
{
	enum jpki_role role = role_of(state);

	clock_stop();
	assert_rv(login(role, "", NULL), JPKI_ERR_PIN_LENGTH);
	assert_rv(login_with_ones(role, 1025), JPKI_ERR_PIN_LENGTH);
}

static const char *
another_wrong_pin(enum jpki_role role, unsigned which)
{
	static char pin[16];

	strcpy(pin, wrong_pin_of(role));
	pin[strlen(pin) - 1] = (char)('0' + which);
	return pin;
}

static void
blocked(void **state)
{
	enum jpki_role role = role_of(state);
	enum jpki_try spent = JPKI_TRY_KEPT;
	unsigned most = tries_max(role);

	for (unsigned i = 1; i < most; i++)
		assert_rv(login(role, another_wrong_pin(role, i), NULL), JPKI_ERR_PIN_WRONG);
	assert_int_equal(tries_told(role), 1);
	assert_rv(login(role, another_wrong_pin(role, most), &spent), JPKI_ERR_PIN_BLOCKED);
	assert_int_equal(spent, JPKI_TRY_SPENT);
	assert_int_equal(tries_told(role), 0);
	assert_rv(login(role, pin_of(role), &spent), JPKI_ERR_PIN_BLOCKED);
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_int_equal(pins_sent(), most);
	assert_ok(login(1 - role, pin_of(1 - role), NULL));
}

static void
lose_answer(enum vcard_fault fault)
{
	assert_int_equal(vcard_fault_add_from(card, fault, VERIFY, 1, 0, NULL), 0);
}

/* The tries tell what it was. */
static void
an_answer_that_is_lost(void **state)
{
	enum jpki_try spent = JPKI_TRY_KEPT;

	assert_int_equal(tries_told(JPKI_AUTHENTICATION), 3);
	lose_answer(VCARD_FAULT_EMPTY);
	assert_rv(login(JPKI_AUTHENTICATION, "9999", &spent), JPKI_ERR_PIN_WRONG);
	assert_int_equal(spent, JPKI_TRY_SPENT);
	assert_int_equal(tries_told(JPKI_AUTHENTICATION), 2);
	assert_true(locked());
	clock_skip_ms(REFUSAL_MS);
	assert_rv(login(JPKI_AUTHENTICATION, "9999", &spent), JPKI_ERR_PIN_REFUSED);
	assert_int_equal(tries(JPKI_AUTHENTICATION), 2);
}

static void
the_answer_to_the_right_pin_is_lost(void **state)
{
	enum jpki_try spent = JPKI_TRY_KEPT;

	assert_int_equal(tries_told(JPKI_AUTHENTICATION), 3);
	lose_answer(VCARD_FAULT_EMPTY);
	spent = JPKI_TRY_SPENT;
	assert_true(login(JPKI_AUTHENTICATION, pin_of(JPKI_AUTHENTICATION), &spent) < 0);
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_true(locked());
	assert_ok(login(JPKI_AUTHENTICATION, pin_of(JPKI_AUTHENTICATION), &spent));
}

/*
 * It was about to be sent, and what came before it failed: nothing is learned of it. That another
 * program spends a try then says nothing either.
 */
static void
a_pin_that_was_not_sent(void **state)
{
	enum jpki_try spent = JPKI_TRY_SPENT;

	swap_card("short-identifiers", "6a86");
	assert_int_equal(tries_told(JPKI_AUTHENTICATION), 3);
	/* after that of the application, that of the PIN's file; nor can the tries be asked then */
	for (unsigned i = 2; i <= 3; i++)
		assert_int_equal(
		    vcard_fault_add_from(card, VCARD_FAULT_EMPTY, SELECT, i, 0, NULL), 0);
	assert_rv(login(JPKI_AUTHENTICATION, "1234", &spent), JPKI_ERR_DATA);
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_int_equal(pins_sent(), 0);
	assert_true(locked());
	vcard_faults_clear(card);
	assert_int_equal(vcard_pin_set_tries(card, VCARD_PIN_AUTHENTICATION, 2, NULL), 0);
	assert_ok(login(JPKI_AUTHENTICATION, "1234", &spent));
	assert_int_equal(pins_sent(), 1);
}

/* Refused by its status word, as against an answer that is lost: nothing was changed, for sure. */
static void
a_change_that_the_card_does_not_know(void **state)
{
	static const struct {
		enum vcard_fault fault;
		uint16_t sw;
		enum jpki_try spent;
	} cases[] = {
	    {VCARD_FAULT_SW, 0x6d00, JPKI_TRY_KEPT},
	    {VCARD_FAULT_SW, 0x6700, JPKI_TRY_KEPT},
	    {VCARD_FAULT_SW, 0x6581, JPKI_TRY_UNCERTAIN},
	    {VCARD_FAULT_EMPTY, 0, JPKI_TRY_UNCERTAIN},
	};
	enum jpki_try spent;

	for (size_t i = 0; i < LENGTH_OF(cases); i++) {
		start_over();
		assert_int_equal(
		    vcard_fault_add_from(card, cases[i].fault, CHANGE, 1, cases[i].sw, NULL), 0);
		assert_true(change_pin(JPKI_AUTHENTICATION, "1234", "5739", &spent) < 0);
		assert_int_equal(spent, cases[i].spent);
		assert_true(locked());
	}
}

/* Though another program has spent the others since they were told. */
static void
the_last_try_is_spared(void **state)
{
	enum jpki_try spent;
	enum jpki_role role = role_of(state);

	start_over();
	jpki_spare_last_try(true);
	assert_int_equal(tries_told(role), tries_max(role));
	assert_int_equal(vcard_pin_set_tries(card, card_pin_of(role), 1, NULL), 0);
	assert_rv(login(role, wrong_pin_of(role), &spent), JPKI_ERR_LAST_TRY);
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_rv(change_pin(role, pin_of(role), pin_of(role), &spent), JPKI_ERR_LAST_TRY);
	assert_int_equal(pins_sent(), 0);
	jpki_spare_last_try(false);
	assert_ok(login(role, pin_of(role), &spent));
}

/* The card cannot be asked at once. When it can, it is looked at first. */
static void
lose_power(void *unused)
{
	assert_int_equal(inprocess_power_cut(READER), 0);
}

static void
an_answer_that_is_lost_with_the_power(void **state)
{
	enum jpki_try spent = JPKI_TRY_KEPT;
	enum jpki_role role = role_of(state);

	assert_int_equal(tries_told(role), tries_max(role));
	inprocess_plan(INPROCESS_ANSWER, 2, JPKI_ERR_IO, lose_power, NULL);
	assert_true(login(role, wrong_pin_of(role), &spent) < 0);
	assert_int_equal(spent, JPKI_TRY_UNCERTAIN);
	assert_rv(login(role, wrong_pin_of(role), &spent), JPKI_ERR_PIN_REFUSED);
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_int_equal(tries(role), tries_max(role) - 1);
	assert_ok(login(role, pin_of(role), &spent));
}

/* No application is selected any more: it has not compared the PIN, and has it all the same. */
static void
a_card_that_loses_its_power_unnoticed(void **state)
{
	enum jpki_try spent;
	enum jpki_role role = role_of(state);

	assert_int_equal(tries_told(role), tries_max(role));
	assert_int_equal(vcard_fault_add_from(card, VCARD_FAULT_POWER_LOSS, VERIFY, 1, 0, NULL), 0);
	assert_rv(login(role, pin_of(role), &spent), JPKI_ERR_RESET);
	assert_int_equal(vcard_fault_add_from(card, VCARD_FAULT_POWER_LOSS, CHANGE, 1, 0, NULL), 0);
	assert_rv(change_pin(role, pin_of(role), pin_of(role), &spent), JPKI_ERR_RESET);
	assert_true(locked());
	assert_ok(login(role, pin_of(role), &spent));
	assert_int_equal(tries(role), tries_max(role));
}

static void
a_card_pulled_while_it_verifies(void **state)
{
	enum jpki_try spent = JPKI_TRY_KEPT;

	assert_int_equal(tries_told(JPKI_AUTHENTICATION), 3);
	assert_int_equal(vcard_fault_add_from(card, VCARD_FAULT_EJECT, VERIFY, 1, 0, NULL), 0);
	assert_rv(login(JPKI_AUTHENTICATION, "9999", &spent), JPKI_ERR_NO_CARD);
	assert_int_equal(spent, JPKI_TRY_UNCERTAIN);
}

static void
change(void **state)
{
	static const char *const new_pins[JPKI_ROLES] = {"4321", "NEW99PASS"};
	enum jpki_role role = role_of(state);
	enum jpki_try spent = JPKI_TRY_SPENT;

	assert_ok(change_pin(role, pin_of(role), new_pins[role], &spent));
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_true(vcard_pin_is(card, card_pin_of(role), new_pins[role]));
	assert_true(locked());
	assert_rv(login(role, pin_of(role), &spent), JPKI_ERR_PIN_WRONG);
	assert_int_equal(spent, JPKI_TRY_SPENT);
	assert_ok(login(role, new_pins[role], NULL));
}

static void
change_that_fails(void **state)
{
	enum jpki_try spent = JPKI_TRY_SPENT;

	assert_rv(
	    change_pin(JPKI_AUTHENTICATION, "1234", "43210", &spent), JPKI_ERR_NEW_PIN_LENGTH);
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_rv(
	    change_pin(JPKI_SIGNATURE, "ABC123", "ONLYLETTERS", NULL), JPKI_ERR_NEW_PIN_CHARACTER);
	assert_rv(change_pin(JPKI_AUTHENTICATION, "12345", "4321", NULL), JPKI_ERR_PIN_LENGTH);
	assert_int_equal(pins_sent(), 0);
	assert_rv(change_pin(JPKI_AUTHENTICATION, "9999", "4321", &spent), JPKI_ERR_PIN_WRONG);
	assert_int_equal(spent, JPKI_TRY_SPENT);
	assert_rv(change_pin(JPKI_AUTHENTICATION, "9999", "4321", &spent), JPKI_ERR_PIN_REFUSED);
	assert_rv(login(JPKI_AUTHENTICATION, "9999", &spent), JPKI_ERR_PIN_REFUSED);
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_int_equal(pins_sent(), 1);
}

static int
check(enum jpki_role role, const char *pin)
{
	return jpki_check_pin(role, (const uint8_t *)pin, strlen(pin));
}

static int
check_new(enum jpki_role role, const char *pin)
{
	return jpki_check_new_pin(role, (const uint8_t *)pin, strlen(pin));
}

static void
checks_need_no_card(void **state)
{
	assert_ok(check(JPKI_AUTHENTICATION, "0000"));
	assert_ok(check(JPKI_AUTHENTICATION, "１２３４"));
	assert_rv(check(JPKI_AUTHENTICATION, "00000"), JPKI_ERR_PIN_LENGTH);
	assert_rv(check(JPKI_AUTHENTICATION, "000x"), JPKI_ERR_PIN_CHARACTER);
	assert_ok(check(JPKI_SIGNATURE, "abcdef"));
	assert_rv(check(JPKI_SIGNATURE, "abcde"), JPKI_ERR_PIN_LENGTH);
	assert_rv(check((enum jpki_role)2, "0000"), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_check_pin(JPKI_SIGNATURE, NULL, 6), JPKI_ERR_ARGUMENT);
	assert_ok(check_new(JPKI_AUTHENTICATION, "0000"));
	assert_ok(check_new(JPKI_SIGNATURE, "abcde1"));
	assert_rv(check_new(JPKI_SIGNATURE, "abcdef"), JPKI_ERR_NEW_PIN_CHARACTER);
	assert_rv(check_new(JPKI_SIGNATURE, "123456"), JPKI_ERR_NEW_PIN_CHARACTER);
	assert_rv(check_new(JPKI_AUTHENTICATION, "1"), JPKI_ERR_NEW_PIN_LENGTH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ROLE_TEST(login_and_logout),
	    TEST(locking_one_key_ends_the_login_with_the_other),
	    TEST(so_does_the_end_of_the_ten_seconds),
	    ROLE_TEST(a_wrong_pin_costs_one_try),
	    ROLE_TEST(what_was_refused_is_not_sent_again),
	    TEST(what_cannot_be_right_is_not_sent),
	    ROLE_TEST(what_is_far_too_long_is_no_other_pin),
	    ROLE_TEST(nor_is_another_one_far_too_long),
	    ROLE_TEST(blocked),
	    TEST(an_answer_that_is_lost),
	    TEST(the_answer_to_the_right_pin_is_lost),
	    TEST(a_pin_that_was_not_sent),
	    ROLE_TEST(an_answer_that_is_lost_with_the_power),
	    TEST(a_change_that_the_card_does_not_know),
	    ROLE_TEST(the_last_try_is_spared),
	    ROLE_TEST(a_card_that_loses_its_power_unnoticed),
	    TEST(a_card_pulled_while_it_verifies),
	    ROLE_TEST(change),
	    TEST(change_that_fails),
	    TEST_STOPPED(checks_need_no_card),
	};

	return RUN(tests);
}
