/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/crypto.h>

#include "fixture.h"

/* What is learned of a card, and what becomes of expectations, right and wrong. */

static struct jpki_der der;

static const struct jpki_habits all_yes = {
    JPKI_HABIT_YES, JPKI_HABIT_YES, JPKI_HABIT_YES, JPKI_HABIT_NO, JPKI_HABIT_YES};
static const struct jpki_habits all_no = {
    JPKI_HABIT_NO, JPKI_HABIT_NO, JPKI_HABIT_NO, JPKI_HABIT_YES, JPKI_HABIT_NO};

static int
make_reading(void **state)
{
	memset(&der, 0, sizeof(der));
	return make_world(state) != 0 || inprocess_longest(READER, JPKI_LONG_DATA_MAX) != 0;
}

static struct jpki_habits
habits_of(struct world *w)
{
	struct jpki_habits habits;

	memset(&habits, 0xFF, sizeof(habits));
	jpki_card_habits(w->card, &habits);
	return habits;
}

static void
assert_habits(struct world *w, const struct jpki_habits *expected)
{
	struct jpki_habits habits = habits_of(w);

	assert_memory_equal(&habits, expected, sizeof(habits));
}

static void
begin_expecting(struct world *w, const struct jpki_habits *habits)
{
	start_over(w);
	memset(&der, 0, sizeof(der));
	jpki_card_expect(w->card, habits);
	begin(w);
	mark(w);
}

static void
read_right(struct world *w)
{
	memset(&der, 0, sizeof(der));
	assert_int_equal(
	    jpki_card_read_certificate(w->card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der),
	    JPKI_OK);
	assert_certificate(&der, JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
}

/* The head is known from elsewhere, as after a cache. */
static void
read_rest(struct world *w)
{
	unsigned char *expected;
	size_t length = expected_der(JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &expected);

	memset(&der, 0, sizeof(der));
	memcpy(der.bytes, expected, BLOCK);
	der.have = BLOCK;
	der.total = length;
	OPENSSL_free(expected);
	assert_int_equal(
	    jpki_card_read_certificate(w->card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der),
	    JPKI_OK);
	assert_certificate(&der, JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
}

static int
sign(struct world *w)
{
	static const uint8_t data[32];
	uint8_t signature[JPKI_SIGNATURE_SIZE];

	return jpki_card_sign(
	    w->card, JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1, data, sizeof(data), signature);
}

static void
use_all(struct world *w)
{
	unsigned tries;

	read_right(w);
	assert_int_equal(verify_pin(w, JPKI_AUTHENTICATION, PIN, &tries), JPKI_OK);
	assert_int_equal(sign(w), JPKI_OK);
}

static void
nothing_is_known_at_first(void **state)
{
	static const struct jpki_habits nothing;

	assert_habits(*state, &nothing);
}

static void
habits_are_learned(void **state)
{
	struct world *w = *state;

	set_quirk(w->vcard, "extended", "yes");
	jpki_card_try_long(w->card, true);
	begin(w);
	use_all(w);
	assert_habits(w, &all_yes);
	end(w);
	start_over(w);
	jpki_card_try_long(w->card, true);
	set_quirk(w->vcard, "short-identifiers", "6a86");
	set_quirk(w->vcard, "extended", "no");
	begin(w);
	use_all(w);
	assert_habits(w, &(struct jpki_habits){JPKI_HABIT_NO, JPKI_HABIT_NO, JPKI_HABIT_NO,
			     JPKI_HABIT_NO, JPKI_HABIT_NO});
}

static void
those_of_another_application_are_not_told(void **state)
{
	struct world *w = *state;
	char number[JPKI_MANUFACTURE_NUMBER_SIZE];
	struct jpki_habits habits;

	begin(w);
	assert_int_equal(jpki_card_select_attributes(w->card), JPKI_OK);
	assert_int_equal(jpki_card_select_number(w->card), JPKI_OK);
	assert_int_equal(jpki_card_read_number(w->card, number), JPKI_OK);
	habits = habits_of(w);
	assert_int_equal(habits.short_read, JPKI_HABIT_UNKNOWN);
}

static void
what_is_expected_is_told_until_it_is_seen(void **state)
{
	struct world *w = *state;

	jpki_card_expect(w->card, &all_yes);
	assert_habits(w, &(struct jpki_habits){JPKI_HABIT_YES, JPKI_HABIT_YES, JPKI_HABIT_YES,
			     JPKI_HABIT_NO, JPKI_HABIT_YES});
	jpki_card_expect(w->card, &(struct jpki_habits){0});
	assert_habits(w, &(struct jpki_habits){.small_reads = JPKI_HABIT_NO});
}

static void
other_values_are_unknown(void **state)
{
	struct world *w = *state;
	struct jpki_habits habits;

	for (unsigned value = 3; value < 256; value++) {
		start_over(w);
		memset(&habits, (int)value, sizeof(habits));
		jpki_card_expect(w->card, &habits);
		assert_habits(w, &(struct jpki_habits){0});
	}
}

static void
what_was_seen_is_not_expected_otherwise(void **state)
{
	struct world *w = *state;

	set_quirk(w->vcard, "extended", "yes");
	jpki_card_try_long(w->card, true);
	begin(w);
	use_all(w);
	jpki_card_expect(w->card, &all_no);
	assert_habits(w, &all_yes);
	mark(w);
	read_right(w);
	assert_exchanges(w, 2);
}

static void
right_expectations_save_exchanges(void **state)
{
	struct world *w = *state;

	set_quirk(w->vcard, "extended", "yes");
	begin_expecting(w, &all_yes);
	read_rest(w); /* neither a SELECT nor a permission */
	assert_exchanges(w, 1);
	assert_habits(w, &all_yes);
	end(w);
	set_quirk(w->vcard, "extended", "no");
	set_quirk(w->vcard, "short-identifiers", "6a86");
	begin_expecting(w, &(struct jpki_habits){.short_read = JPKI_HABIT_NO,
			       .short_pin = JPKI_HABIT_NO,
			       .short_sign = JPKI_HABIT_NO,
			       .long_read = JPKI_HABIT_NO});
	use_all(w);
	assert_exchanges(w, 1 + blocks(expected_length()) + 2 + 2);
}

static void
short_reads_that_are_not_there(void **state)
{
	struct world *w = *state;

	for (const char *const *answer_to = short_identifiers + 1; *answer_to != NULL;
	     answer_to++) {
		set_quirk(w->vcard, "short-identifiers", *answer_to);
		begin_expecting(w, &(struct jpki_habits){.short_read = JPKI_HABIT_YES});
		read_right(w);
		assert_exchanges(w, 2 + blocks(expected_length()));
		assert_int_equal(habits_of(w).short_read, JPKI_HABIT_NO);
		end(w);
		begin_expecting(w, &all_yes);
		jpki_card_expect(w->card, &(struct jpki_habits){.short_read = JPKI_HABIT_YES});
		read_rest(w);
		assert_exchanges(w, 2 + blocks(expected_length() - BLOCK));
		assert_int_equal(habits_of(w).short_read, JPKI_HABIT_NO);
		end(w);
	}
}

static void
a_file_that_is_missing_is_not_waited_for(void **state)
{
	struct world *w = *state;
	bool present[JPKI_ROLES];

	set_quirk(w->vcard, "presence", "missing");
	begin_expecting(w, &all_yes);
	assert_int_equal(jpki_card_read_presence(w->card, present), JPKI_ERR_NOT_FOUND);
	assert_exchanges(w, 2);
	assert_int_equal(habits_of(w).short_read, JPKI_HABIT_YES);
	read_right(w);
}

static void
signing_that_is_not_as_expected(void **state)
{
	struct world *w = *state;
	unsigned tries;

	set_quirk(w->vcard, "short-identifiers", "6a86");
	begin_expecting(w, &(struct jpki_habits){.short_sign = JPKI_HABIT_YES});
	assert_int_equal(verify_pin(w, JPKI_AUTHENTICATION, PIN, &tries), JPKI_OK);
	mark(w);
	assert_int_equal(sign(w), JPKI_OK);
	assert_exchanges(w, 3);
	assert_int_equal(habits_of(w).short_sign, JPKI_HABIT_NO);
}

static void
no_pin_goes_out_by_an_expectation(void **state)
{
	struct world *w = *state;
	unsigned tries;

	for (const char *const *answer_to = short_identifiers; *answer_to != NULL; answer_to++) {
		set_quirk(w->vcard, "short-identifiers", *answer_to);
		begin_expecting(w, &(struct jpki_habits){.short_pin = JPKI_HABIT_YES});
		assert_int_equal(verify_pin(w, JPKI_AUTHENTICATION, PIN, &tries), JPKI_OK);
		assert_verifies(w, 1);
		assert_true(events(w, VCARD_EVENT_COUNT) >= 1);
		assert_int_equal(vcard_pin_tries(w->vcard, VCARD_PIN_AUTHENTICATION), 3);
		end(w);
	}
}

static void
a_pin_that_is_not_addressed_as_expected(void **state)
{
	struct world *w = *state;
	unsigned tries;

	begin_expecting(w, &all_no); /* it takes short identifiers all the same */
	assert_int_equal(verify_pin(w, JPKI_AUTHENTICATION, PIN, &tries), JPKI_OK);
	assert_exchanges(w, 2);
	assert_verifies(w, 1);
	assert_int_equal(sign(w), JPKI_OK);
	read_right(w);
}

static void
long_reads_that_are_not_there(void **state)
{
	struct world *w = *state;

	begin_expecting(w, &all_yes);
	set_quirk(w->vcard, "extended", "no");
	read_right(w);
	assert_exchanges(w, blocks(expected_length()) + 1);
	assert_int_equal(habits_of(w).long_read, JPKI_HABIT_NO);
	end(w);
	begin_expecting(w, &all_yes);
	set_quirk(w->vcard, "extended", "short");
	read_right(w);
	assert_exchanges(w, blocks(expected_length()));
	assert_int_equal(habits_of(w).long_read, JPKI_HABIT_NO);
	end(w);
	begin_expecting(w, &all_yes);
	set_quirk(w->vcard, "extended", "yes");
	assert_int_equal(inprocess_longest(READER, 256), 0);
	read_right(w);
	assert_exchanges(w, blocks(expected_length()));
	assert_int_equal(habits_of(w).long_read, JPKI_HABIT_YES);
}

static void
a_reader_that_does_not_stand_what_is_expected(void **state)
{
	struct world *w = *state;

	begin_expecting(w, &all_yes);
	set_quirk(w->vcard, "extended", "chokes");
	assert_int_equal(
	    jpki_card_read_certificate(w->card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der),
	    JPKI_ERR_IO);
	assert_int_equal(habits_of(w).long_read, JPKI_HABIT_NO);
	end(w);
	begin(w);
	read_right(w);
}

static void
small_reads_are_small_until_more_was_seen(void **state)
{
	struct world *w = *state;

	begin_expecting(w, &all_no);
	read_right(w);
	assert_int_equal(habits_of(w).small_reads, JPKI_HABIT_YES);
	assert_exchanges(w, 1 + (unsigned)(expected_length() + 127) / 128);
	end(w);
	begin_expecting(w, &(struct jpki_habits){.small_reads = JPKI_HABIT_NO});
	set_quirk(w->vcard, "wrong-le", "6700");
	read_right(w);
	assert_int_equal(habits_of(w).small_reads, JPKI_HABIT_YES);
}

#define READING(name) cmocka_unit_test_setup_teardown(name, make_reading, drop_world)

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
