/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#define READ_RECORD "00B2010C00"
#define DIGITS (VCARD_MANUFACTURE_NUMBER_SIZE - 1)

static void
the_record_has_the_number(void **state)
{
	char number[VCARD_MANUFACTURE_NUMBER_SIZE];

	vcard_manufacture_number(*state, number);
	assert_int_equal(strspn(number, "0123456789"), DIGITS);
	assert_status(*state, SELECT_COMMON, 0x9000);
	assert_status(*state, READ_RECORD, 0x9000);
	assert_int_equal(answer[1], answer_length - 2); /* BER: a tag, a length */
	assert_true(answer[1] >= 15);
	assert_memory_equal(answer + 2 + 2, number, DIGITS);
}

/* The number of a card with that serial number, NULL being one of its own. */
static void
number_of(const char *folder, const char *serial, char number[VCARD_MANUFACTURE_NUMBER_SIZE])
{
	struct vcard_options options = {.directory = folder, .pki = test_pki(), .serial = serial};
	struct vcard *card;

	assert_int_equal(vcard_new(&card, &options, NULL), 0);
	vcard_manufacture_number(card, number);
	vcard_free(&card);
}

static void
each_card_has_a_number_that_stays(void **state)
{
	char first[VCARD_MANUFACTURE_NUMBER_SIZE], then[VCARD_MANUFACTURE_NUMBER_SIZE];
	char *folder = make_folder();

	number_of(folder, NULL, first);
	number_of(folder, NULL, then);
	assert_string_equal(first, then);
	number_of(folder, "X", then);
	assert_string_not_equal(first, then);
	number_of(NULL, "X", first);
	assert_string_equal(first, then);
	drop_folder(folder);
}

static void
there_is_one_record(void **state)
{
	assert_status(*state, SELECT_COMMON, 0x9000);
	assert_status(*state, "00B2000C00", 0x6a83);
	assert_status(*state, "00B2020C00", 0x6a83);
	assert_status(*state, "00B2FF0C00", 0x6a83);
}

static void
the_current_file_has_it_too(void **state)
{
	assert_status(*state, SELECT_COMMON, 0x9000);
	assert_status(*state, "00B2010400", 0x6986);
	assert_status(*state, "00A4020C020001", 0x9000);
	assert_status(*state, "00B2010400", 0x9000);
	assert_int_equal(vcard_current_file(*state), 0x0001);
}

static void
other_applications_have_no_records(void **state)
{
	assert_status(*state, READ_RECORD, 0x6a82);
	select_jpki(*state);
	assert_status(*state, READ_RECORD, 0x6981);
	assert_status(*state, "00B201C400", 0x6981); /* EF 0018, a PIN */
	assert_status(*state, SELECT_INPUT_AID, 0x9000);
	assert_status(*state, READ_RECORD, 0x6981);
}

static void
other_forms_are_refused(void **state)
{
	assert_status(*state, SELECT_COMMON, 0x9000);
	assert_status(*state, "00B2010D00", 0x6a86);
	assert_status(*state, "00B201FC00", 0x6a86);
	assert_status(*state, "00B2011400", 0x6a82);
	assert_status(*state, "00B2010C", 0x6700);
	assert_status(*state, "00B2010C0100", 0x6700);
	assert_status(*state, "00B0810000", 0x6981);
}

static void
ways_of_the_card_hold_here_too(void **state)
{
	assert_status(*state, SELECT_COMMON, 0x9000);
	set_quirk(*state, "chaining", "all");
	assert_status(*state, READ_RECORD, 0x6114);
	assert_status(*state, "00C0000014", 0x9000);
	set_quirk(*state, "chaining", "no");
	set_quirk(*state, "wrong-le", "6cxx");
	assert_status(*state, READ_RECORD, 0x6c14);
	assert_status(*state, "00B2010C14", 0x9000);
	set_quirk(*state, "wrong-le", "short");
	set_quirk(*state, "end-of-file", "6282");
	assert_status(*state, READ_RECORD, 0x6282);
	set_quirk(*state, "short-identifiers", "6a86");
	assert_status(*state, READ_RECORD, 0x6a86);
}

static void
the_application_can_be_absent(void **state)
{
	set_quirk(*state, "manufacture-number", "absent");
	assert_status(*state, SELECT_COMMON, 0x6a82);
	assert_status(*state, SELECT_INPUT_AID, 0x9000);
}

static void
the_record_can_be_absent(void **state)
{
	set_quirk(*state, "manufacture-number", "no-record");
	assert_status(*state, SELECT_COMMON, 0x9000);
	assert_status(*state, READ_RECORD, 0x6a83);
}

static void
the_record_can_be_short(void **state)
{
	set_quirk(*state, "manufacture-number", "short");
	assert_status(*state, SELECT_COMMON, 0x9000);
	assert_status(*state, READ_RECORD, 0x9000);
	assert_int_equal(answer[1], 14);
	assert_int_equal(answer_length, 2 + 14);
}

static void
the_record_can_be_garbled(void **state)
{
	set_quirk(*state, "manufacture-number", "garbled");
	assert_status(*state, SELECT_COMMON, 0x9000);
	assert_answer(*state, READ_RECORD, 0x9000, 20);
	for (size_t i = 0; i < answer_length; i++)
		assert_int_equal(answer[i], 0xa5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CARD_TEST(the_record_has_the_number),
	    cmocka_unit_test(each_card_has_a_number_that_stays),
	    CARD_TEST(there_is_one_record),
	    CARD_TEST(the_current_file_has_it_too),
	    CARD_TEST(other_applications_have_no_records),
	    CARD_TEST(other_forms_are_refused),
	    CARD_TEST(ways_of_the_card_hold_here_too),
	    CARD_TEST(the_application_can_be_absent),
	    CARD_TEST(the_record_can_be_absent),
	    CARD_TEST(the_record_can_be_short),
	    CARD_TEST(the_record_can_be_garbled),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
