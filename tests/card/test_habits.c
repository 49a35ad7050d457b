/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/crypto.h>

#include "fixture.h"

/* What is learned of a card, and what becomes of expectations, right and wrong. */

static const struct jpki_habits all_yes = {
    JPKI_HABIT_YES, JPKI_HABIT_YES, JPKI_HABIT_YES, JPKI_HABIT_NO, JPKI_HABIT_YES};
static const struct jpki_habits all_no = {
    JPKI_HABIT_NO, JPKI_HABIT_NO, JPKI_HABIT_NO, JPKI_HABIT_YES, JPKI_HABIT_NO};

static int
make_reading(void **state)
{
	return set_up(state) != 0 || inprocess_longest(READER, JPKI_LONG_DATA_MAX) != 0;
}

static struct jpki_habits
habits_of(void)
{
	struct jpki_habits habits;

	memset(&habits, 0xFF, sizeof(habits));
	jpki_card_habits(card, &habits);
	return habits;
}

static void
assert_habits(const struct jpki_habits *expected)
{
	struct jpki_habits habits = habits_of();

	assert_memory_equal(&habits, expected, sizeof(habits));
}

static void
begin_expecting(const struct jpki_habits *habits)
{
	start_over();
	jpki_card_expect(card, habits);
	begin();
	mark();
}

static void
read_right(void)
{
	memset(&der, 0, sizeof(der));
	assert_int_equal(
	    jpki_card_read_certificate(card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der), JPKI_OK);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
}

/* The head is known from elsewhere, as after a cache. */
static void
read_rest(void)
{
	unsigned char *expected;
	size_t length = expected_der(JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &expected);

	memset(&der, 0, sizeof(der));
	memcpy(der.bytes, expected, BLOCK);
	der.have = BLOCK;
	der.total = length;
	OPENSSL_free(expected);
	assert_int_equal(
	    jpki_card_read_certificate(card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der), JPKI_OK);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
}

static int
sign(void)
{
	static const uint8_t data[32];
	uint8_t signature[JPKI_SIGNATURE_SIZE];

	return jpki_card_sign(
	    card, JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1, data, sizeof(data), signature);
}

static void
use_all(void)
{
	read_right();
	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, NULL), JPKI_OK);
	assert_int_equal(sign(), JPKI_OK);
}

static void
nothing_is_known_at_first(void **state)
{
	static const struct jpki_habits nothing;

	assert_habits(&nothing);
}

static void
habits_are_learned(void **state)
{
	set_quirk(vcard, "extended", "yes");
	jpki_card_try_long(card, true);
	begin();
	use_all();
	assert_habits(&all_yes);
	end();
	start_over();
	jpki_card_try_long(card, true);
	set_quirk(vcard, "short-identifiers", "6a86");
	set_quirk(vcard, "extended", "no");
	begin();
	use_all();
	assert_habits(&(struct jpki_habits){
	    JPKI_HABIT_NO, JPKI_HABIT_NO, JPKI_HABIT_NO, JPKI_HABIT_NO, JPKI_HABIT_NO});
}

static void
those_of_another_application_are_not_told(void **state)
{
	char number[JPKI_MANUFACTURE_NUMBER_SIZE];
	struct jpki_habits habits;

	begin();
	assert_int_equal(jpki_card_select_attributes(card), JPKI_OK);
	assert_int_equal(jpki_card_select_number(card), JPKI_OK);
	assert_int_equal(jpki_card_read_number(card, number), JPKI_OK);
	habits = habits_of();
	assert_int_equal(habits.short_read, JPKI_HABIT_UNKNOWN);
}

static void
what_is_expected_is_told_until_it_is_seen(void **state)
{
	jpki_card_expect(card, &all_yes);
	assert_habits(&(struct jpki_habits){
	    JPKI_HABIT_YES, JPKI_HABIT_YES, JPKI_HABIT_YES, JPKI_HABIT_NO, JPKI_HABIT_YES});
	jpki_card_expect(card, &(struct jpki_habits){0});
	assert_habits(&(struct jpki_habits){.small_reads = JPKI_HABIT_NO});
}

static void
other_values_are_unknown(void **state)
{
	struct jpki_habits habits;

	for (unsigned value = 3; value < 256; value++) {
		start_over();
		memset(&habits, (int)value, sizeof(habits));
		jpki_card_expect(card, &habits);
		assert_habits(&(struct jpki_habits){0});
	}
}

static void
what_was_seen_is_not_expected_otherwise(void **state)
{
	set_quirk(vcard, "extended", "yes");
	jpki_card_try_long(card, true);
	begin();
	use_all();
	jpki_card_expect(card, &all_no);
	assert_habits(&all_yes);
	mark();
	read_right();
	assert_exchanges(2);
}

static void
right_expectations_save_exchanges(void **state)
{
	set_quirk(vcard, "extended", "yes");
	begin_expecting(&all_yes);
	read_rest(); /* neither a SELECT nor a permission */
	assert_exchanges(1);
	assert_habits(&all_yes);
	end();
	set_quirk(vcard, "extended", "no");
	set_quirk(vcard, "short-identifiers", "6a86");
	begin_expecting(&(struct jpki_habits){.short_read = JPKI_HABIT_NO,
	    .short_pin = JPKI_HABIT_NO,
	    .short_sign = JPKI_HABIT_NO,
	    .long_read = JPKI_HABIT_NO});
	use_all();
	assert_exchanges(1 + blocks(expected_length()) + 2 + 2);
}

static void
short_reads_that_are_not_there(void **state)
{
	for (const char *const *refusal = short_identifiers + 1; *refusal != NULL; refusal++) {
		set_quirk(vcard, "short-identifiers", *refusal);
		begin_expecting(&(struct jpki_habits){.short_read = JPKI_HABIT_YES});
		read_right();
		assert_exchanges(2 + blocks(expected_length()));
		assert_int_equal(habits_of().short_read, JPKI_HABIT_NO);
		end();
		begin_expecting(&all_yes);
		jpki_card_expect(card, &(struct jpki_habits){.short_read = JPKI_HABIT_YES});
		read_rest();
		assert_exchanges(2 + blocks(expected_length() - BLOCK));
		assert_int_equal(habits_of().short_read, JPKI_HABIT_NO);
		end();
	}
}

static void
a_file_that_is_missing_is_not_waited_for(void **state)
{
	bool present[JPKI_ROLES];

	set_quirk(vcard, "presence", "missing");
	begin_expecting(&all_yes);
	assert_int_equal(jpki_card_read_presence(card, present), JPKI_ERR_NOT_FOUND);
	assert_exchanges(2);
	assert_int_equal(habits_of().short_read, JPKI_HABIT_YES);
	read_right();
}

static void
signing_that_is_not_as_expected(void **state)
{
	set_quirk(vcard, "short-identifiers", "6a86");
	begin_expecting(&(struct jpki_habits){.short_sign = JPKI_HABIT_YES});
	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, NULL), JPKI_OK);
	mark();
	assert_int_equal(sign(), JPKI_OK);
	assert_exchanges(3);
	assert_int_equal(habits_of().short_sign, JPKI_HABIT_NO);
}

static void
no_pin_goes_out_by_an_expectation(void **state)
{
	for (const char *const *answer_to = short_identifiers; *answer_to != NULL; answer_to++) {
		set_quirk(vcard, "short-identifiers", *answer_to);
		begin_expecting(&(struct jpki_habits){.short_pin = JPKI_HABIT_YES});
		assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, NULL), JPKI_OK);
		assert_verifies(1);
		assert_true(events(VCARD_EVENT_COUNT) >= 1);
		assert_int_equal(vcard_pin_tries(vcard, VCARD_PIN_AUTHENTICATION), 3);
		end();
	}
}

static void
a_pin_that_is_not_addressed_as_expected(void **state)
{
	begin_expecting(&all_no); /* it takes short identifiers all the same */
	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, NULL), JPKI_OK);
	assert_exchanges(2);
	assert_verifies(1);
	assert_int_equal(sign(), JPKI_OK);
	read_right();
}

static void
long_reads_that_are_not_there(void **state)
{
	begin_expecting(&all_yes);
	set_quirk(vcard, "extended", "no");
	read_right();
	assert_exchanges(blocks(expected_length()) + 1);
	assert_int_equal(habits_of().long_read, JPKI_HABIT_NO);
	end();
	begin_expecting(&all_yes);
	set_quirk(vcard, "extended", "short");
	read_right();
	assert_exchanges(blocks(expected_length()));
	assert_int_equal(habits_of().long_read, JPKI_HABIT_NO);
	end();
	begin_expecting(&all_yes);
	set_quirk(vcard, "extended", "yes");
	assert_int_equal(inprocess_longest(READER, 256), 0);
	read_right();
	assert_exchanges(blocks(expected_length()));
	assert_int_equal(habits_of().long_read, JPKI_HABIT_YES);
}

static void
a_reader_that_does_not_stand_what_is_expected(void **state)
{
	begin_expecting(&all_yes);
	set_quirk(vcard, "extended", "chokes");
	assert_int_equal(
	    jpki_card_read_certificate(card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der),
	    JPKI_ERR_IO);
	assert_int_equal(habits_of().long_read, JPKI_HABIT_NO);
	end();
	begin();
	read_right();
}

static void
small_reads_are_small_until_more_was_seen(void **state)
{
	begin_expecting(&all_no);
	read_right();
	assert_int_equal(habits_of().small_reads, JPKI_HABIT_YES);
	assert_exchanges(1 + (unsigned)(expected_length() + 127) / 128);
	end();
	begin_expecting(&(struct jpki_habits){.small_reads = JPKI_HABIT_NO});
	set_quirk(vcard, "wrong-le", "6700");
	read_right();
	assert_int_equal(habits_of().small_reads, JPKI_HABIT_YES);
}

#define READING(name) cmocka_unit_test_setup_teardown(name, make_reading, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    READING(nothing_is_known_at_first),
	    READING(habits_are_learned),
	    READING(those_of_another_application_are_not_told),
	    READING(what_is_expected_is_told_until_it_is_seen),
	    READING(other_values_are_unknown),
	    READING(what_was_seen_is_not_expected_otherwise),
	    READING(right_expectations_save_exchanges),
	    READING(short_reads_that_are_not_there),
	    READING(a_file_that_is_missing_is_not_waited_for),
	    READING(signing_that_is_not_as_expected),
	    READING(no_pin_goes_out_by_an_expectation),
	    READING(a_pin_that_is_not_addressed_as_expected),
	    READING(long_reads_that_are_not_there),
	    READING(a_reader_that_does_not_stand_what_is_expected),
	    READING(small_reads_are_small_until_more_was_seen),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
