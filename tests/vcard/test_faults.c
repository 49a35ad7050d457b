/* SPDX-License-Identifier: BSD-2-Clause */
#include <time.h>

#include "support.h"

static const uint8_t select_command[] = {
    0x00, 0xa4, 0x04, 0x0c, 0x0a, 0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0, 0, 0, 0x01};

static enum vcard_answer
exchange(struct vcard *card)
{
	return vcard_exchange(card, select_command, sizeof(select_command), answer, &answer_length);
}

static void
plan(struct vcard *card, enum vcard_fault fault, unsigned nth)
{
	struct vcard_error error;

	assert_int_equal(vcard_fault_add(card, fault, nth, 0x6f00, &error), 0);
}

static void
nth_exchange_fails_once(void **state)
{
	plan(*state, VCARD_FAULT_SW, 2);
	assert_status(*state, SELECT_JPKI, 0x9000);
	assert_status(*state, VERIFY_AUTHENTICATION, 0x6f00);
	assert_false(vcard_pin_verified(*state, VCARD_PIN_AUTHENTICATION));
	assert_status(*state, VERIFY_AUTHENTICATION, 0x9000);
}

static void
exchanges_are_counted_from_a_command(void **state)
{
	struct vcard_error error;

	select_jpki(*state);
	assert_int_equal(vcard_fault_add_from(*state, VCARD_FAULT_SW, 0x20, 1, 0x6f00, &error), 0);
	assert_int_equal(vcard_fault_add_from(*state, VCARD_FAULT_SW, 0x20, 3, 0x6f01, &error), 0);
	assert_status(*state, SELECT_JPKI, 0x9000);
	assert_status(*state, TRIES_AUTHENTICATION, 0x63c3); /* brings no PIN */
	assert_status(*state, VERIFY_AUTHENTICATION, 0x6f00);
	assert_status(*state, VERIFY_AUTHENTICATION, 0x9000);
	assert_status(*state, TRIES_AUTHENTICATION, 0x6f01);
	assert_int_equal(vcard_faults_waiting(*state), 0);
}

static void
answer_is_replaced_after_execution(void **state)
{
	select_jpki(*state);
	plan(*state, VCARD_FAULT_SW_AFTER, 1);
	assert_status(*state, VERIFY_AUTHENTICATION, 0x6f00);
	assert_true(vcard_pin_verified(*state, VCARD_PIN_AUTHENTICATION));
}

static void
data_that_means_nothing_comes_with_a_status(void **state)
{
	plan(*state, VCARD_FAULT_SW_DATA, 1);
	assert_int_equal(exchange(*state), VCARD_ANSWERED);
	assert_true(answer_length > 2);
	assert_memory_equal(answer + answer_length - 2, "\x6f\x00", 2);
	assert_status(*state, VERIFY_AUTHENTICATION, 0x6a88); /* nothing has been selected */
}

/* 61xx, 63Cx or 9000 by chance would be a sensible answer. */
static void
garbage_has_no_status_word(void **state)
{
	for (int round = 0; round < 1000; round++) {
		plan(*state, VCARD_FAULT_GARBAGE, 1);
		assert_int_equal(exchange(*state), VCARD_ANSWERED);
		assert_int_not_equal(answer[answer_length - 2] >> 4, 6);
		assert_int_not_equal(answer[answer_length - 2] >> 4, 9);
	}
}

static void
answers_of_odd_lengths(void **state)
{
	plan(*state, VCARD_FAULT_EMPTY, 1);
	assert_int_equal(exchange(*state), VCARD_ANSWERED);
	assert_int_equal(answer_length, 0);
	plan(*state, VCARD_FAULT_TRUNCATED, 1);
	assert_int_equal(exchange(*state), VCARD_ANSWERED);
	assert_int_equal(answer_length, 1);
	plan(*state, VCARD_FAULT_OVERLONG, 1);
	assert_int_equal(exchange(*state), VCARD_ANSWERED);
	assert_true(answer_length > 258);
	assert_memory_equal(answer + answer_length - 2, "\x90\x00", 2);
	plan(*state, VCARD_FAULT_GARBAGE, 1);
	assert_int_equal(exchange(*state), VCARD_ANSWERED);
	assert_true(answer_length > 2);
}

static void
a_long_answer_can_be_overlong(void **state)
{
	static const uint8_t all[] = {0x00, 0xb0, 0x8a, 0x00, 0x00, 0x00, 0x00};
	size_t length;

	set_quirk(*state, "extended", "yes");
	set_quirk(*state, "authentication-certificate", "length-8193");
	select_jpki(*state);
	assert_int_equal(vcard_exchange(*state, all, sizeof(all), answer, &length), VCARD_ANSWERED);
	plan(*state, VCARD_FAULT_OVERLONG, 1);
	assert_int_equal(
	    vcard_exchange(*state, all, sizeof(all), answer, &answer_length), VCARD_ANSWERED);
	assert_true(length > 8192 && answer_length > length);
	assert_memory_equal(answer + answer_length - 2, "\x90\x00", 2);
}

/* What is left of random bytes could read as 6Cxx, and have the command sent again. */
static void
no_status_word_is_left_of_an_answer(void **state)
{
	static const uint8_t get_challenge[] = {0x00, 0x84, 0x00, 0x00, 0x08};

	select_jpki(*state);
	for (int round = 0; round < 1000; round++) {
		plan(*state, VCARD_FAULT_TRUNCATED, 1);
		assert_int_equal(vcard_exchange(*state, get_challenge, sizeof(get_challenge),
				     answer, &answer_length),
		    VCARD_ANSWERED);
		assert_true(answer_length < 10);
		if (answer_length >= 2) {
			assert_int_not_equal(answer[answer_length - 2] >> 4, 6);
			assert_int_not_equal(answer[answer_length - 2] >> 4, 9);
		}
	}
}

static void
eject_takes_the_power(void **state)
{
	verify(*state, VERIFY_AUTHENTICATION);
	plan(*state, VCARD_FAULT_EJECT, 1);
	assert_int_equal(exchange(*state), VCARD_GONE);
	assert_false(vcard_powered(*state));
	assert_false(vcard_pin_verified(*state, VCARD_PIN_AUTHENTICATION));
	assert_int_equal(exchange(*state), VCARD_MUTE);
}

static void
power_loss_is_unnoticed(void **state)
{
	verify(*state, VERIFY_AUTHENTICATION);
	plan(*state, VCARD_FAULT_POWER_LOSS, 1);
	assert_status(*state, "802A029720" HASH "00", 0x6a88);
	assert_true(vcard_powered(*state));
	select_jpki(*state);
	assert_status(*state, "802A029720" HASH "00", 0x6982);
}

static void
faults_are_limited_and_cleared(void **state)
{
	struct vcard_error error;

	assert_int_equal(vcard_fault_add(*state, VCARD_FAULT_SW, 0, 0x6f00, &error), -1);
	for (unsigned i = 1; i <= VCARD_FAULTS_MAX; i++)
		plan(*state, VCARD_FAULT_SW, i);
	assert_int_equal(vcard_fault_add(*state, VCARD_FAULT_SW, 1, 0x6f00, &error), -1);
	vcard_faults_clear(*state);
	assert_status(*state, SELECT_JPKI, 0x9000);
}

static void
delays_take_time(void **state)
{
	const struct vcard_delays delays = {.exchange = 20000, .byte = 1000};
	struct timespec before, after;
	int64_t spent;

	vcard_delays_set(*state, &delays);
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_status(*state, SELECT_JPKI, 0x9000);
	clock_gettime(CLOCK_MONOTONIC, &after);
	spent = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
	assert_true(spent >= 20 + 15 + 2 - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CARD_TEST(nth_exchange_fails_once),
	    CARD_TEST(exchanges_are_counted_from_a_command),
	    CARD_TEST(answer_is_replaced_after_execution),
	    CARD_TEST(data_that_means_nothing_comes_with_a_status),
	    CARD_TEST(garbage_has_no_status_word),
	    CARD_TEST(answers_of_odd_lengths),
	    CARD_TEST(a_long_answer_can_be_overlong),
	    CARD_TEST(no_status_word_is_left_of_an_answer),
	    CARD_TEST(eject_takes_the_power),
	    CARD_TEST(power_loss_is_unnoticed),
	    CARD_TEST(faults_are_limited_and_cleared),
	    CARD_TEST(delays_take_time),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
