/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

static const struct jpki_token_info nothing;

static struct jpki_token_info
info_of(void)
{
	struct jpki_token_info info;

	memset(&info, 0x55, sizeof(info));
	begin();
	assert_int_equal(jpki_card_read_info(card, &info), JPKI_OK);
	end();
	return info;
}

static void
the_fields_are_text_without_blanks(void **state)
{
	struct jpki_token_info info = info_of();

	assert_int_equal(info.kind, JPKI_KIND_CARD);
	assert_string_equal(info.label, "JPKIAPICCTOKEN2");
	assert_string_equal(info.manufacturer, "JPKI-TEST");
	assert_string_equal(info.model, "JPKI-TEST");
	assert_true(strlen(info.serial) > 0 && strlen(info.serial) <= 16);
	assert_memory_equal(info.hardware_version, "\0\3", 2);
	assert_memory_equal(info.firmware_version, "\0\1", 2);
	assert_exchanges(2);
}

static void
a_card_that_gives_less_at_a_time(void **state)
{
	static const char *const limits[] = {"128", "100"};
	struct jpki_token_info whole = info_of(), info;

	for (size_t i = 0; i < LENGTH_OF(limits); i++)
		for (const char *const *answer_to = short_identifiers; *answer_to != NULL;
		     answer_to++) {
			start_over_with("read-limit", limits[i]);
			set_quirk(vcard, "short-identifiers", *answer_to);
			info = info_of();
			assert_memory_equal(&info, &whole, sizeof(info));
		}
}

static void
the_label_tells_the_kind(void **state)
{
	static const struct {
		const char *value;
		enum jpki_kind kind;
	} rows[] = {
	    {"card", JPKI_KIND_CARD},
	    {"android", JPKI_KIND_ANDROID},
	    {"iphone", JPKI_KIND_IPHONE},
	    {"resident", JPKI_KIND_RESIDENT},
	};

	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		set_quirk(vcard, "label", rows[i].value);
		assert_int_equal(info_of().kind, rows[i].kind);
	}
}

static void
assert_garbled_files_tell_nothing(void)
{
	static const char *const values[] = {"binary", "blank", "short", "missing"};

	for (size_t i = 0; i < LENGTH_OF(values); i++) {
		struct jpki_token_info info;

		start_over_with("token-info", values[i]);
		info = info_of();
		assert_memory_equal(&info, &nothing, sizeof(info));
	}
}

static void
a_garbled_file_is_no_error(void **state)
{
	assert_garbled_files_tell_nothing();
	set_quirk(vcard, "short-identifiers", "6b00");
	set_quirk(vcard, "wrong-le", "6cxx");
	assert_garbled_files_tell_nothing();
}

static void
variants_of_the_protocol_read_the_same(void **state)
{
	static const char *const variants[][2] = {
	    {"chaining", "all"},
	    {"chaining", "half"},
	    {"wrong-le", "6cxx"},
	    {"end-of-file", "6282"},
	    {"short-identifiers", "6a82"},
	};
	struct jpki_token_info expected = info_of();

	for (size_t i = 0; i < LENGTH_OF(variants); i++) {
		struct jpki_token_info info;

		start_over_with(variants[i][0], variants[i][1]);
		info = info_of();
		assert_string_equal(info.serial, expected.serial);
		assert_int_equal(info.kind, JPKI_KIND_CARD);
	}
}

static void
info_without_short_identifiers(void **state)
{
	set_quirk(vcard, "short-identifiers", "6a86");
	assert_int_equal(info_of().kind, JPKI_KIND_CARD);
	assert_exchanges(1 + 3);
	mark();
	assert_int_equal(info_of().kind, JPKI_KIND_CARD);
	assert_exchanges(1 + 2);
}

static void
info_passes_errors_of_the_way_on(void **state)
{
	struct jpki_token_info info;

	begin();
	inprocess_plan(INPROCESS_ANSWER, 1, JPKI_ERR_IO, NULL, NULL);
	assert_int_equal(jpki_card_read_info(card, &info), JPKI_ERR_IO);
	assert_memory_equal(&info, &nothing, sizeof(info));
}

static int
presence(bool present[JPKI_ROLES])
{
	int rv;

	begin();
	rv = jpki_card_read_presence(card, present);
	end();
	return rv;
}

static void
each_combination_of_certificates(void **state)
{
	bool present[JPKI_ROLES];

	for (unsigned i = 0; i < 4; i++) {
		bool authentication = (i & 1) != 0, signature = (i & 2) != 0;

		set_quirk(
		    vcard, "authentication-certificate", authentication ? "present" : "absent");
		set_quirk(vcard, "signature-certificate", signature ? "present" : "absent");
		mark();
		assert_int_equal(presence(present), JPKI_OK);
		assert_int_equal(present[JPKI_AUTHENTICATION], authentication);
		assert_int_equal(present[JPKI_SIGNATURE], signature);
		assert_exchanges(2);
	}
}

static void
a_file_that_claims_too_much_is_believed(void **state)
{
	bool present[JPKI_ROLES];

	set_quirk(vcard, "signature-certificate", "claimed");
	assert_int_equal(presence(present), JPKI_OK);
	assert_true(present[JPKI_SIGNATURE]);
}

static void
without_the_file_both_are_said_to_be_there(void **state)
{
	bool present[JPKI_ROLES];

	set_quirk(vcard, "presence", "missing");
	for (const char *const *answer_to = short_identifiers; *answer_to != NULL; answer_to++) {
		start_over();
		memset(present, 0, sizeof(present));
		set_quirk(vcard, "short-identifiers", *answer_to);
		assert_int_equal(presence(present), JPKI_ERR_NOT_FOUND);
		assert_true(present[JPKI_AUTHENTICATION] && present[JPKI_SIGNATURE]);
	}
}

static void
a_file_that_is_too_short_tells_nothing(void **state)
{
	static const unsigned sw[] = {0x9000, 0x6282, 0x6C02};

	for (size_t i = 0; i < LENGTH_OF(sw); i++) {
		bool present[JPKI_ROLES] = {false, false};

		start_over();
		begin();
		plan_fault(VCARD_FAULT_SW, 1, sw[i]);
		assert_int_equal(jpki_card_read_presence(card, present), JPKI_ERR_NOT_FOUND);
		assert_true(present[JPKI_AUTHENTICATION] && present[JPKI_SIGNATURE]);
	}
}

static void
presence_passes_errors_of_the_way_on(void **state)
{
	bool present[JPKI_ROLES];

	begin();
	inprocess_plan(INPROCESS_TRANSMIT, 1, JPKI_ERR_NO_CARD, NULL, NULL);
	assert_int_equal(jpki_card_read_presence(card, present), JPKI_ERR_NO_CARD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_fields_are_text_without_blanks),
	    TEST(a_card_that_gives_less_at_a_time),
	    TEST(the_label_tells_the_kind),
	    TEST(a_garbled_file_is_no_error),
	    TEST(variants_of_the_protocol_read_the_same),
	    TEST(info_without_short_identifiers),
	    TEST(info_passes_errors_of_the_way_on),
	    TEST(each_combination_of_certificates),
	    TEST(a_file_that_claims_too_much_is_believed),
	    TEST(without_the_file_both_are_said_to_be_there),
	    TEST(a_file_that_is_too_short_tells_nothing),
	    TEST(presence_passes_errors_of_the_way_on),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
