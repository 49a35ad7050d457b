/* SPDX-License-Identifier: BSD-2-Clause */

/* What a card is asked that is examined, what is told of it, and what it costs. */

#include <stdio.h>

#include <jpki/examine.h>

#include "fixture.h"

/* What was told, kept past the call. */
#define TOLD_MAX 64
static struct told {
	char id[32], seen[512];
	enum jpki_outcome outcome;
} told[TOLD_MAX];
static size_t told_count;

static void
note(void *context, const struct jpki_observation *one)
{
	struct told *entry = &told[told_count];

	assert_ptr_equal(context, told);
	assert_true(told_count < TOLD_MAX);
	assert_true(strlen(one->id) < sizeof(entry->id));
	/* the columns of jpki doctor --card */
	assert_in_range(strlen(one->fact), 1, 31);
	assert_in_range(strlen(one->expected), 1, 22);
	assert_true(strlen(one->seen) < sizeof(entry->seen));
	strcpy(entry->id, one->id);
	strcpy(entry->seen, one->seen);
	entry->outcome = one->outcome;
	for (size_t i = 0; i < told_count; i++) /* each but once */
		assert_string_not_equal(told[i].id, one->id);
	told_count++;
}

static int
examine(enum jpki_role role, const char *pin, enum jpki_try *spent)
{
	told_count = 0;
	return jpki_examine(
	    number, role, (const uint8_t *)pin, pin != NULL ? strlen(pin) : 0, note, told, spent);
}

static const struct told *
find(const char *id)
{
	for (size_t i = 0; i < told_count; i++)
		if (strcmp(told[i].id, id) == 0)
			return &told[i];
	fail_msg("nothing was told of %s", id);
	return NULL;
}

static size_t
count(enum jpki_outcome outcome)
{
	size_t found = 0;

	for (size_t i = 0; i < told_count; i++)
		found += told[i].outcome == outcome;
	return found;
}

static void
a_card_as_expected(void **state)
{
	enum jpki_role role = role_of(state);
	enum jpki_try spent = JPKI_TRY_SPENT;

	assert_ok(examine(role, pin_of(role), &spent));
	assert_int_equal(spent, JPKI_TRY_KEPT);
	for (size_t i = 0; i < told_count; i++)
		if (told[i].outcome == JPKI_DIFFERS)
			fail_msg("%s: %s", told[i].id, told[i].seen);
	/* the certificate for signatures is behind its own PIN */
	assert_int_equal(count(JPKI_NOT_ASKED), role == JPKI_AUTHENTICATION ? 1 : 0);
	assert_int_equal(pins_sent(), 1);
	assert_int_equal(vcard_ledger_count(card, VCARD_EVENT_CHANGE), 0);
	assert_true(locked());
	assert_false(logged_in(role));
	assert_int_equal(tries(role), tries_max(role));
}

static void
without_a_pin(void **state)
{
	size_t all, not_asked;

	assert_ok(examine(JPKI_AUTHENTICATION, pin_of(JPKI_AUTHENTICATION), NULL));
	all = told_count;
	start_over();
	assert_ok(examine(JPKI_AUTHENTICATION, NULL, NULL));
	assert_int_equal(told_count, all);
	assert_int_equal(pins_sent(), 0);
	not_asked = count(JPKI_NOT_ASKED);
	assert_int_equal(count(JPKI_AGREES), all - not_asked);
	assert_int_equal(find("sign-04")->outcome, JPKI_NOT_ASKED);
	assert_string_equal(find("sign-04")->seen, "");
	assert_true(locked());
}

/* A card that differs, and where that is to be seen. */
static const struct quirk_row {
	const char *name, *value, *id, *seen;
	enum jpki_outcome outcome;
} quirks[] = {
    {"first-command", "6f00", "first-command", "6F00, then 9000", JPKI_AGREES},
    {"verified-count", "9000", "tries-verified", "9000", JPKI_DIFFERS},
    {"select-clears", "yes", "select-clears", "forgotten", JPKI_DIFFERS},
    {"select-clears", "yes", "reset-clears", "", JPKI_NOT_ASKED},
    {"reset-clears", "yes", "reset-clears", "forgotten", JPKI_DIFFERS},
    {"reset-clears", "yes", "select-clears", "verified", JPKI_AGREES},
    {"short-identifiers", "6a86", "read-short", "6A86", JPKI_DIFFERS},
    {"short-identifiers", "6982", "tries-short", "6982", JPKI_DIFFERS},
    {"short-identifiers", "6a82", "sign-locked-short", "6A82", JPKI_DIFFERS},
    {"short-identifiers", "6986", "sign-short", "6986", JPKI_DIFFERS},
    {"sign-forms", "pkcs1", "sign-04", "6A86", JPKI_DIFFERS},
    {"sign-forms", "pkcs1", "sign-02", "6A86", JPKI_DIFFERS},
    {"sign-forms", "pkcs1", "sign-00", "right", JPKI_AGREES},
    {"sign-length", "6700", "sign-length", "6700", JPKI_AGREES},
    {"sign-length", "6985", "sign-length", "6985", JPKI_AGREES},
    {"pss-salt", "0", "sign-04", "PSS, 0 bytes of salt", JPKI_DIFFERS},
    {"pss-salt", "20", "sign-05", "PSS, 20 bytes of salt", JPKI_DIFFERS},
    {"pss-salt", "222", "sign-04", "PSS, 222 bytes of salt", JPKI_DIFFERS},
    {"signature", "damaged", "sign-00", "a wrong signature", JPKI_DIFFERS},
    {"signature", "other-key", "sign-04", "a wrong signature", JPKI_DIFFERS},
    {"signature", "short", "sign-00", "9000, 255 bytes", JPKI_DIFFERS},
    {"chaining", "all", "read", "6100", JPKI_DIFFERS},
    {"chaining", "half", "read", "6180, 128 bytes", JPKI_DIFFERS},
    {"chaining", "all", "sign-00", "right", JPKI_AGREES},
    {"read-limit", "100", "read", "9000, 100 bytes", JPKI_DIFFERS},
    {"wrong-le", "6cxx", "read-over-end", "6CA0", JPKI_DIFFERS},
    {"wrong-le", "6700", "read", "6700", JPKI_DIFFERS},
    {"end-of-file", "6282", "read-over-end", "6282, 160 bytes", JPKI_AGREES},
    {"token-info", "binary", "token-info-texts", "not printable", JPKI_DIFFERS},
    {"token-info", "binary", "token-info-label", "no text", JPKI_DIFFERS},
    {"token-info", "blank", "token-info-texts", "FF", JPKI_DIFFERS},
    {"token-info", "blank", "token-info-time", "not all 9", JPKI_DIFFERS},
    {"token-info", "short", "token-info-length", "40 bytes", JPKI_DIFFERS},
    {"token-info", "short", "token-info-numbers", "too short", JPKI_DIFFERS},
    {"token-info", "missing", "token-info-length", "there is no such EF", JPKI_DIFFERS},
    {"presence", "missing", "presence-length", "there is no such EF", JPKI_DIFFERS},
    {"presence", "short", "presence-length", "1 byte", JPKI_DIFFERS},
    {"presence", "none", "presence", "00 00 00", JPKI_DIFFERS},
    {"signature-certificate", "absent", "presence", "00 8F 00", JPKI_DIFFERS},
    {"label", "android", "token-info-label", "Android phone", JPKI_AGREES},
    {"label", "android", "extensions-auth", "keyUsage, certificatePolicies, ", JPKI_AGREES},
    {"label", "iphone", "token-info-label", "iPhone", JPKI_AGREES},
    {"ca-certificates", "absent", "filler", "no certificate", JPKI_DIFFERS},
    {"ca-certificates", "not-der", "extensions-auth-ca", "no X.509 certificate", JPKI_DIFFERS},
    {"atr", "contact-3", "atr", "3B C5 FF 81 31 FB 45 80 73 C6 01 00 00", JPKI_AGREES},
};

static bool
has_key(const struct quirk_row *row)
{
	return strcmp(row->name, "presence") != 0 || strcmp(row->value, "none") != 0;
}

static void
what_differs_is_told(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(quirks); i++) {
		const struct quirk_row *row = &quirks[i];
		const struct told *entry;

		swap_card(row->name, row->value);
		assert_ok(examine(
		    JPKI_AUTHENTICATION, has_key(row) ? pin_of(JPKI_AUTHENTICATION) : NULL, NULL));
		entry = find(row->id);
		if (entry->outcome != row->outcome ||
		    strncmp(entry->seen, row->seen, strlen(row->seen)) != 0)
			fail_msg("%s=%s: %s is \"%s\" (%d)", row->name, row->value, row->id,
			    entry->seen, entry->outcome);
		assert_true(pins_sent() <= 1);
		assert_true(locked());
	}
}

static void
other_answers_of_a_blocked_pin(void **state)
{
	static const char *const values[][2] = {{"63c0", "63C0, it is blocked"},
	    {"6983", "6983, it is blocked"}, {"6984", "6984, it is blocked"}};
	enum jpki_try spent = JPKI_TRY_SPENT;

	for (size_t i = 0; i < LENGTH_OF(values); i++) {
		swap_card("blocked-count", values[i][0]);
		assert_int_equal(vcard_pin_set_tries(card, VCARD_PIN_AUTHENTICATION, 0, NULL), 0);
		assert_rv(examine(JPKI_AUTHENTICATION, pin_of(JPKI_AUTHENTICATION), &spent),
		    JPKI_ERR_PIN_BLOCKED);
		assert_int_equal(spent, JPKI_TRY_KEPT);
		assert_int_equal(pins_sent(), 0);
		assert_string_equal(find("tries")->seen, values[i][1]);
		assert_ok(examine(JPKI_AUTHENTICATION, NULL, NULL));
	}
}

static void
a_pin_is_sent_once_or_not_at_all(void **state)
{
	enum jpki_try spent;

	assert_rv(examine(JPKI_AUTHENTICATION, "12345", &spent), JPKI_ERR_PIN_LENGTH);
	assert_rv(examine(JPKI_AUTHENTICATION, "12a4", &spent), JPKI_ERR_PIN_CHARACTER);
	assert_int_equal(pins_sent(), 0);
	assert_rv(examine(JPKI_AUTHENTICATION, "9999", &spent), JPKI_ERR_PIN_WRONG);
	assert_int_equal(spent, JPKI_TRY_SPENT);
	assert_int_equal(pins_sent(), 1);
	assert_rv(examine(JPKI_AUTHENTICATION, "9999", &spent), JPKI_ERR_PIN_REFUSED);
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_int_equal(pins_sent(), 1);
	assert_int_equal(tries(JPKI_AUTHENTICATION), 2);
	assert_true(locked());
	assert_ok(examine(JPKI_AUTHENTICATION, "1234", &spent));
}

static void
arguments(void **state)
{
	enum jpki_try spent = JPKI_TRY_SPENT;

	assert_rv(jpki_examine(number, JPKI_ROLES, NULL, 0, note, told, &spent), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_examine(number, 0, NULL, 0, NULL, told, NULL), JPKI_ERR_ARGUMENT);
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_rv(jpki_examine(0, 0, NULL, 0, note, told, NULL), JPKI_ERR_NO_CARD);
	assert_ok(login(JPKI_AUTHENTICATION, pin_of(JPKI_AUTHENTICATION), NULL));
	assert_rv(examine(JPKI_AUTHENTICATION, "1234", NULL), JPKI_ERR_LOGGED_IN);
	assert_rv(examine(JPKI_AUTHENTICATION, NULL, NULL), JPKI_ERR_LOGGED_IN);
	assert_int_equal(pins_sent(), 1);
	assert_true(logged_in(JPKI_AUTHENTICATION));
	assert_ok(jpki_stop());
	assert_rv(examine(JPKI_AUTHENTICATION, NULL, NULL), JPKI_ERR_STOPPED);
}

/* While a PIN is verified, the card is locked should this process be killed: at each exchange. */
static unsigned open_exchanges;

static void
look_for_guard(void *context)
{
	if (!locked()) {
		assert_true(inprocess_guarded(READER));
		open_exchanges++;
	}
	inprocess_plan(INPROCESS_TRANSMIT, 1, JPKI_OK, look_for_guard, NULL);
}

static void
it_is_guarded_while_it_is_open(void **state)
{
	enum jpki_role role = role_of(state);

	open_exchanges = 0;
	look_for_guard(NULL);
	assert_ok(examine(role, pin_of(role), NULL));
	inprocess_plan(INPROCESS_TRANSMIT, 0, JPKI_OK, NULL, NULL);
	assert_true(open_exchanges > 20);
	assert_true(locked());
}

/* The card is taken out, or others cut its power, at each exchange in turn. */
static void
pull(void *context)
{
	(void)inprocess_eject(READER);
}

static void
cut(void *context)
{
	(void)inprocess_power_cut(READER);
}

static void
disturbed_at(
    enum jpki_role role, enum inprocess_call call, void (*disturb)(void *context), int expected)
{
	unsigned calls;

	start_over();
	inprocess_forget_calls();
	assert_ok(examine(role, pin_of(role), NULL));
	calls = inprocess_calls(call);
	assert_true(calls > 3);
	for (unsigned i = 1; i <= calls; i++) {
		int rv;

		start_over();
		inprocess_plan(call, i, JPKI_OK, disturb, NULL);
		rv = examine(role, pin_of(role), NULL);
		inprocess_plan(call, 0, JPKI_OK, NULL, NULL);
		if (rv != JPKI_OK && rv != expected)
			fail_msg("at %u: %s", i, jpki_strerror(rv));
		if (rv == JPKI_OK) /* what was told is of this card all the same */
			assert_int_equal(count(JPKI_DIFFERS), 0);
		assert_true(pins_sent() <= 1);
		assert_true(locked());
	}
}

static void
disturbed(void (*disturb)(void *context), int expected)
{
	for (int role = 0; role < JPKI_ROLES; role++) {
		disturbed_at(role, INPROCESS_TRANSMIT, disturb, expected);
		disturbed_at(role, INPROCESS_BEGIN, disturb, expected);
	}
}

static void
the_card_is_pulled(void **state)
{
	disturbed(pull, JPKI_ERR_NO_CARD);
}

static void
others_cut_its_power(void **state)
{
	disturbed(cut, JPKI_ERR_RESET);
}

/* An exchange fails, and nobody knows what the card is at. */
static void
the_way_fails(void **state)
{
	for (unsigned i = 1; i <= 100; i++) {
		int rv;

		inprocess_plan(INPROCESS_ANSWER, i, JPKI_ERR_IO, NULL, NULL);
		rv = examine(JPKI_AUTHENTICATION, "1234", NULL);
		inprocess_plan(INPROCESS_ANSWER, 0, JPKI_OK, NULL, NULL);
		/* or it is not to be seen any more that the application is selected */
		if (rv != JPKI_OK && rv != JPKI_ERR_IO && rv != JPKI_ERR_RESET)
			fail_msg("exchange %u: %s", i, jpki_strerror(rv));
		assert_true(pins_sent() <= 1);
		assert_true(locked());
		start_over();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ROLE_TEST(a_card_as_expected),
	    TEST(without_a_pin),
	    TEST(what_differs_is_told),
	    TEST(other_answers_of_a_blocked_pin),
	    TEST(a_pin_is_sent_once_or_not_at_all),
	    TEST(arguments),
	    ROLE_TEST(it_is_guarded_while_it_is_open),
	    TEST(the_card_is_pulled),
	    TEST(others_cut_its_power),
	    TEST(the_way_fails),
	};

	return RUN(tests);
}
