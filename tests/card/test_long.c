/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "fixture.h"

/* READ BINARY with extended length, and what becomes of it where it does not work. */

static struct jpki_der der;

static int
make_reading(void **state)
{
	memset(&der, 0, sizeof(der));
	return make_world(state);
}

/* Another card object, which may find out what the card does. */
static void
begin_trying(struct world *w, const char *extended)
{
	start_over(w);
	memset(&der, 0, sizeof(der));
	vcard_quirks_reset(w->vcard);
	set_quirk(w->vcard, "extended", extended);
	inprocess_forget_calls();
	assert_int_equal(inprocess_longest(READER, JPKI_LONG_DATA_MAX), 0);
	jpki_card_try_long(w->card, true);
	begin(w);
	mark(w);
}

static int
read_own(struct world *w)
{
	return jpki_card_read_certificate(w->card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der);
}

static void
read_right(struct world *w)
{
	assert_int_equal(read_own(w), JPKI_OK);
	assert_certificate(&der, JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
}

/* The certificate once more, and how many exchanges that took. */
static unsigned
cost(struct world *w)
{
	memset(&der, 0, sizeof(der));
	mark(w);
	read_right(w);
	return exchanges(w);
}

static unsigned
short_cost(void)
{
	return blocks(expected_length());
}

static unsigned
habit(struct world *w)
{
	struct jpki_habits habits;

	jpki_card_habits(w->card, &habits);
	return habits.long_read;
}

#define assert_habit(w, value) assert_int_equal(habit(w), JPKI_HABIT_##value)

static void
unless_allowed_it_is_not_tried(void **state)
{
	struct world *w = *state;

	begin_trying(w, "yes");
	jpki_card_try_long(w->card, false);
	read_right(w);
	assert_exchanges(w, short_cost());
	assert_habit(w, UNKNOWN);
	assert_int_equal(inprocess_calls(INPROCESS_LONGEST), 0);
}

static void
the_rest_comes_in_one_exchange(void **state)
{
	struct world *w = *state;
	struct vcard_totals totals;

	begin_trying(w, "yes");
	read_right(w);
	totals = vcard_ledger_totals(w->vcard);
	assert_int_equal(totals.exchanges, 2);
	/* the commands of five and seven bytes; no filler */
	assert_int_equal(totals.bytes_in, 5 + 7);
	assert_int_equal(totals.bytes_out, expected_length() + 2 + 2);
	assert_habit(w, YES);
	assert_int_equal(inprocess_calls(INPROCESS_LONGEST), 1);
}

static void
what_has_worked_needs_no_permission(void **state)
{
	struct world *w = *state;

	begin_trying(w, "yes");
	read_right(w);
	jpki_card_try_long(w->card, false);
	assert_int_equal(cost(w), 2);
	assert_int_equal(inprocess_calls(INPROCESS_LONGEST), 1);
}

static void
reading_goes_on_in_another_transaction(void **state)
{
	bool present[JPKI_ROLES];
	struct world *w = *state;

	begin_trying(w, "yes");
	assert_int_equal(
	    jpki_card_read_certificate_head(w->card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der),
	    JPKI_OK);
	assert_int_equal(jpki_card_read_presence(w->card, present), JPKI_OK);
	end(w);
	begin(w);
	mark(w);
	read_right(w);
	assert_exchanges(w, 1);
	assert_habit(w, YES);
}

static void
reading_goes_on_without_short_identifiers(void **state)
{
	bool present[JPKI_ROLES];
	struct world *w = *state;

	begin_trying(w, "yes");
	set_quirk(w->vcard, "short-identifiers", "6a86");
	assert_int_equal(
	    jpki_card_read_certificate_head(w->card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der),
	    JPKI_OK);
	assert_int_equal(jpki_card_read_presence(w->card, present), JPKI_OK);
	end(w);
	begin(w);
	mark(w);
	read_right(w);
	assert_exchanges(w, 2);
	assert_habit(w, YES);
}

static void
a_refusal_costs_one_exchange_once(void **state)
{
	struct world *w = *state;

	begin_trying(w, "no");
	read_right(w);
	assert_exchanges(w, short_cost() + 1);
	assert_habit(w, NO);
	assert_int_equal(cost(w), short_cost());
	assert_int_equal(inprocess_calls(INPROCESS_LONGEST), 1);
}

static void
any_refusal_will_do(void **state)
{
	static const unsigned refusals[] = {0x6700, 0x6A80, 0x6A81, 0x6A82, 0x6A86, 0x6981, 0x6982,
	    0x6985, 0x6986, 0x6B00, 0x6D00, 0x6E00, 0x6F00};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(refusals); i++) {
		begin_trying(w, "yes");
		plan_fault(w, VCARD_FAULT_SW, 2, refusals[i]);
		read_right(w);
		assert_exchanges(w, short_cost() + 1);
		assert_habit(w, NO);
		end(w);
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
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(lengths); i++) {
		begin_trying(w, "yes");
		plan_fault(w, VCARD_FAULT_SW, 2, lengths[i].sw);
		read_right(w);
		assert_exchanges(w, 3 + blocks(expected_length() - BLOCK - lengths[i].bytes));
		assert_habit(w, NO);
		end(w);
	}
}

static void
fewer_bytes_are_taken_and_the_form_given_up(void **state)
{
	struct world *w = *state;

	begin_trying(w, "short");
	read_right(w);
	assert_exchanges(w, short_cost());
	assert_habit(w, NO);
	end(w);
	begin_trying(w, "yes");
	set_quirk(w->vcard, "read-limit", "100");
	read_right(w);
	assert_habit(w, NO);
	end(w);
	begin_trying(w, "yes");
	plan_fault(w, VCARD_FAULT_SW, 2, 0x9000); /* none at all */
	read_right(w);
	assert_exchanges(w, short_cost() + 1);
	assert_habit(w, NO);
}

static void
a_right_that_is_missing_says_nothing_of_lengths(void **state)
{
	struct world *w = *state;

	begin_trying(w, "yes");
	plan_fault(w, VCARD_FAULT_SW, 2, 0x6982);
	plan_fault(w, VCARD_FAULT_SW, 3, 0x6982);
	assert_int_equal(read_own(w), JPKI_ERR_NOT_VERIFIED);
	assert_habit(w, UNKNOWN);
	read_right(w);
	assert_habit(w, YES);
}

static void
a_card_that_reads_little_at_once_is_not_asked_for_much(void **state)
{
	struct world *w = *state;
	struct jpki_habits habits;

	begin_trying(w, "yes");
	set_quirk(w->vcard, "wrong-le", "6700");
	read_right(w);
	jpki_card_habits(w->card, &habits);
	assert_int_equal(habits.small_reads, JPKI_HABIT_YES);
	assert_habit(w, UNKNOWN);
	assert_int_equal(inprocess_calls(INPROCESS_LONGEST), 0);
}

static void
a_reader_that_says_it_cannot_is_believed(void **state)
{
	struct world *w = *state;

	begin_trying(w, "yes");
	assert_int_equal(inprocess_longest(READER, 256), 0);
	read_right(w);
	assert_exchanges(w, short_cost());
	assert_int_equal(cost(w), short_cost());
	assert_habit(w, UNKNOWN);
	assert_int_equal(inprocess_calls(INPROCESS_LONGEST), 1);
}

static void
a_reader_that_chokes_is_not_asked_again(void **state)
{
	struct world *w = *state;

	begin_trying(w, "chokes");
	assert_int_equal(read_own(w), JPKI_ERR_IO);
	assert_int_equal(der.have, BLOCK);
	assert_habit(w, NO);
	/* who knows what is selected now */
	assert_int_equal(jpki_card_end(w->card), JPKI_OK);
	mark(w);
	trust(w);
	assert_int_equal(events(w, VCARD_EVENT_SELECT), 1);
	read_right(w);
	assert_exchanges(w, 1 + 1 + blocks(expected_length() - BLOCK - (BLOCK - 1)));
}

static void
reset_card(void *context)
{
	(void)context;
	inprocess_warm_reset(READER);
}

static void
a_reader_that_resets_the_card_is_not_asked_again(void **state)
{
	struct world *w = *state;

	begin_trying(w, "yes");
	inprocess_plan(INPROCESS_TRANSMIT, 2, JPKI_OK, reset_card, NULL);
	assert_int_equal(read_own(w), JPKI_ERR_RESET);
	assert_habit(w, NO);
	(void)jpki_card_end(w->card);
	assert_int_equal(jpki_card_disconnect(w->card, false, -1), JPKI_OK);
	begin(w);
	read_right(w);
	assert_int_equal(cost(w), short_cost());
}

static void
every_error_of_the_way_ends_the_attempt(void **state)
{
	static const int errors[] = {JPKI_ERR_IO, JPKI_ERR_NO_CARD, JPKI_ERR_NO_READER,
	    JPKI_ERR_NO_SERVICE, JPKI_ERR_MUTE, JPKI_ERR_DATA};
	struct world *w = *state;

	for (size_t i = 0; i < 2 * LENGTH_OF(errors); i++) {
		begin_trying(w, "yes");
		inprocess_plan(i % 2 == 0 ? INPROCESS_TRANSMIT : INPROCESS_ANSWER, 2, errors[i / 2],
		    NULL, NULL);
		assert_int_equal(read_own(w), errors[i / 2]);
		assert_int_equal(der.have, BLOCK);
		assert_habit(w, NO);
		end(w);
		begin(w);
		read_right(w);
		assert_int_equal(cost(w), short_cost());
		end(w);
	}
}

static void
what_has_worked_may_fail_later(void **state)
{
	struct world *w = *state;

	begin_trying(w, "yes");
	read_right(w);
	set_quirk(w->vcard, "extended", "no");
	assert_int_equal(cost(w), short_cost() + 1);
	assert_habit(w, NO);
	assert_int_equal(cost(w), short_cost());
}

static void
answers_that_are_none(void **state)
{
	static const enum vcard_fault faults[] = {VCARD_FAULT_EMPTY, VCARD_FAULT_OVERLONG};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(faults); i++) {
		begin_trying(w, "yes");
		plan_fault(w, faults[i], 2, 0);
		assert_int_equal(read_own(w), JPKI_ERR_DATA);
		assert_int_equal(der.have, BLOCK);
		assert_habit(w, NO);
		end(w);
	}
}

/* What ends in no status word that there is: the data is none of the file's. */
static void
answers_that_mean_nothing(void **state)
{
	static const enum vcard_fault faults[] = {VCARD_FAULT_TRUNCATED, VCARD_FAULT_GARBAGE};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(faults); i++) {
		begin_trying(w, "yes");
		plan_fault(w, faults[i], 2, 0);
		read_right(w);
		assert_exchanges(w, short_cost() + 1);
		assert_habit(w, NO);
		end(w);
	}
}

/* The largest certificate there may be, and room for not one byte more. */
static void
the_largest_file_fits(void **state)
{
	struct world *w = *state;
	struct jpki_der *exact = malloc(sizeof(*exact));

	assert_non_null(exact);
	for (int overlong = 0; overlong < 2; overlong++) {
		begin_trying(w, "yes");
		memset(exact, 0, sizeof(*exact));
		set_quirk(w->vcard, "authentication-certificate", "length-8192");
		if (overlong)
			plan_fault(w, VCARD_FAULT_OVERLONG, 2, 0);
		assert_int_equal(jpki_card_read_certificate(
				     w->card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, exact),
		    overlong ? JPKI_ERR_DATA : JPKI_OK);
		assert_int_equal(exact->have, overlong ? BLOCK : JPKI_CERTIFICATE_MAX);
		assert_exchanges(w, 2);
		end(w);
	}
	free(exact);
}

static void
the_end_of_the_file_before_that_of_the_certificate(void **state)
{
	static const char *const statuses[] = {"9000", "6282"};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(statuses); i++) {
		begin_trying(w, "yes");
		set_quirk(w->vcard, "end-of-file", statuses[i]);
		assert_int_equal(jpki_card_read_certificate_head(
				     w->card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der),
		    JPKI_OK);
		der.total = sizeof(der.bytes);
		assert_int_equal(read_own(w), JPKI_ERR_DATA);
		assert_true(der.have > expected_length());
		assert_habit(w, YES);
		end(w);
	}
}

static void
parts_are_collected(void **state)
{
	static const char *const chaining[] = {"all", "half"};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(chaining); i++) {
		begin_trying(w, "yes");
		set_quirk(w->vcard, "chaining", chaining[i]);
		read_right(w);
		assert_habit(w, YES);
		end(w);
		begin_trying(w, "yes");
		set_quirk(w->vcard, "authentication-certificate", "length-8192");
		assert_int_equal(read_own(w), JPKI_OK);
		assert_int_equal(der.have, JPKI_CERTIFICATE_MAX);
		set_quirk(w->vcard, "authentication-certificate", "present");
		end(w);
	}
}

static void
parts_do_not_go_on_for_ever(void **state)
{
	struct world *w = *state;

	begin_trying(w, "yes");
	for (unsigned nth = 2; nth < 2 + VCARD_FAULTS_MAX; nth++)
		plan_fault(w, VCARD_FAULT_SW, nth, 0x6C10 + nth);
	read_right(w);
	assert_habit(w, NO);
}

static void
replan_endless(void *context)
{
	struct world *w = context;

	plan_fault(w, VCARD_FAULT_SW_DATA, 1, 0x6110);
	inprocess_plan(INPROCESS_TRANSMIT, 1, JPKI_OK, replan_endless, w);
}

static void
more_than_was_asked_for_in_parts_is_an_error(void **state)
{
	struct world *w = *state;

	begin_trying(w, "yes");
	assert_int_equal(
	    jpki_card_read_certificate_head(w->card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der),
	    JPKI_OK);
	der.total = BLOCK + BLOCK + 1; /* sixteen parts of seventeen bytes are more */
	inprocess_plan(INPROCESS_TRANSMIT, 1, JPKI_OK, replan_endless, w);
	assert_int_equal(read_own(w), JPKI_ERR_DATA);
	assert_int_equal(der.have, BLOCK);
	for (size_t i = der.total; i < sizeof(der.bytes); i++)
		assert_int_equal(der.bytes[i], 0);
	assert_habit(w, NO);
}

static char *
log_of(struct world *w, char *text, size_t size)
{
	char path[] = "/tmp/jpki-test-long-XXXXXX";
	int file = mkstemp(path);
	ssize_t length;

	assert_true(file >= 0);
	log_start(LOG_TRACE, path);
	read_right(w);
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
	struct world *w = *state;
	size_t rest = expected_length() - BLOCK;
	char text[2048], line[128];

	begin_trying(w, "yes");
	log_of(w, text, sizeof(text));
	snprintf(line, sizeof(line), "> 00 B0 01 00 00 %02X %02X\n", (unsigned)(rest >> 8),
	    (unsigned)(rest & 0xFF));
	assert_non_null(strstr(text, line));
	snprintf(line, sizeof(line), "< 90 00 (%zu bytes: ...)\n", rest);
	assert_non_null(strstr(text, line));
}

#define READING(name) cmocka_unit_test_setup_teardown(name, make_reading, drop_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    READING(unless_allowed_it_is_not_tried),
	    READING(the_rest_comes_in_one_exchange),
	    READING(what_has_worked_needs_no_permission),
	    READING(reading_goes_on_in_another_transaction),
	    READING(reading_goes_on_without_short_identifiers),
	    READING(a_refusal_costs_one_exchange_once),
	    READING(any_refusal_will_do),
	    READING(a_wrong_length_is_a_refusal),
	    READING(fewer_bytes_are_taken_and_the_form_given_up),
	    READING(a_right_that_is_missing_says_nothing_of_lengths),
	    READING(a_card_that_reads_little_at_once_is_not_asked_for_much),
	    READING(a_reader_that_says_it_cannot_is_believed),
	    READING(a_reader_that_chokes_is_not_asked_again),
	    READING(a_reader_that_resets_the_card_is_not_asked_again),
	    READING(every_error_of_the_way_ends_the_attempt),
	    READING(what_has_worked_may_fail_later),
	    READING(answers_that_are_none),
	    READING(answers_that_mean_nothing),
	    READING(the_largest_file_fits),
	    READING(the_end_of_the_file_before_that_of_the_certificate),
	    READING(parts_are_collected),
	    READING(parts_do_not_go_on_for_ever),
	    READING(more_than_was_asked_for_in_parts_is_an_error),
	    READING(the_log_tells_the_length_and_no_data),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
