/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "fixture.h"

static int
read_certificate(enum jpki_role role, enum jpki_certificate which)
{
	return jpki_card_read_certificate(card, role, which, &der);
}

static int
read_head(void)
{
	return jpki_card_read_certificate_head(card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der);
}

/* Read the authentication certificate, which must be right. */
static void
read_right(void)
{
	assert_int_equal(read_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE), JPKI_OK);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
}

static void
no_short_identifiers(void)
{
	struct jpki_token_info info;

	set_quirk(vcard, "short-identifiers", "6a86");
	begin();
	assert_int_equal(jpki_card_read_info(card, &info), JPKI_OK);
	end();
}

/* Make another file the current one, as a transaction of somebody else would. */
static void
read_another_file(void)
{
	bool present[JPKI_ROLES];

	begin();
	assert_int_equal(jpki_card_read_presence(card, present), JPKI_OK);
	end();
}

static void
any_refusal_of_short_identifiers_will_do(void **state)
{
	for (const char *const *answer_to = short_identifiers; *answer_to != NULL; answer_to++) {
		start_over_with("short-identifiers", *answer_to);
		begin();
		read_right();
	}
}

static void
refused_short_identifiers_are_not_tried_again(void **state)
{
	set_quirk(vcard, "short-identifiers", "6a86");
	begin();
	mark();
	assert_int_equal(read_head(), JPKI_OK);
	assert_exchanges(3);
	memset(&der, 0, sizeof(der));
	assert_int_equal(read_head(), JPKI_OK);
	assert_exchanges(5);
}

static void
the_head_is_one_exchange_and_read_once(void **state)
{
	begin();
	mark();
	assert_int_equal(read_head(), JPKI_OK);
	assert_int_equal(der.have, BLOCK);
	assert_int_equal(der.total, expected_length());
	assert_int_equal(read_head(), JPKI_OK);
	assert_exchanges(1);
}

static void
what_was_read_already_is_not_read_again(void **state)
{
	begin();
	read_right();
	mark();
	read_right();
	assert_exchanges(0);
}

static void
reading_goes_on_in_another_transaction(void **state)
{
	/* the offset that goes with a short identifier ends one byte before the head does */
	const size_t rest[] = {expected_length() - BLOCK - (BLOCK - 1), expected_length() - BLOCK};

	for (size_t i = 0; i < LENGTH_OF(rest); i++) {
		start_over();
		if (i == 1)
			no_short_identifiers();
		begin();
		assert_int_equal(read_head(), JPKI_OK);
		end();
		read_another_file();
		begin();
		mark();
		read_right();
		assert_exchanges(1 + blocks(rest[i]));
	}
}

static void
reading_goes_on_where_it_broke_off(void **state)
{
	for (unsigned nth = 2; nth <= blocks(expected_length()); nth++) {
		start_over();
		begin();
		plan_fault(VCARD_FAULT_SW, nth, 0x6581);
		assert_int_equal(
		    read_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE), JPKI_ERR_STATUS);
		assert_int_equal(der.have, (nth - 1) * BLOCK);
		end();
		read_another_file();
		begin();
		read_right();
	}
}

static void
resuming_does_not_mistake_another_application(void **state)
{
	begin();
	assert_int_equal(read_head(), JPKI_OK);
	end();
	assert_int_equal(vcard_select_other(vcard, NULL, 0, NULL), 0);
	begin();
	read_right();
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

	for (size_t i = 0; i < LENGTH_OF(variants); i++) {
		start_over();
		vcard_quirks_reset(vcard);
		set_quirk(vcard, variants[i][0], variants[i][1]);
		begin();
		read_right();
	}
}

static void
variants_together_read_the_same(void **state)
{
	set_quirk(vcard, "chaining", "half");
	set_quirk(vcard, "wrong-le", "6cxx");
	set_quirk(vcard, "end-of-file", "6282");
	no_short_identifiers();
	begin();
	read_right();
}

/* Reading goes on behind it, at once or in another transaction. */
static void
a_block_may_be_shorter_than_asked_for(void **state)
{
	for (int later = 0; later < 2; later++) {
		start_over();
		begin();
		plan_fault(VCARD_FAULT_SW, 1, 0x6C10);
		assert_int_equal(read_head(), JPKI_OK);
		assert_int_equal(der.have, 16);
		if (later) {
			end();
			read_another_file();
			begin();
		}
		read_right();
	}
}

static void
a_card_that_wants_another_length_each_time(void **state)
{
	begin();
	assert_int_equal(read_head(), JPKI_OK);
	mark();
	for (unsigned i = 1; i <= VCARD_FAULTS_MAX; i++)
		plan_fault(VCARD_FAULT_SW, i, 0x6C10 + i);
	assert_int_equal(read_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE), JPKI_ERR_DATA);
	assert_exchanges(VCARD_FAULTS_MAX);
}

/* Whether a certificate can be read when the card says that much at a time, and `nth` fails. */
static void
assert_resumed_at(enum jpki_role role, enum jpki_certificate which, unsigned nth)
{
	login(role);
	plan_fault(VCARD_FAULT_SW, nth, 0x6581);
	assert_int_equal(read_certificate(role, which), JPKI_ERR_STATUS);
	end();
	read_another_file();
	begin();
	assert_int_equal(read_certificate(role, which), JPKI_OK);
	assert_certificate(role, which);
	end();
}

static void
limited_reads_are_resumed(void **state)
{
	static const char *const limits[] = {"128", "100"};

	for (size_t i = 0; i < LENGTH_OF(limits); i++)
		for (int role = 0; role < JPKI_ROLES; role++)
			for (int which = 0; which < JPKI_CERTIFICATES; which++)
				/* the shortest of the certificates takes more reads than that */
				for (unsigned nth = 2; nth <= 8; nth++) {
					start_over_with("read-limit", limits[i]);
					assert_resumed_at((enum jpki_role)role,
					    (enum jpki_certificate)which, nth);
				}
}

static void
a_limited_head_is_resumed(void **state)
{
	static const char *const limits[] = {"128", "100"};

	for (size_t i = 0; i < LENGTH_OF(limits); i++) {
		start_over_with("read-limit", limits[i]);
		begin();
		assert_int_equal(read_head(), JPKI_OK);
		assert_int_equal(der.have, strtoul(limits[i], NULL, 10));
		end();
		read_another_file();
		begin();
		read_right();
	}
}

/* Only with another Le than ours does a card get to give more than there is room for. */
static void
a_card_that_gives_more_than_asked_for(void **state)
{
	unsigned last = blocks(expected_length());

	assert_true(expected_length() % BLOCK < 0xFF);
	begin();
	plan_fault(VCARD_FAULT_SW, last, 0x6CFF);
	assert_int_equal(read_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE), JPKI_ERR_DATA);
	assert_int_equal(der.have, (last - 1) * BLOCK);
	assert_int_equal(der.bytes[der.have], 0);
	read_right();
}

static void
the_end_of_the_file_before_that_of_the_certificate(void **state)
{
	static const unsigned ends[] = {0x6B00, 0x6282, 0x9000};

	for (size_t i = 0; i < LENGTH_OF(ends); i++) {
		start_over();
		begin();
		plan_fault(VCARD_FAULT_SW, 3, ends[i]);
		assert_int_equal(
		    read_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE), JPKI_ERR_DATA);
		assert_int_equal(der.have, 2 * BLOCK);
	}
}

static void
answers_that_are_none(void **state)
{
	static const enum vcard_fault faults[] = {
	    VCARD_FAULT_EMPTY, VCARD_FAULT_TRUNCATED, VCARD_FAULT_OVERLONG};

	for (size_t i = 0; i < LENGTH_OF(faults); i++) {
		start_over();
		begin();
		plan_fault(faults[i], 2, 0);
		assert_int_not_equal(
		    read_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE), JPKI_OK);
		assert_true(der.have <= (size_t)2 * BLOCK);
	}
}

/* What comes with 6Cxx is no part of the file. */
static void
data_beside_a_wrong_length_is_dropped(void **state)
{
	for (unsigned nth = 1; nth <= 2; nth++) {
		start_over();
		begin();
		plan_fault(VCARD_FAULT_SW_DATA, nth, 0x6c10);
		assert_int_equal(read_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE), JPKI_OK);
		assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	}
}

static void
errors_of_the_way_are_passed_on(void **state)
{
	for (size_t i = 0; i < WAY_ERRORS; i++) {
		start_over();
		begin();
		inprocess_plan(INPROCESS_TRANSMIT, 1, way_errors[i], NULL, NULL);
		mark();
		assert_int_equal(read_head(), way_errors[i]);
		assert_exchanges(0);
		assert_int_equal(der.have, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(any_refusal_of_short_identifiers_will_do),
	    TEST(refused_short_identifiers_are_not_tried_again),
	    TEST(the_head_is_one_exchange_and_read_once),
	    TEST(what_was_read_already_is_not_read_again),
	    TEST(reading_goes_on_in_another_transaction),
	    TEST(reading_goes_on_where_it_broke_off),
	    TEST(resuming_does_not_mistake_another_application),
	    TEST(variants_of_the_protocol_read_the_same),
	    TEST(variants_together_read_the_same),
	    TEST(a_block_may_be_shorter_than_asked_for),
	    TEST(limited_reads_are_resumed),
	    TEST(a_limited_head_is_resumed),
	    TEST(a_card_that_wants_another_length_each_time),
	    TEST(a_card_that_gives_more_than_asked_for),
	    TEST(the_end_of_the_file_before_that_of_the_certificate),
	    TEST(answers_that_are_none),
	    TEST(data_beside_a_wrong_length_is_dropped),
	    TEST(errors_of_the_way_are_passed_on),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
