/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include <openssl/asn1.h>
#include <openssl/x509v3.h>

#include "support.h"

#define READ_ATTRIBUTES "00B0820000"

static uint8_t content[16384];
static size_t content_length;

static void
read_attributes(struct vcard *card)
{
	assert_status(card, SELECT_INPUT_AID, 0x9000);
	assert_status(card, VERIFY_ATTRIBUTES, 0x9000);
	content_length = read_file(card, 0x02, content);
}

/* The length at *at, which goes behind it. */
static size_t
take_length(const uint8_t **at)
{
	size_t count = **at >= 0x80 ? *(*at)++ & 0x7f : 1;
	size_t length = 0;

	assert_in_range(count, 1, 2);
	while (count-- > 0)
		length = length << 8 | *(*at)++;
	return length;
}

/* The part of that tag at *at, which goes behind it; returns a text of its own. */
static char *
take_part(const uint8_t **at, uint8_t tag)
{
	size_t length;
	char *text;

	assert_int_equal((*at)[0], 0xdf);
	assert_int_equal((*at)[1], tag);
	*at += 2;
	length = take_length(at);
	text = strndup((const char *)*at, length);
	assert_non_null(text);
	*at += length;
	return text;
}

static void
check_parts(struct vcard *card, const uint8_t **at)
{
	char expected[VCARD_ATTRIBUTE_SIZE];

	free(take_part(at, 0x21));
	for (enum vcard_attribute i = 0; i < VCARD_ATTRIBUTES; i++) {
		char *found = take_part(at, (uint8_t)(0x22 + i));

		vcard_attribute(card, i, expected);
		assert_string_equal(found, expected);
		free(found);
	}
}

static void
check_attributes(struct vcard *card)
{
	const uint8_t *at = content + 2, *end;

	read_attributes(card);
	assert_memory_equal(content, "\xff\x20", 2);
	end = content + take_length(&at);
	end += at - content;
	check_parts(card, &at);
	assert_ptr_equal(at, end);
	assert_true(at < content + content_length);
	for (; at < content + content_length; at++)
		assert_int_equal(*at, 0xff);
}

static void
parts_in_a_structure_with_filler_behind(void **state)
{
	check_attributes(*state);
	assert_int_equal(content_length, 1024);
	assert_true(content[2] < 0x80);
}

static void
they_are_read_only_after_their_pin(void **state)
{
	assert_status(*state, SELECT_INPUT_AID, 0x9000);
	assert_status(*state, READ_ATTRIBUTES, 0x6982);
	assert_status(*state, "00B0810000", 0x6982);
	assert_status(*state, "002000910439393939", 0x63c2);
	assert_status(*state, READ_ATTRIBUTES, 0x6982);
	assert_status(*state, "00A4020C020011", 0x9000);
	assert_status(*state, "002000800435363738", 0x9000);
	assert_status(*state, READ_ATTRIBUTES, 0x9000);
	assert_status(*state, "00B0810000", 0x9000);
	vcard_power_off(*state);
	vcard_power_on(*state);
	assert_status(*state, SELECT_INPUT_AID, 0x9000);
	assert_status(*state, READ_ATTRIBUTES, 0x6982);
}

static void
pins_of_jpki_do_not_open_them(void **state)
{
	verify(*state, VERIFY_AUTHENTICATION);
	assert_status(*state, VERIFY_SIGNATURE, 0x9000);
	assert_status(*state, SELECT_INPUT_AID, 0x9000);
	assert_status(*state, READ_ATTRIBUTES, 0x6982);
	assert_int_equal(vcard_pin_tries(*state, VCARD_PIN_INPUT_AID), 3);
}

static void
their_pin_has_a_counter_of_its_own(void **state)
{
	assert_status(*state, SELECT_INPUT_AID, 0x9000);
	assert_status(*state, "00200091", 0x63c3);
	assert_int_equal(vcard_pin_set_tries(*state, VCARD_PIN_INPUT_AID, 0, NULL), 0);
	assert_status(*state, "00200091", 0x63c0);
	assert_status(*state, VERIFY_ATTRIBUTES, 0x6984);
	assert_status(*state, READ_ATTRIBUTES, 0x6982);
	assert_int_equal(vcard_pin_tries(*state, VCARD_PIN_AUTHENTICATION), 3);
	verify(*state, VERIFY_AUTHENTICATION);
}

/* One of the person's attributes in the signature certificate's subjectAltName (F-PERSON). */
static char *
of_certificate(struct vcard *card, const char *oid)
{
	X509 *certificate = vcard_pki_certificate(vcard_pki(card), VCARD_CERTIFICATE_SIGNATURE);
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	char *text = NULL;

	assert_non_null(names);
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const OTHERNAME *name = sk_GENERAL_NAME_value(names, i)->d.otherName;
		char found[64];

		OBJ_obj2txt(found, sizeof(found), name->type_id, 1);
		if (strcmp(found, oid) == 0)
			text = strndup(
			    (const char *)ASN1_STRING_get0_data(name->value->value.utf8string),
			    (size_t)ASN1_STRING_length(name->value->value.utf8string));
	}
	GENERAL_NAMES_free(names);
	assert_non_null(text);
	return text;
}

static void
the_person_is_that_of_the_certificate(void **state)
{
	static const struct {
		enum vcard_attribute which;
		const char *oid;
		size_t skipped; /* the era */
	} rows[] = {
	    {VCARD_ATTRIBUTE_NAME, "1.2.392.200149.8.5.5.1", 0},
	    {VCARD_ATTRIBUTE_SEX, "1.2.392.200149.8.5.5.3", 0},
	    {VCARD_ATTRIBUTE_BIRTH_DATE, "1.2.392.200149.8.5.5.4", 1},
	    {VCARD_ATTRIBUTE_ADDRESS, "1.2.392.200149.8.5.5.5", 0},
	};
	char text[VCARD_ATTRIBUTE_SIZE];

	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		char *expected = of_certificate(*state, rows[i].oid);

		vcard_attribute(*state, rows[i].which, text);
		assert_string_equal(text, expected + rows[i].skipped);
		free(expected);
	}
}

/* A card of a citizen whose address is so many bytes long. */
static struct vcard *
card_with_address(size_t length)
{
	char address[600 + 1];
	struct vcard_options options = {.citizen = {.name = "電子　太郎", .address = address}};
	struct vcard_error error;
	struct vcard *card;

	memset(address, 'x', length);
	address[length] = '\0';
	if (vcard_new(&card, &options, &error) != 0)
		fail_msg("%s", error.text);
	vcard_power_on(card);
	return card;
}

static void
lengths_take_as_many_bytes_as_they_need(void **state)
{
	static const struct {
		size_t address;
		uint8_t outer; /* the first byte of the whole's length */
	} rows[] = {{80, 127}, {81, 0x81}, {128, 0x81}, {208, 0x82}, {256, 0x82}};

	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		struct vcard *card = card_with_address(rows[i].address);

		check_attributes(card);
		assert_int_equal(content[2], rows[i].outer);
		vcard_free(&card);
	}
}

static void
another_citizen_has_other_attributes(void **state)
{
	struct vcard *card = card_with_address(3);
	char text[VCARD_ATTRIBUTE_SIZE];

	vcard_attribute(card, VCARD_ATTRIBUTE_NAME, text);
	assert_string_equal(text, "電子　太郎");
	vcard_attribute(card, VCARD_ATTRIBUTE_ADDRESS, text);
	assert_string_equal(text, "xxx");
	vcard_attribute(card, VCARD_ATTRIBUTE_BIRTH_DATE, text);
	assert_string_equal(text, "19900123");
	vcard_free(&card);
}

static void
they_outlive_the_card(void **state)
{
	char *folder = make_folder();
	struct vcard_options options = {.directory = folder, .citizen = {.name = "電子　太郎"}};
	char text[VCARD_ATTRIBUTE_SIZE];
	struct vcard *card;

	assert_int_equal(vcard_new(&card, &options, NULL), 0);
	vcard_free(&card);
	options.citizen.name = NULL;
	assert_int_equal(vcard_new(&card, &options, NULL), 0);
	vcard_attribute(card, VCARD_ATTRIBUTE_NAME, text);
	assert_string_equal(text, "電子　太郎");
	vcard_free(&card);
	drop_folder(folder);
}

static void
the_file_can_be_empty(void **state)
{
	set_quirk(*state, "attributes", "empty");
	assert_status(*state, SELECT_INPUT_AID, 0x9000);
	assert_status(*state, READ_ATTRIBUTES, 0x6982);
	assert_status(*state, VERIFY_ATTRIBUTES, 0x9000);
	assert_status(*state, READ_ATTRIBUTES, 0x6b00);
}

static void
the_application_can_be_absent(void **state)
{
	struct vcard_error error;

	set_quirk(*state, "attributes", "absent");
	assert_status(*state, SELECT_INPUT_AID, 0x6a82);
	assert_int_equal(vcard_select_other(*state, NULL, 0, &error), -1);
	verify(*state, VERIFY_AUTHENTICATION);
}

static void
they_can_be_garbled(void **state)
{
	set_quirk(*state, "attributes", "garbled");
	read_attributes(*state);
	assert_int_equal(content_length, 1024);
	for (size_t i = 0; i < content_length; i++)
		assert_int_equal(content[i], 0xa5);
}

/* What the whole says to be, and what it is. */
static void
check_claim(struct vcard *card, const char *value, int difference)
{
	const uint8_t *at = content + 2, *parts;
	size_t claimed;

	set_quirk(card, "attributes", value);
	read_attributes(card);
	claimed = take_length(&at);
	parts = at;
	check_parts(card, &at);
	assert_int_equal((int)claimed - (int)(at - parts), difference);
}

static void
the_whole_can_lie_about_its_length(void **state)
{
	check_claim(*state, "length-longer", 16);
	check_claim(*state, "length-shorter", -16);
}

static void
the_name_can_be_missing(void **state)
{
	const uint8_t *at = content + 2;

	set_quirk(*state, "attributes", "no-name");
	read_attributes(*state);
	take_length(&at);
	free(take_part(&at, 0x21));
	free(take_part(&at, 0x23));
}

static void
they_can_be_large(void **state)
{
	char text[VCARD_ATTRIBUTE_SIZE];

	set_quirk(*state, "attributes", "large");
	vcard_attribute(*state, VCARD_ATTRIBUTE_ADDRESS, text);
	assert_true(strlen(text) > 600);
	check_attributes(*state);
}

static void
large_is_large_for_every_citizen(void **state)
{
	struct vcard *card = card_with_address(600);

	set_quirk(card, "attributes", "large");
	check_attributes(card);
	vcard_free(&card);
}

static void
the_length_can_be_indefinite(void **state)
{
	const uint8_t *at = content + 3;

	set_quirk(*state, "attributes", "indefinite");
	read_attributes(*state);
	assert_memory_equal(content, "\xff\x20\x80", 3);
	check_parts(*state, &at);
	assert_memory_equal(at, "\x00\x00\xff", 3);
}

/* The weights are those of the ministerial order on the number: 2 to 7 twice, from the right. */
static void
my_number_has_the_right_check_digit(void **state)
{
	unsigned sum = 0;

	assert_status(*state, SELECT_INPUT_AID, 0x9000);
	assert_status(*state, VERIFY_ATTRIBUTES, 0x9000);
	assert_answer(*state, "00B0810000", 0x9000, 12);
	for (unsigned n = 1; n <= 11; n++)
		sum += (unsigned)(answer[11 - n] - '0') * (n <= 6 ? n + 1 : n - 5);
	assert_int_equal(answer[11] - '0', sum % 11 <= 1 ? 0 : 11 - sum % 11);
}

static void
attributes_have_names(void **state)
{
	assert_string_equal(vcard_attribute_name(VCARD_ATTRIBUTE_BIRTH_DATE), "birth-date");
	assert_null(vcard_attribute_name(VCARD_ATTRIBUTES));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CARD_TEST(parts_in_a_structure_with_filler_behind),
	    CARD_TEST(they_are_read_only_after_their_pin),
	    CARD_TEST(pins_of_jpki_do_not_open_them),
	    CARD_TEST(their_pin_has_a_counter_of_its_own),
	    CARD_TEST(the_person_is_that_of_the_certificate),
	    cmocka_unit_test(lengths_take_as_many_bytes_as_they_need),
	    cmocka_unit_test(another_citizen_has_other_attributes),
	    cmocka_unit_test(they_outlive_the_card),
	    CARD_TEST(the_file_can_be_empty),
	    CARD_TEST(the_application_can_be_absent),
	    CARD_TEST(they_can_be_garbled),
	    CARD_TEST(the_whole_can_lie_about_its_length),
	    CARD_TEST(the_name_can_be_missing),
	    CARD_TEST(they_can_be_large),
	    cmocka_unit_test(large_is_large_for_every_citizen),
	    CARD_TEST(the_length_can_be_indefinite),
	    CARD_TEST(my_number_has_the_right_check_digit),
	    CARD_TEST(attributes_have_names),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
