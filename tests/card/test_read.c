/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static struct jpki_der der;

static int
make_reading(void **state)
{
	memset(&der, 0, sizeof(der));
	return make_world(state);
}

static int
read_certificate(struct world *w, enum jpki_role role, enum jpki_certificate which)
{
	return jpki_card_read_certificate(w->card, role, which, &der);
}

static int
read_head(struct world *w)
{
	return jpki_card_read_certificate_head(
	    w->card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der);
}

/* Read the authentication certificate, which must be right. */
static void
read_right(struct world *w)
{
	assert_int_equal(read_certificate(w, JPKI_AUTHENTICATION, JPKI_CERTIFICATE), JPKI_OK);
	assert_certificate(&der, JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
}

static void
no_short_identifiers(struct world *w)
{
	struct jpki_token_info info;

	set_quirk(w->vcard, "short-identifiers", "6a86");
	begin(w);
	assert_int_equal(jpki_card_read_info(w->card, &info), JPKI_OK);
	end(w);
}

/* Make another file the current one, as a transaction of somebody else would. */
static void
read_another_file(struct world *w)
{
	bool present[JPKI_ROLES];

	begin(w);
	assert_int_equal(jpki_card_read_presence(w->card, present), JPKI_OK);
	end(w);
}

static void
only_blocks_with_something_in_them_are_read(void **state)
{
	struct world *w = *state;

	begin(w);
	mark(w);
	read_right(w);
	assert_exchanges(w, blocks(expected_length()));
}

static void
without_short_identifiers_the_file_is_selected(void **state)
{
	struct world *w = *state;

	no_short_identifiers(w);
	begin(w);
	mark(w);
	read_right(w);
	assert_exchanges(w, 1 + blocks(expected_length()));
}

static void
any_refusal_of_short_identifiers_will_do(void **state)
{
	struct world *w = *state;

	for (const char *const *answer_to = short_identifiers; *answer_to != NULL; answer_to++) {
		start_over(w);
		memset(&der, 0, sizeof(der));
		set_quirk(w->vcard, "short-identifiers", *answer_to);
		begin(w);
		read_right(w);
		end(w);
	}
}

static void
refused_short_identifiers_are_not_tried_again(void **state)
{
	struct world *w = *state;

	set_quirk(w->vcard, "short-identifiers", "6a86");
	begin(w);
	mark(w);
	assert_int_equal(read_head(w), JPKI_OK);
	assert_exchanges(w, 3);
	memset(&der, 0, sizeof(der));
	assert_int_equal(read_head(w), JPKI_OK);
	assert_exchanges(w, 5);
}

static void
the_head_is_one_exchange_and_read_once(void **state)
{
	struct world *w = *state;

	begin(w);
	mark(w);
	assert_int_equal(read_head(w), JPKI_OK);
	assert_int_equal(der.have, BLOCK);
	assert_int_equal(der.total, expected_length());
	assert_int_equal(read_head(w), JPKI_OK);
	assert_exchanges(w, 1);
}

static void
what_was_read_already_is_not_read_again(void **state)
{
	struct world *w = *state;

	begin(w);
	read_right(w);
	mark(w);
	read_right(w);
	assert_exchanges(w, 0);
}

static void
reading_goes_on_in_another_transaction(void **state)
{
	struct world *w = *state;

	begin(w);
	assert_int_equal(read_head(w), JPKI_OK);
	end(w);
	read_another_file(w);
	begin(w);
	mark(w);
	read_right(w);
	/* the offset that goes with a short identifier ends one byte before the head does */
	assert_exchanges(w, 1 + blocks(expected_length() - BLOCK - (BLOCK - 1)));
}

static void
reading_goes_on_without_short_identifiers(void **state)
{
	struct world *w = *state;

	no_short_identifiers(w);
	begin(w);
	assert_int_equal(read_head(w), JPKI_OK);
	end(w);
	read_another_file(w);
	begin(w);
	mark(w);
	read_right(w);
	assert_exchanges(w, 1 + blocks(expected_length() - BLOCK));
}

static void
reading_goes_on_where_it_broke_off(void **state)
{
	struct world *w = *state;

	for (unsigned nth = 2; nth <= blocks(expected_length()); nth++) {
		start_over(w);
		memset(&der, 0, sizeof(der));
		begin(w);
		plan_fault(w, VCARD_FAULT_SW, nth, 0x6581);
		assert_int_equal(
		    read_certificate(w, JPKI_AUTHENTICATION, JPKI_CERTIFICATE), JPKI_ERR_STATUS);
		assert_int_equal(der.have, (nth - 1) * BLOCK);
		end(w);
		read_another_file(w);
		begin(w);
		read_right(w);
		end(w);
	}
}

static void
resuming_does_not_mistake_another_application(void **state)
{
	struct world *w = *state;

	begin(w);
	assert_int_equal(read_head(w), JPKI_OK);
	end(w);
	assert_int_equal(vcard_select_other(w->vcard, NULL, 0, NULL), 0);
	begin(w);
	read_right(w);
}

static void
variants_of_the_protocol_read_the_same(void **state)
{
	static const char *const variants[][2] = {
	    {"chaining", "all"},
	    {"chaining", "half"},
	    {"wrong-le", "6cxx"},
	    {"wrong-le", "6700"},
	    {"end-of-file", "6282"},
	    {"read-limit", "128"},
	    {"read-limit", "100"},
	};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(variants); i++) {
		start_over(w);
		memset(&der, 0, sizeof(der));
		vcard_quirks_reset(w->vcard);
		set_quirk(w->vcard, variants[i][0], variants[i][1]);
		begin(w);
		read_right(w);
		end(w);
	}
}

static void
variants_together_read_the_same(void **state)
{
	struct world *w = *state;

	set_quirk(w->vcard, "chaining", "half");
	set_quirk(w->vcard, "wrong-le", "6cxx");
	set_quirk(w->vcard, "end-of-file", "6282");
	no_short_identifiers(w);
	begin(w);
	read_right(w);
}

static void
a_block_may_be_shorter_than_asked_for(void **state)
{
	struct world *w = *state;

	begin(w);
	plan_fault(w, VCARD_FAULT_SW, 1, 0x6C10);
	assert_int_equal(read_head(w), JPKI_OK);
	assert_int_equal(der.have, 16);
	read_right(w);
}

static void
a_short_head_is_resumed(void **state)
{
	struct world *w = *state;

	begin(w);
	plan_fault(w, VCARD_FAULT_SW, 1, 0x6C10);
	assert_int_equal(read_head(w), JPKI_OK);
	end(w);
	read_another_file(w);
	begin(w);
	read_right(w);
}

static void
a_card_that_wants_another_length_each_time(void **state)
{
	struct world *w = *state;

	begin(w);
	assert_int_equal(read_head(w), JPKI_OK);
	mark(w);
	for (unsigned i = 1; i <= VCARD_FAULTS_MAX; i++)
		plan_fault(w, VCARD_FAULT_SW, i, 0x6C10 + i);
	assert_int_equal(read_certificate(w, JPKI_AUTHENTICATION, JPKI_CERTIFICATE), JPKI_ERR_DATA);
	assert_exchanges(w, VCARD_FAULTS_MAX);
}

/* Whether a certificate can be read when the card says that much at a time, and `nth` fails. */
static void
assert_resumed_at(struct world *w, enum jpki_role role, enum jpki_certificate which, unsigned nth)
{
	memset(&der, 0, sizeof(der));
	login(w, role);
	plan_fault(w, VCARD_FAULT_SW, nth, 0x6581);
	assert_int_equal(read_certificate(w, role, which), JPKI_ERR_STATUS);
	end(w);
	read_another_file(w);
	begin(w);
	assert_int_equal(read_certificate(w, role, which), JPKI_OK);
	assert_certificate(&der, role, which);
	end(w);
}

static void
limited_reads_are_resumed(void **state)
{
	static const char *const limits[] = {"128", "100"};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(limits); i++)
		for (int role = 0; role < JPKI_ROLES; role++)
			for (int which = 0; which < JPKI_CERTIFICATES; which++)
				/* the shortest of the certificates takes more reads than that */
				for (unsigned nth = 2; nth <= 8; nth++) {
					start_over(w);
					set_quirk(w->vcard, "read-limit", limits[i]);
					assert_resumed_at(w, (enum jpki_role)role,
					    (enum jpki_certificate)which, nth);
				}
}

static void
a_limited_head_is_resumed(void **state)
{
	static const char *const limits[] = {"128", "100"};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(limits); i++) {
		start_over(w);
		memset(&der, 0, sizeof(der));
		set_quirk(w->vcard, "read-limit", limits[i]);
		begin(w);
		assert_int_equal(read_head(w), JPKI_OK);
		assert_int_equal(der.have, strtoul(limits[i], NULL, 10));
		end(w);
		read_another_file(w);
		begin(w);
		read_right(w);
		end(w);
	}
}

/* Only with another Le than ours does a card get to give more than there is room for. */
static void
a_card_that_gives_more_than_asked_for(void **state)
{
	struct world *w = *state;
	unsigned last = blocks(expected_length());

	assert_true(expected_length() % BLOCK < 0xFF);
	begin(w);
	plan_fault(w, VCARD_FAULT_SW, last, 0x6CFF);
	assert_int_equal(read_certificate(w, JPKI_AUTHENTICATION, JPKI_CERTIFICATE), JPKI_ERR_DATA);
	assert_int_equal(der.have, (last - 1) * BLOCK);
	assert_int_equal(der.bytes[der.have], 0);
	read_right(w);
}

static void
the_end_of_the_file_before_that_of_the_certificate(void **state)
{
	static const unsigned ends[] = {0x6B00, 0x6282, 0x9000};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(ends); i++) {
		start_over(w);
		memset(&der, 0, sizeof(der));
		begin(w);
		plan_fault(w, VCARD_FAULT_SW, 3, ends[i]);
		assert_int_equal(
		    read_certificate(w, JPKI_AUTHENTICATION, JPKI_CERTIFICATE), JPKI_ERR_DATA);
		assert_int_equal(der.have, 2 * BLOCK);
		end(w);
	}
}

static void
answers_that_are_none(void **state)
{
	static const enum vcard_fault faults[] = {
	    VCARD_FAULT_EMPTY, VCARD_FAULT_TRUNCATED, VCARD_FAULT_OVERLONG};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(faults); i++) {
		start_over(w);
		memset(&der, 0, sizeof(der));
		begin(w);
		plan_fault(w, faults[i], 2, 0);
		assert_int_not_equal(
		    read_certificate(w, JPKI_AUTHENTICATION, JPKI_CERTIFICATE), JPKI_OK);
		assert_true(der.have <= (size_t)2 * BLOCK);
		end(w);
	}
}

/* What comes with 6Cxx is no part of the file. */
static void
data_beside_a_wrong_length_is_dropped(void **state)
{
	struct world *w = *state;

	for (unsigned nth = 1; nth <= 2; nth++) {
		start_over(w);
		memset(&der, 0, sizeof(der));
		begin(w);
		plan_fault(w, VCARD_FAULT_SW_DATA, nth, 0x6c10);
		assert_int_equal(
		    read_certificate(w, JPKI_AUTHENTICATION, JPKI_CERTIFICATE), JPKI_OK);
		assert_certificate(&der, JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
		end(w);
	}
}

static void
errors_of_the_way_are_passed_on(void **state)
{
	static const int errors[] = {
	    JPKI_ERR_NO_SERVICE, JPKI_ERR_NO_READER, JPKI_ERR_NO_CARD, JPKI_ERR_RESET, JPKI_ERR_IO};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(errors); i++) {
		start_over(w);
		memset(&der, 0, sizeof(der));
		begin(w);
		inprocess_plan(INPROCESS_TRANSMIT, 1, errors[i], NULL, NULL);
		mark(w);
		assert_int_equal(read_head(w), errors[i]);
		assert_exchanges(w, 0);
		assert_int_equal(der.have, 0);
		end(w);
	}
}

#define READING(name) cmocka_unit_test_setup_teardown(name, make_reading, drop_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    READING(only_blocks_with_something_in_them_are_read),
	    READING(without_short_identifiers_the_file_is_selected),
	    READING(any_refusal_of_short_identifiers_will_do),
	    READING(refused_short_identifiers_are_not_tried_again),
	    READING(the_head_is_one_exchange_and_read_once),
	    READING(what_was_read_already_is_not_read_again),
	    READING(reading_goes_on_in_another_transaction),
	    READING(reading_goes_on_without_short_identifiers),
	    READING(reading_goes_on_where_it_broke_off),
	    READING(resuming_does_not_mistake_another_application),
	    READING(variants_of_the_protocol_read_the_same),
	    READING(variants_together_read_the_same),
	    READING(a_block_may_be_shorter_than_asked_for),
	    READING(a_short_head_is_resumed),
	    READING(limited_reads_are_resumed),
	    READING(a_limited_head_is_resumed),
	    READING(a_card_that_wants_another_length_each_time),
	    READING(a_card_that_gives_more_than_asked_for),
	    READING(the_end_of_the_file_before_that_of_the_certificate),
	    READING(answers_that_are_none),
	    READING(data_beside_a_wrong_length_is_dropped),
	    READING(errors_of_the_way_are_passed_on),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
