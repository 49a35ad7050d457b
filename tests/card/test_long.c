/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "fixture.h"

/* READ BINARY with extended length, and what becomes of it where it does not work. */

/* Another card object, which may find out what the card does. */
static void
begin_trying(const char *extended)
{
	start_over();
	vcard_quirks_reset(vcard);
	set_quirk(vcard, "extended", extended);
	inprocess_forget_calls();
	assert_int_equal(inprocess_longest(READER, JPKI_LONG_DATA_MAX), 0);
	jpki_card_try_long(card, true);
	begin();
	mark();
}

static int
read_own(void)
{
	return jpki_card_read_certificate(card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der);
}

static void
read_head(void)
{
	assert_int_equal(
	    jpki_card_read_certificate_head(card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der),
	    JPKI_OK);
}

static void
read_right(void)
{
	assert_int_equal(read_own(), JPKI_OK);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
}

/* The certificate once more, and how many exchanges that took. */
static unsigned
cost(void)
{
	memset(&der, 0, sizeof(der));
	mark();
	read_right();
	return exchanges();
}

static unsigned
short_cost(void)
{
	return blocks(expected_length());
}

static unsigned
habit(void)
{
	struct jpki_habits habits;

	jpki_card_habits(card, &habits);
	return habits.long_read;
}

#define assert_habit(value) assert_int_equal(habit(), JPKI_HABIT_##value)

static void
unless_allowed_it_is_not_tried(void **state)
{
	begin_trying("yes");
	jpki_card_try_long(card, false);
	read_right();
	assert_exchanges(short_cost());
	assert_habit(UNKNOWN);
	assert_int_equal(inprocess_calls(INPROCESS_LONGEST), 0);
}

static void
the_rest_comes_in_one_exchange(void **state)
{
	struct vcard_totals totals;

	begin_trying("yes");
	read_right();
	totals = vcard_ledger_totals(vcard);
	assert_int_equal(totals.exchanges, 2);
	/* the commands of five and seven bytes; no filler */
	assert_int_equal(totals.bytes_in, 5 + 7);
	assert_int_equal(totals.bytes_out, expected_length() + 2 + 2);
	assert_habit(YES);
	assert_int_equal(inprocess_calls(INPROCESS_LONGEST), 1);
}

static void
what_has_worked_needs_no_permission(void **state)
{
	begin_trying("yes");
	read_right();
	jpki_card_try_long(card, false);
	assert_int_equal(cost(), 2);
	assert_int_equal(inprocess_calls(INPROCESS_LONGEST), 1);
}

static void
reading_goes_on_in_another_transaction(void **state)
{
	bool present[JPKI_ROLES];

	for (unsigned expected = 1; expected <= 2; expected++) {
		begin_trying("yes");
		if (expected == 2) /* SELECT EF */
			set_quirk(vcard, "short-identifiers", "6a86");
		read_head();
		assert_int_equal(jpki_card_read_presence(card, present), JPKI_OK);
		end();
		begin();
		mark();
		read_right();
		assert_exchanges(expected);
		assert_habit(YES);
	}
}

static void
a_refusal_costs_one_exchange_once(void **state)
{
	begin_trying("no");
	read_right();
	assert_exchanges(short_cost() + 1);
	assert_habit(NO);
	assert_int_equal(cost(), short_cost());
	assert_int_equal(inprocess_calls(INPROCESS_LONGEST), 1);
}

/* Any status word, what is none that there is, and no data at all. */
static void
any_refusal_will_do(void **state)
{
	static const unsigned refusals[] = {0x6700, 0x6A80, 0x6A81, 0x6A82, 0x6A86, 0x6981, 0x6982,
	    0x6985, 0x6986, 0x6B00, 0x6D00, 0x6E00, 0x6F00, 0x9000};
	static const enum vcard_fault garbled[] = {VCARD_FAULT_TRUNCATED, VCARD_FAULT_GARBAGE};
	const size_t words = LENGTH_OF(refusals);

	for (size_t i = 0; i < words + LENGTH_OF(garbled); i++) {
		begin_trying("yes");
		if (i < words)
			plan_fault(VCARD_FAULT_SW, 2, refusals[i]);
		else
			plan_fault(garbled[i - words], 2, 0);
		read_right();
		assert_exchanges(short_cost() + 1);
		assert_habit(NO);
	}
}

/* 6Cxx names a length that a short command can ask for: that comes, and the rest in short form. */
static void
a_wrong_length_is_a_refusal(void **state)
{
	static const struct {
		unsigned sw;
		size_t bytes;
	} lengths[] = {{0x6C00, 256}, {0x6CFF, 255}, {0x6C10, 16}};

	for (size_t i = 0; i < LENGTH_OF(lengths); i++) {
		begin_trying("yes");
		plan_fault(VCARD_FAULT_SW, 2, lengths[i].sw);
		read_right();
		assert_exchanges(3 + blocks(expected_length() - BLOCK - lengths[i].bytes));
		assert_habit(NO);
	}
}

static void
fewer_bytes_are_taken_and_the_form_given_up(void **state)
{
	begin_trying("short");
	read_right();
	assert_exchanges(short_cost());
	assert_habit(NO);
	end();
	begin_trying("yes");
	set_quirk(vcard, "read-limit", "100");
	read_right();
	assert_habit(NO);
}

static void
a_right_that_is_missing_says_nothing_of_lengths(void **state)
{
	begin_trying("yes");
	plan_fault(VCARD_FAULT_SW, 2, 0x6982);
	plan_fault(VCARD_FAULT_SW, 3, 0x6982);
	assert_int_equal(read_own(), JPKI_ERR_NOT_VERIFIED);
	assert_habit(UNKNOWN);
	read_right();
	assert_habit(YES);
}

static void
a_card_that_reads_little_at_once_is_not_asked_for_much(void **state)
{
	struct jpki_habits habits;

	begin_trying("yes");
	set_quirk(vcard, "wrong-le", "6700");
	read_right();
	jpki_card_habits(card, &habits);
	assert_int_equal(habits.small_reads, JPKI_HABIT_YES);
	assert_habit(UNKNOWN);
	assert_int_equal(inprocess_calls(INPROCESS_LONGEST), 0);
}

static void
a_reader_that_says_it_cannot_is_believed(void **state)
{
	begin_trying("yes");
	assert_int_equal(inprocess_longest(READER, 256), 0);
	read_right();
	assert_exchanges(short_cost());
	assert_int_equal(cost(), short_cost());
	assert_habit(UNKNOWN);
	assert_int_equal(inprocess_calls(INPROCESS_LONGEST), 1);
}

static void
a_reader_that_chokes_is_not_asked_again(void **state)
{
	begin_trying("chokes");
	assert_int_equal(read_own(), JPKI_ERR_IO);
	assert_int_equal(der.have, BLOCK);
	assert_habit(NO);
	/* who knows what is selected now */
	assert_int_equal(jpki_card_end(card), JPKI_OK);
	mark();
	trust();
	assert_int_equal(events(VCARD_EVENT_SELECT), 1);
	read_right();
	assert_exchanges(1 + 1 + blocks(expected_length() - BLOCK - (BLOCK - 1)));
}

static void
reset_card(void *context)
{
	inprocess_warm_reset(READER);
}

static void
a_reader_that_resets_the_card_is_not_asked_again(void **state)
{
	begin_trying("yes");
	inprocess_plan(INPROCESS_TRANSMIT, 2, JPKI_OK, reset_card, NULL);
	assert_int_equal(read_own(), JPKI_ERR_RESET);
	assert_habit(NO);
	(void)jpki_card_end(card);
	assert_int_equal(jpki_card_disconnect(card, false, -1), JPKI_OK);
	begin();
	read_right();
	assert_int_equal(cost(), short_cost());
}

static void
every_error_of_the_way_ends_the_attempt(void **state)
{
	static const int errors[] = {JPKI_ERR_IO, JPKI_ERR_NO_CARD, JPKI_ERR_NO_READER,
	    JPKI_ERR_NO_SERVICE, JPKI_ERR_MUTE, JPKI_ERR_DATA};

	for (size_t i = 0; i < 2 * LENGTH_OF(errors); i++) {
		begin_trying("yes");
		inprocess_plan(i % 2 == 0 ? INPROCESS_TRANSMIT : INPROCESS_ANSWER, 2, errors[i / 2],
		    NULL, NULL);
		assert_int_equal(read_own(), errors[i / 2]);
		assert_int_equal(der.have, BLOCK);
		assert_habit(NO);
		end();
		begin();
		read_right();
		assert_int_equal(cost(), short_cost());
	}
}

static void
what_has_worked_may_fail_later(void **state)
{
	begin_trying("yes");
	read_right();
	set_quirk(vcard, "extended", "no");
	assert_int_equal(cost(), short_cost() + 1);
	assert_habit(NO);
	assert_int_equal(cost(), short_cost());
}

static void
answers_that_are_none(void **state)
{
	static const enum vcard_fault faults[] = {VCARD_FAULT_EMPTY, VCARD_FAULT_OVERLONG};

	for (size_t i = 0; i < LENGTH_OF(faults); i++) {
		begin_trying("yes");
		plan_fault(faults[i], 2, 0);
		assert_int_equal(read_own(), JPKI_ERR_DATA);
		assert_int_equal(der.have, BLOCK);
		assert_habit(NO);
	}
}

/* The largest certificate there may be, and room for not one byte more. */
static void
the_largest_file_fits(void **state)
{
	struct jpki_der *exact = malloc(sizeof(*exact));

	assert_non_null(exact);
	for (int overlong = 0; overlong < 2; overlong++) {
		begin_trying("yes");
		memset(exact, 0, sizeof(*exact));
		set_quirk(vcard, "authentication-certificate", "length-8192");
		if (overlong)
			plan_fault(VCARD_FAULT_OVERLONG, 2, 0);
		assert_int_equal(
		    jpki_card_read_certificate(card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, exact),
		    overlong ? JPKI_ERR_DATA : JPKI_OK);
		assert_int_equal(exact->have, overlong ? BLOCK : JPKI_CERTIFICATE_MAX);
		assert_exchanges(2);
	}
	free(exact);
}

static void
the_end_of_the_file_before_that_of_the_certificate(void **state)
{
	static const char *const statuses[] = {"9000", "6282"};

	for (size_t i = 0; i < LENGTH_OF(statuses); i++) {
		begin_trying("yes");
		set_quirk(vcard, "end-of-file", statuses[i]);
		read_head();
		der.total = sizeof(der.bytes);
		assert_int_equal(read_own(), JPKI_ERR_DATA);
		assert_true(der.have > expected_length());
		assert_habit(YES);
	}
}

static void
parts_are_collected(void **state)
{
	static const char *const chaining[] = {"all", "half"};

	for (size_t i = 0; i < LENGTH_OF(chaining); i++) {
		begin_trying("yes");
		set_quirk(vcard, "chaining", chaining[i]);
		read_right();
		assert_habit(YES);
		end();
		begin_trying("yes");
		set_quirk(vcard, "authentication-certificate", "length-8192");
		assert_int_equal(read_own(), JPKI_OK);
		assert_int_equal(der.have, JPKI_CERTIFICATE_MAX);
		set_quirk(vcard, "authentication-certificate", "present");
	}
}

static void
parts_do_not_go_on_for_ever(void **state)
{
	begin_trying("yes");
	for (unsigned nth = 2; nth < 2 + VCARD_FAULTS_MAX; nth++)
		plan_fault(VCARD_FAULT_SW, nth, 0x6C10 + nth);
	read_right();
	assert_habit(NO);
}

static void
replan_endless(void *context)
{
	plan_fault(VCARD_FAULT_SW_DATA, 1, 0x6110);
	inprocess_plan(INPROCESS_TRANSMIT, 1, JPKI_OK, replan_endless, NULL);
}

static void
more_than_was_asked_for_in_parts_is_an_error(void **state)
{
	begin_trying("yes");
	read_head();
	der.total = BLOCK + BLOCK + 1; /* sixteen parts of seventeen bytes are more */
	inprocess_plan(INPROCESS_TRANSMIT, 1, JPKI_OK, replan_endless, NULL);
	assert_int_equal(read_own(), JPKI_ERR_DATA);
	assert_int_equal(der.have, BLOCK);
	for (size_t i = der.total; i < sizeof(der.bytes); i++)
		assert_int_equal(der.bytes[i], 0);
	assert_habit(NO);
}

static char *
log_of(char *text, size_t size)
{
	char path[] = "/tmp/jpki-test-long-XXXXXX";
	int file = mkstemp(path);
	ssize_t length;

	assert_true(file >= 0);
	log_start(LOG_TRACE, path);
	read_right();
	log_stop();
	length = read(file, text, size - 1);
	assert_true(length > 0);
	text[length] = '\0';
	close(file);
	unlink(path);
	return text;
}

static void
the_log_tells_the_length_and_no_data(void **state)
{
	size_t rest = expected_length() - BLOCK;
	char text[2048], line[128];

	begin_trying("yes");
	log_of(text, sizeof(text));
	snprintf(line, sizeof(line), "> 00 B0 01 00 00 %02X %02X\n", (unsigned)(rest >> 8),
	    (unsigned)(rest & 0xFF));
	assert_non_null(strstr(text, line));
	snprintf(line, sizeof(line), "< 90 00 (%zu bytes: ...)\n", rest);
	assert_non_null(strstr(text, line));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(unless_allowed_it_is_not_tried),
	    TEST(the_rest_comes_in_one_exchange),
	    TEST(what_has_worked_needs_no_permission),
	    TEST(reading_goes_on_in_another_transaction),
	    TEST(a_refusal_costs_one_exchange_once),
	    TEST(any_refusal_will_do),
	    TEST(a_wrong_length_is_a_refusal),
	    TEST(fewer_bytes_are_taken_and_the_form_given_up),
	    TEST(a_right_that_is_missing_says_nothing_of_lengths),
	    TEST(a_card_that_reads_little_at_once_is_not_asked_for_much),
	    TEST(a_reader_that_says_it_cannot_is_believed),
	    TEST(a_reader_that_chokes_is_not_asked_again),
	    TEST(a_reader_that_resets_the_card_is_not_asked_again),
	    TEST(every_error_of_the_way_ends_the_attempt),
	    TEST(what_has_worked_may_fail_later),
	    TEST(answers_that_are_none),
	    TEST(the_largest_file_fits),
	    TEST(the_end_of_the_file_before_that_of_the_certificate),
	    TEST(parts_are_collected),
	    TEST(parts_do_not_go_on_for_ever),
	    TEST(more_than_was_asked_for_in_parts_is_an_error),
	    TEST(the_log_tells_the_length_and_no_data),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
