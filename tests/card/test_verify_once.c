/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

/*
 * One PIN is one VERIFY, whatever comes back. What is not executed is not in the ledger, so
 * where the VERIFY itself fails the exchanges are counted as well.
 */

#define VERIFY_BYTES 9 /* header, Lc, four digits */
#define LONGEST_LOGIN 6

static const unsigned strange_answers[] = {0x6F00, 0x6100, 0x6110, 0x6C00, 0x6C04, 0x6C10, 0x6282,
    0x6300, 0x6581, 0x6700, 0x6982, 0x6985, 0x6A80, 0x6A82, 0x6A86, 0x6A88, 0x6B00, 0x6D00, 0x6E00,
    0x0000, 0x9001, 0x63BF, 0x63D2, 0xFFFF};

static const enum vcard_fault executed[] = {
    VCARD_FAULT_EMPTY, VCARD_FAULT_TRUNCATED, VCARD_FAULT_OVERLONG};

static const int errors_of_the_way[] = {JPKI_ERR_NO_SERVICE, JPKI_ERR_NO_READER, JPKI_ERR_NO_CARD,
    JPKI_ERR_RESET, JPKI_ERR_BUSY, JPKI_ERR_TIMEOUT, JPKI_ERR_IO, JPKI_ERR_DATA};

/* Everything up to the VERIFY; how PINs are addressed is known. */
static void
come_to_verify(void)
{
	unsigned tries;

	start_over();
	begin();
	assert_int_equal(jpki_card_tries(card, JPKI_AUTHENTICATION, &tries, NULL), JPKI_OK);
	mark();
}

/* Verify, which must fail thus after exactly one exchange, a VERIFY. */
static void
assert_one_verify(const char *pin, int error)
{
	unsigned tries = 77;

	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, pin, &tries), error);
	assert_exchanges(1);
	assert_int_equal(vcard_ledger_totals(vcard).bytes_in, VERIFY_BYTES);
	assert_true(events(VCARD_EVENT_VERIFY) <= 1);
	assert_int_equal(tries, 77);
	(void)jpki_card_end(card);
}

/* The error that a strange answer to VERIFY is. */
static int
error_of(unsigned sw)
{
	switch (sw) {
	case 0x6700:
	case 0x6985:
		return JPKI_ERR_LENGTH;
	case 0x6982:
		return JPKI_ERR_NOT_VERIFIED;
	case 0x6A82:
	case 0x6A88:
		return JPKI_ERR_NOT_FOUND;
	case 0x6A86:
	case 0x6B00:
	case 0x6D00:
	case 0x6E00:
		return JPKI_ERR_UNSUPPORTED;
	default:
		return JPKI_ERR_STATUS;
	}
}

static void
strange_answers_instead_of_it(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(strange_answers); i++) {
		come_to_verify();
		plan_fault(VCARD_FAULT_SW, 1, strange_answers[i]);
		assert_one_verify(PIN, error_of(strange_answers[i]));
	}
}

static void
strange_answers_after_it(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(strange_answers); i++) {
		come_to_verify();
		plan_fault(VCARD_FAULT_SW_AFTER, 1, strange_answers[i]);
		assert_one_verify(WRONG_PIN, error_of(strange_answers[i]));
		assert_int_equal(vcard_pin_tries(vcard, VCARD_PIN_AUTHENTICATION), 2);
	}
}

static void
answers_that_are_none(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(executed); i++) {
		come_to_verify();
		plan_fault(executed[i], 1, 0);
		assert_one_verify(WRONG_PIN, JPKI_ERR_DATA);
		assert_int_equal(vcard_pin_tries(vcard, VCARD_PIN_AUTHENTICATION), 2);
	}
}

static void
garbage(void **state)
{
	for (unsigned i = 0; i < 200; i++) {
		come_to_verify();
		plan_fault(VCARD_FAULT_GARBAGE, 1, 0);
		(void)verify_pin(JPKI_AUTHENTICATION, PIN, NULL);
		assert_exchanges(1);
	}
}

static void
the_way_fails_before_it(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(errors_of_the_way); i++) {
		come_to_verify();
		inprocess_forget_calls();
		inprocess_plan(INPROCESS_TRANSMIT, 1, errors_of_the_way[i], NULL, NULL);
		assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, NULL), errors_of_the_way[i]);
		assert_int_equal(inprocess_calls(INPROCESS_TRANSMIT), 1);
		assert_exchanges(0);
	}
}

static void
the_way_fails_after_it(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(errors_of_the_way); i++) {
		come_to_verify();
		inprocess_plan(INPROCESS_ANSWER, 1, errors_of_the_way[i], NULL, NULL);
		assert_one_verify(WRONG_PIN, errors_of_the_way[i]);
		assert_int_equal(vcard_pin_tries(vcard, VCARD_PIN_AUTHENTICATION), 2);
	}
}

static void
a_card_without_short_identifiers_is_no_reason_either(void **state)
{
	set_quirk(vcard, "short-identifiers", "6a86");
	for (size_t i = 0; i < LENGTH_OF(strange_answers); i++) {
		come_to_verify();
		plan_fault(VCARD_FAULT_SW_AFTER, 2, strange_answers[i]);
		assert_int_equal(
		    verify_pin(JPKI_AUTHENTICATION, WRONG_PIN, NULL), error_of(strange_answers[i]));
		assert_exchanges(2);
		assert_verifies(1);
	}
}

/* A card that knew short identifiers a moment ago and refuses one for the PIN. */
static void
a_refused_short_identifier_is_no_reason_either(void **state)
{
	come_to_verify();
	set_quirk(vcard, "short-identifiers", "6a86");
	assert_one_verify(PIN, JPKI_ERR_UNSUPPORTED);
}

/* One login with a wrong PIN, whatever went wrong on the way: at most one try is gone. */
static void
try_and_recover(void)
{
	unsigned verifies;

	(void)whole_login(JPKI_AUTHENTICATION, WRONG_PIN);
	verifies = events(VCARD_EVENT_VERIFY);
	assert_true(verifies <= 1);
	assert_true(vcard_pin_tries(vcard, VCARD_PIN_AUTHENTICATION) >= 3 - verifies);
	assert_true(exchanges() <= LONGEST_LOGIN + 3);
	start_over();
	assert_int_equal(whole_login(JPKI_AUTHENTICATION, PIN), JPKI_OK);
}

static void
any_fault_at_any_exchange(enum vcard_fault fault, unsigned sw)
{
	for (unsigned nth = 1; nth <= LONGEST_LOGIN; nth++) {
		start_over();
		plan_fault(fault, nth, sw);
		try_and_recover();
	}
}

static void
all_faults(void)
{
	for (size_t i = 0; i < LENGTH_OF(strange_answers); i++) {
		any_fault_at_any_exchange(VCARD_FAULT_SW, strange_answers[i]);
		any_fault_at_any_exchange(VCARD_FAULT_SW_AFTER, strange_answers[i]);
	}
	for (size_t i = 0; i < LENGTH_OF(executed); i++)
		any_fault_at_any_exchange(executed[i], 0);
	for (unsigned i = 0; i < 20; i++)
		any_fault_at_any_exchange(VCARD_FAULT_GARBAGE, 0);
	any_fault_at_any_exchange(VCARD_FAULT_EJECT, 0);
	any_fault_at_any_exchange(VCARD_FAULT_POWER_LOSS, 0);
}

static void
faults_at_any_exchange_of_a_login(void **state)
{
	for (const char *const *answer_to = short_identifiers; *answer_to != NULL; answer_to++) {
		set_quirk(vcard, "short-identifiers", *answer_to);
		all_faults();
	}
}

static void
the_way_fails_at_any_exchange_of_a_login(void **state)
{
	static const enum inprocess_call calls[] = {INPROCESS_TRANSMIT, INPROCESS_ANSWER};

	for (size_t i = 0; i < LENGTH_OF(errors_of_the_way) * 2 * LONGEST_LOGIN; i++) {
		set_quirk(vcard, "short-identifiers", short_identifiers[i % 4]);
		start_over();
		inprocess_plan(calls[i % 2], (unsigned)(1 + i / 2 % LONGEST_LOGIN),
		    errors_of_the_way[i / 2 / LONGEST_LOGIN], NULL, NULL);
		try_and_recover();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(strange_answers_instead_of_it),
	    TEST(strange_answers_after_it),
	    TEST(answers_that_are_none),
	    TEST(garbage),
	    TEST(the_way_fails_before_it),
	    TEST(the_way_fails_after_it),
	    TEST(a_card_without_short_identifiers_is_no_reason_either),
	    TEST(a_refused_short_identifier_is_no_reason_either),
	    TEST(faults_at_any_exchange_of_a_login),
	    TEST(the_way_fails_at_any_exchange_of_a_login),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
