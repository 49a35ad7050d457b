/* SPDX-License-Identifier: BSD-2-Clause */

/* The applications beside JPKI's: which commands reach which, and what their files say. */

#include "card/attributes.h"
#include "fixture.h"

/* What the virtual card begins with. */
#define ATTRIBUTES_PIN "5678"

static int
select_attributes(void)
{
	begin();
	return jpki_card_select_attributes(card);
}

static void
open_attributes(void)
{
	assert_int_equal(select_attributes(), JPKI_OK);
	assert_int_equal(verify_pin(JPKI_ATTRIBUTES, ATTRIBUTES_PIN, NULL), JPKI_OK);
}

static void
its_pin_goes_to_it_alone(void **state)
{
	struct vcard_entry entries[16];
	size_t count;

	open_attributes();
	assert_verifies(1);
	count = vcard_ledger_entries(vcard, entries, 16);
	assert_int_equal(entries[count - 1].event, VCARD_EVENT_VERIFY);
	assert_string_equal(entries[count - 1].application, "input-aid");
	assert_int_equal(entries[count - 1].ef, 0x0011);
	assert_true(vcard_pin_verified(vcard, VCARD_PIN_INPUT_AID));
	assert_false(vcard_pin_verified(vcard, VCARD_PIN_AUTHENTICATION));
}

/* Neither JPKI's, nor that of before in another transaction, nor one that could not be selected. */
static void
it_is_not_sent_unless_its_application_is_selected(void **state)
{
	bool done;

	begin();
	assert_int_equal(verify_pin(JPKI_ATTRIBUTES, ATTRIBUTES_PIN, NULL), JPKI_ERR_ARGUMENT);
	assert_int_equal(jpki_card_select_attributes(card), JPKI_OK);
	assert_int_equal(jpki_card_select(card, &done), JPKI_OK);
	assert_true(done);
	assert_int_equal(verify_pin(JPKI_ATTRIBUTES, ATTRIBUTES_PIN, NULL), JPKI_ERR_ARGUMENT);
	assert_int_equal(jpki_card_select_attributes(card), JPKI_OK);
	end();
	trust();
	assert_int_equal(verify_pin(JPKI_ATTRIBUTES, ATTRIBUTES_PIN, NULL), JPKI_ERR_ARGUMENT);
	end();
	set_quirk(vcard, "attributes", "absent");
	assert_int_equal(select_attributes(), JPKI_ERR_NOT_FOUND);
	assert_int_equal(verify_pin(JPKI_ATTRIBUTES, ATTRIBUTES_PIN, NULL), JPKI_ERR_ARGUMENT);
	assert_verifies(0);
}

static void
nor_are_those_of_the_keys_while_it_is(void **state)
{
	unsigned tries;

	assert_int_equal(select_attributes(), JPKI_OK);
	mark();
	for (int role = 0; role < JPKI_ROLES; role++) {
		assert_int_equal(verify_pin(role, default_pin(role), &tries), JPKI_ERR_ARGUMENT);
		assert_int_equal(jpki_card_tries(card, role, &tries, NULL), JPKI_ERR_ARGUMENT);
	}
	assert_exchanges(0);
	end();
	/* nor where it could not be selected: what is selected then is not known */
	set_quirk(vcard, "attributes", "absent");
	assert_int_equal(select_attributes(), JPKI_ERR_NOT_FOUND);
	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, &tries), JPKI_ERR_ARGUMENT);
	assert_verifies(0);
}

static void
a_pin_of_four_digits_is_for_one_of_both(void **state)
{
	struct jpki_pin *pin = pin_of(JPKI_AUTHENTICATION, PIN);
	unsigned tries;

	assert_int_equal(select_attributes(), JPKI_OK);
	assert_int_equal(jpki_card_verify(card, JPKI_ATTRIBUTES, pin, &tries), JPKI_ERR_ARGUMENT);
	jpki_pin_free(&pin);
	assert_verifies(0);
}

static void
what_comes_later_selects_jpki_again(void **state)
{

	assert_int_equal(select_attributes(), JPKI_OK);
	end();
	mark();
	trust();
	assert_int_equal(events(VCARD_EVENT_SELECT), 1);
	assert_string_equal(vcard_application(vcard), "jpki");
	assert_int_equal(
	    jpki_card_read_certificate(card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der), JPKI_OK);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
}

static void
selecting_needs_a_transaction_that_selected(void **state)
{
	assert_int_equal(jpki_card_select_attributes(card), JPKI_ERR_ARGUMENT);
	assert_int_equal(jpki_card_select_number(card), JPKI_ERR_ARGUMENT);
	begin();
	end();
	trust();
	mark();
	assert_int_equal(jpki_card_select_attributes(card), JPKI_ERR_ARGUMENT);
	assert_exchanges(0);
	/* which gets no PIN */
	assert_int_equal(jpki_card_select_number(card), JPKI_OK);
	assert_exchanges(1);
}

/* What one application makes of short identifiers says nothing of another. */
static void
each_application_is_asked_for_its_short_identifiers(void **state)
{
	unsigned tries;

	for (const char *const *answer_to = short_identifiers; *answer_to != NULL; answer_to++) {
		start_over_with("short-identifiers", "known");
		begin();
		assert_int_equal(jpki_card_tries(card, JPKI_AUTHENTICATION, &tries, NULL), JPKI_OK);
		set_quirk(vcard, "short-identifiers", *answer_to);
		assert_int_equal(jpki_card_select_attributes(card), JPKI_OK);
		assert_int_equal(jpki_card_tries(card, JPKI_ATTRIBUTES, &tries, NULL), JPKI_OK);
		assert_int_equal(tries, 3);
		assert_int_equal(verify_pin(JPKI_ATTRIBUTES, "0000", &tries), JPKI_ERR_PIN_WRONG);
		assert_int_equal(tries, 2);
		assert_verifies(1);
		assert_int_equal(vcard_pin_tries(vcard, VCARD_PIN_INPUT_AID), 2);
		assert_int_equal(vcard_pin_tries(vcard, VCARD_PIN_AUTHENTICATION), 3);
	}
}

static void
it_has_no_key(void **state)
{
	static uint8_t signature[JPKI_SIGNATURE_SIZE];
	struct jpki_pin *pin = pin_of(JPKI_ATTRIBUTES, ATTRIBUTES_PIN);
	unsigned tries;

	assert_int_equal(select_attributes(), JPKI_OK);
	mark();
	assert_int_equal(jpki_card_sign(card, JPKI_ATTRIBUTES, JPKI_SIGN_PKCS1,
			     (const uint8_t *)"x", 1, signature),
	    JPKI_ERR_ARGUMENT);
	assert_int_equal(jpki_card_read_certificate(card, JPKI_ATTRIBUTES, JPKI_CERTIFICATE, &der),
	    JPKI_ERR_ARGUMENT);
	assert_int_equal(
	    jpki_card_change_pin(card, JPKI_ATTRIBUTES, pin, pin, &tries), JPKI_ERR_ARGUMENT);
	jpki_pin_free(&pin);
	assert_exchanges(0);
}

static const char *
told(const struct jpki_attributes *attributes, enum vcard_attribute which)
{
	switch (which) {
	case VCARD_ATTRIBUTE_NAME:
		return attributes->name;
	case VCARD_ATTRIBUTE_ADDRESS:
		return attributes->address;
	case VCARD_ATTRIBUTE_BIRTH_DATE:
		return attributes->birth_date;
	default:
		return attributes->sex;
	}
}

static void
assert_attributes(const struct jpki_attributes *attributes)
{
	char text[VCARD_ATTRIBUTE_SIZE];

	for (enum vcard_attribute i = 0; i < VCARD_ATTRIBUTES; i++) {
		vcard_attribute(vcard, i, text);
		assert_string_not_equal(text, "");
		assert_string_equal(told(attributes, i), text);
	}
}

static void
attributes_are_read(void **state)
{
	static const char *const kinds[][2] = {{"attributes", "present"}, {"read-limit", "100"},
	    {"read-limit", "128"}, {"wrong-le", "6cxx"}, {"wrong-le", "6700"},
	    {"short-identifiers", "6a86"}, {"end-of-file", "6282"}, {"chaining", "all"},
	    {"chaining", "half"}};
	struct jpki_attributes attributes;

	for (size_t i = 0; i < LENGTH_OF(kinds); i++) {
		start_over();
		vcard_quirks_reset(vcard);
		set_quirk(vcard, "attributes", "large");
		set_quirk(vcard, kinds[i][0], kinds[i][1]);
		open_attributes();
		assert_int_equal(jpki_card_read_attributes(card, &attributes), JPKI_OK);
		assert_attributes(&attributes);
	}
}

/* As many as it takes, and no filler. */
static void
a_large_file_takes_several_exchanges(void **state)
{
	struct jpki_attributes attributes;

	set_quirk(vcard, "attributes", "large");
	open_attributes();
	mark();
	assert_int_equal(jpki_card_read_attributes(card, &attributes), JPKI_OK);
	assert_exchanges(3);
}

static void
its_pin_is_needed_first(void **state)
{
	struct jpki_attributes attributes = {.name = "somebody"}, none = {.name = ""};

	assert_int_equal(select_attributes(), JPKI_OK);
	assert_int_equal(jpki_card_read_attributes(card, &attributes), JPKI_ERR_NOT_VERIFIED);
	assert_memory_equal(&attributes, &none, sizeof(none));
	end();
	begin();
	mark();
	assert_int_equal(jpki_card_read_attributes(card, &attributes), JPKI_ERR_ARGUMENT);
	assert_exchanges(0);
}

static void
a_file_that_makes_no_sense(void **state)
{
	static const char *const kinds[] = {
	    "empty", "garbled", "length-longer", "length-shorter", "indefinite"};
	struct jpki_attributes attributes, none = {.name = ""};

	for (size_t i = 0; i < LENGTH_OF(kinds); i++) {
		start_over_with("attributes", kinds[i]);
		open_attributes();
		assert_int_equal(jpki_card_read_attributes(card, &attributes), JPKI_ERR_DATA);
		assert_memory_equal(&attributes, &none, sizeof(none));
	}
}

static void
a_part_that_is_missing_is_empty(void **state)
{
	struct jpki_attributes attributes;

	set_quirk(vcard, "attributes", "no-name");
	open_attributes();
	assert_int_equal(jpki_card_read_attributes(card, &attributes), JPKI_OK);
	assert_string_equal(attributes.name, "");
	assert_string_not_equal(attributes.address, "");
}

static int
read_number(char number[JPKI_MANUFACTURE_NUMBER_SIZE])
{
	int rv;

	begin();
	rv = jpki_card_select_number(card);
	if (rv == JPKI_OK)
		rv = jpki_card_read_number(card, number);
	end();
	return rv;
}

static void
the_number_is_read(void **state)
{
	char number[JPKI_MANUFACTURE_NUMBER_SIZE], expected[VCARD_MANUFACTURE_NUMBER_SIZE];

	assert_int_equal(read_number(number), JPKI_OK);
	assert_exchanges(3);
	vcard_manufacture_number(vcard, expected);
	assert_string_equal(number, expected);
	begin();
	assert_int_equal(jpki_card_read_number(card, number), JPKI_ERR_ARGUMENT);
}

static void
a_card_without_a_number(void **state)
{
	static const struct {
		const char *kind;
		int error;
	} cases[] = {{"absent", JPKI_ERR_NOT_FOUND}, {"no-record", JPKI_ERR_NOT_FOUND},
	    {"short", JPKI_ERR_DATA}, {"garbled", JPKI_ERR_DATA}};
	char number[JPKI_MANUFACTURE_NUMBER_SIZE] = "as it was";

	for (size_t i = 0; i < LENGTH_OF(cases); i++) {
		start_over_with("manufacture-number", cases[i].kind);
		assert_int_equal(read_number(number), cases[i].error);
		assert_string_equal(number, "as it was");
	}
}

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

static const struct {
	const uint8_t *bytes;
	size_t length;
	int error;
	const char *name, *sex;
} files[] = {
    {BYTES("\xFF\x20\x04\xDF\x22\x01Z"), JPKI_OK, "Z", ""},
    /* any structure will do */
    {BYTES("\x30\x04\xDF\x22\x01Z"), JPKI_OK, "Z", ""},
    {BYTES("\x7F\x81\x01\x04\xDF\x22\x01Z"), JPKI_OK, "Z", ""},
    /* lengths that are longer than they need be */
    {BYTES("\x30\x81\x06\xDF\x22\x82\x00\x01Z"), JPKI_OK, "Z", ""},
    {BYTES("\x30\x84\x00\x00\x00\x04\xDF\x22\x01Z"), JPKI_OK, "Z", ""},
    /* in another order, among others */
    {BYTES("\x30\x10\xDF\x25\x01\x31\xDF\x21\x02\xFF\x00\xDF\x26\x00\xDF\x22\x01Z"), JPKI_OK, "Z",
	"1"},
    {BYTES("\x30\x0E\x02\x01\x05\xFF\x22\x04\xDF\x22\x01Y\xDF\x22\x01Z"), JPKI_OK, "Z", ""},
    {BYTES("\x30\x06\xDF\x22\x03\xE3\x81\x82"), JPKI_OK, "\xE3\x81\x82", ""},
    {BYTES("\x30\x07\xDF\x22\x04\xF0\xA0\xAE\xB7"), JPKI_OK, "\xF0\xA0\xAE\xB7", ""},
    {BYTES("\x30\x03\xDF\x22\x00"), JPKI_OK, "", ""},
    /* no structure, or one that does not end where it says */
    {BYTES(""), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\xDF\x22\x01Z"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x80\xDF\x22\x01Z\x00\x00"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x05\xDF\x22\x01Z"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x03\xDF\x22\x01Z"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x84\xFF\xFF\xFF\xFF\xDF\x22\x01Z"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x89\x01\x00\x00\x00\x00\x00\x00\x00\x04\xDF\x22\x01Z"), JPKI_ERR_DATA, NULL, NULL},
    /* a part that does not, or that is cut off in its header */
    {BYTES("\x30\x04\xDF\x22\x02Z"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x05\xDF\x22\x01Z\xDF"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x06\xDF\x22\x01Z\xDF\x23"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x07\xDF\x22\x01Z\xDF\x23\x82"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x0A\xDF\x22\x01Z\xDF\x23\x84\x7F\xFF\xFF"), JPKI_ERR_DATA, NULL, NULL},
    /* nothing that is looked for */
    {BYTES("\x30\x00"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x06\xDF\x21\x01Z\x05\x00"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x04\xFF\x22\x01Z"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x04\x9F\x22\x01Z"), JPKI_ERR_DATA, NULL, NULL},
    /* two of it */
    {BYTES("\x30\x08\xDF\x22\x01Z\xDF\x22\x01Z"), JPKI_ERR_DATA, NULL, NULL},
    /* no text */
    {BYTES("\x30\x05\xDF\x22\x02Z\x00"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x04\xDF\x22\x01\xE3"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x05\xDF\x22\x02\xC0\x80"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x06\xDF\x22\x03\xED\xA0\x80"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x07\xDF\x22\x04\xF4\x90\x80\x80"), JPKI_ERR_DATA, NULL, NULL},
    {BYTES("\x30\x05\xDF\x22\x02\x83\x4A"), JPKI_ERR_DATA, NULL, NULL},
};

static void
what_a_structure_says(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(files); i++) {
		struct jpki_attributes attributes = {.name = ""};
		int rv = attributes_parse(files[i].bytes, files[i].length, &attributes);

		if (rv != files[i].error)
			fail_msg("file %zu: %d", i, rv);
		if (rv != JPKI_OK)
			continue;
		assert_string_equal(attributes.name, files[i].name);
		assert_string_equal(attributes.sex, files[i].sex);
	}
}

/* One more does not fit. */
static void
the_longest_text(void **state)
{
	uint8_t file[JPKI_ATTRIBUTE_SIZE + 10] = {0x30, 0x82, 0x04, 0x04, 0xDF, 0x22, 0x82, 0x03};

	for (size_t length = JPKI_ATTRIBUTE_SIZE - 1; length <= JPKI_ATTRIBUTE_SIZE; length++) {
		struct jpki_attributes attributes = {.name = ""};
		size_t part = 5 + length;
		int rv;

		file[2] = (uint8_t)(part >> 8);
		file[3] = (uint8_t)part;
		file[7] = (uint8_t)(length >> 8);
		file[8] = (uint8_t)length;
		memset(file + 9, 'Z', length);
		rv = attributes_parse(file, 4 + part, &attributes);
		assert_int_equal(rv, length < JPKI_ATTRIBUTE_SIZE ? JPKI_OK : JPKI_ERR_DATA);
		if (rv == JPKI_OK)
			assert_int_equal(strlen(attributes.name), length);
	}
}

static const struct {
	const uint8_t *bytes;
	size_t length;
	const char *number; /* NULL: JPKI_ERR_DATA */
} records[] = {
    {BYTES("\x46\x0FJM0123456789ABC"), "0123456789ABC"},
    {BYTES("\x46\x10JM0123456789ABCD"), "0123456789ABC"},
    {BYTES("\xDF\x22\x81\x0FJM0123456789ABC\xFF\xFF"), "0123456789ABC"},
    {BYTES("\x46\x0F\x00\xFF"
	   "0123456789ABC"),
	"0123456789ABC"},
    {BYTES(""), NULL},
    {BYTES("\x46\x0EJM0123456789AB"), NULL},
    {BYTES("\x46\x10JM0123456789ABC"), NULL},
    {BYTES("\x46\x80JM0123456789ABC\x00\x00"), NULL},
    {BYTES("\x46\x0FJM0123456789AB\x00"), NULL},
    {BYTES("\x46\x0FJM012345678 ABC"), NULL},
    {BYTES("\x46\x0FJM0123456789A\xE3\x81"), NULL},
};

static void
what_a_record_says(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(records); i++) {
		char number[JPKI_MANUFACTURE_NUMBER_SIZE] = "as it was";
		int rv = attributes_parse_number(records[i].bytes, records[i].length, number);

		if (rv != (records[i].number != NULL ? JPKI_OK : JPKI_ERR_DATA))
			fail_msg("record %zu: %d", i, rv);
		assert_string_equal(number, rv == JPKI_OK ? records[i].number : "as it was");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(its_pin_goes_to_it_alone),
	    TEST(it_is_not_sent_unless_its_application_is_selected),
	    TEST(nor_are_those_of_the_keys_while_it_is),
	    TEST(a_pin_of_four_digits_is_for_one_of_both),
	    TEST(what_comes_later_selects_jpki_again),
	    TEST(selecting_needs_a_transaction_that_selected),
	    TEST(each_application_is_asked_for_its_short_identifiers),
	    TEST(it_has_no_key),
	    TEST(attributes_are_read),
	    TEST(a_large_file_takes_several_exchanges),
	    TEST(its_pin_is_needed_first),
	    TEST(a_file_that_makes_no_sense),
	    TEST(a_part_that_is_missing_is_empty),
	    TEST(the_number_is_read),
	    TEST(a_card_without_a_number),
	    cmocka_unit_test(what_a_structure_says),
	    cmocka_unit_test(the_longest_text),
	    cmocka_unit_test(what_a_record_says),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
