/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/x509.h>

#include "support.h"

static void
check_certificate(struct vcard *card, unsigned sfi, enum vcard_certificate which)
{
	uint8_t content[16384];
	const unsigned char *at = content;
	size_t length = read_file(card, sfi, content);
	X509 *found = d2i_X509(NULL, &at, (long)length);

	assert_non_null(found);
	assert_int_equal(X509_cmp(found, vcard_pki_certificate(vcard_pki(card), which)), 0);
	X509_free(found);
	assert_true((size_t)(at - content) < length);
	for (; at < content + length; at++)
		assert_int_equal(*at, 0xff);
}

static void
certificates_are_followed_by_filler(void **state)
{
	verify(*state, VERIFY_SIGNATURE);
	check_certificate(*state, 0x01, VCARD_CERTIFICATE_SIGNATURE);
	check_certificate(*state, 0x02, VCARD_CERTIFICATE_SIGNATURE_CA);
	check_certificate(*state, 0x0a, VCARD_CERTIFICATE_AUTHENTICATION);
	check_certificate(*state, 0x0b, VCARD_CERTIFICATE_AUTHENTICATION_CA);
}

static void
signature_certificate_needs_its_password(void **state)
{
	verify(*state, VERIFY_AUTHENTICATION);
	assert_status(*state, "00B0810004", 0x6982);
	assert_status(*state, VERIFY_SIGNATURE, 0x9000);
	assert_status(*state, "00B0810004", 0x9000);
}

static void
token_information_is_160_bytes(void **state)
{
	select_jpki(*state);
	assert_answer(*state, "00B0860000", 0x9000, 160);
	assert_memory_equal(answer, "JPKIAPICCTOKEN2                 ", 32);
	assert_memory_equal(answer + 140, "0301", 4);
	assert_memory_equal(answer + 144, "9999999999999999", 16);
}

static void
presence_says_both_certificates(void **state)
{
	select_jpki(*state);
	assert_answer(*state, "00B0880000", 0x9000, 3);
	assert_memory_equal(answer, "\x8f\x8f\x00", 3);
}

static void
short_identifier_makes_the_file_current(void **state)
{
	select_jpki(*state);
	assert_status(*state, "00B0860004", 0x9000);
	assert_status(*state, "00B0008C04", 0x9000);
	assert_memory_equal(answer, "0301", 4);
	assert_status(*state, "00B0868C04", 0x9000);
	assert_memory_equal(answer, "0301", 4);
}

static void
past_the_end_is_6b00(void **state)
{
	select_jpki(*state);
	assert_status(*state, "00A4020C020006", 0x9000);
	assert_status(*state, "00B0009F01", 0x9000);
	assert_status(*state, "00B000A001", 0x6b00);
	assert_status(*state, "00B07FFF01", 0x6b00);
	assert_answer(*state, "00B0009810", 0x9000, 8);
}

static void
end_of_file_can_be_a_warning(void **state)
{
	set_quirk(*state, "end-of-file", "6282");
	select_jpki(*state);
	assert_answer(*state, "00B0860000", 0x6282, 160);
	assert_status(*state, "00B08600A0", 0x9000);
}

static void
wrong_le_can_be_corrected(void **state)
{
	set_quirk(*state, "wrong-le", "6cxx");
	select_jpki(*state);
	assert_answer(*state, "00B0860000", 0x6ca0, 0);
	assert_answer(*state, "00B08600A0", 0x9000, 160);
}

static void
chained_answers_are_fetched(void **state)
{
	set_quirk(*state, "chaining", "all");
	select_jpki(*state);
	assert_answer(*state, "00B0860000", 0x61a0, 0);
	assert_answer(*state, "00C0000010", 0x6190, 16);
	assert_answer(*state, "00C0000090", 0x9000, 144);
	assert_status(*state, "00C0000000", 0x6985);
	set_quirk(*state, "chaining", "half");
	assert_answer(*state, "00B08A0000", 0x6180, 128);
	assert_status(*state, "00C0000080", 0x9000);
}

static void
any_command_drops_a_chained_rest(void **state)
{
	set_quirk(*state, "chaining", "all");
	select_jpki(*state);
	assert_status(*state, "00B0860000", 0x61a0);
	assert_status(*state, "00A40000", 0x9000);
	assert_status(*state, "00C0000000", 0x6985);
}

static void
cards_without_short_identifiers(void **state)
{
	select_jpki(*state);
	set_quirk(*state, "short-identifiers", "6a86");
	assert_status(*state, "00B0860000", 0x6a86);
	assert_status(*state, "00200098", 0x6a86);
	assert_status(*state, VERIFY_WRONG, 0x6a86);
	assert_int_equal(vcard_pin_tries(*state, VCARD_PIN_AUTHENTICATION), 3);
	set_quirk(*state, "short-identifiers", "6b00");
	assert_status(*state, "00B0860000", 0x6b00);
	set_quirk(*state, "short-identifiers", "6a82");
	assert_status(*state, "00B0860000", 0x6a82);
	assert_status(*state, "00A4020C020018", 0x9000);
	assert_status(*state, "00200080", 0x63c3);
}

static void
other_refusals_of_short_identifiers(void **state)
{
	static const struct {
		const char *value;
		unsigned sw;
	} rows[] = {{"6982", 0x6982}, {"6985", 0x6985}, {"6986", 0x6986}, {"6a80", 0x6a80}};

	select_jpki(*state);
	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		set_quirk(*state, "short-identifiers", rows[i].value);
		assert_status(*state, "00B0860000", rows[i].sw);
		assert_status(*state, VERIFY_AUTHENTICATION, rows[i].sw);
		assert_status(*state, "00A4020C020006", 0x9000);
		assert_status(*state, "00B0000000", 0x9000);
	}
}

static void
reads_can_be_limited(void **state)
{
	select_jpki(*state);
	set_quirk(*state, "read-limit", "128");
	assert_answer(*state, "00B0860000", 0x9000, 128);
	assert_answer(*state, "00B0008000", 0x9000, 32);
	assert_answer(*state, "00B0860010", 0x9000, 16);
	set_quirk(*state, "read-limit", "100");
	assert_status(*state, "00B086C880", 0x6b00);
	assert_answer(*state, "00B0868064", 0x9000, 32);
	assert_answer(*state, "00B08A0000", 0x9000, 100);
	check_certificate(*state, 0x0a, VCARD_CERTIFICATE_AUTHENTICATION);
	set_quirk(*state, "read-limit", "none");
	assert_answer(*state, "00B08A0000", 0x9000, 256);
}

static void
impossible_reads_are_refused(void **state)
{
	select_jpki(*state);
	assert_status(*state, "00B08600", 0x6700);
	assert_status(*state, "00B08600000100", 0x6700);
	assert_status(*state, "00B0E60000", 0x6a86);
	assert_status(*state, "00B0800000", 0x6a86);
	assert_status(*state, "00B0980000", 0x6981);
	assert_status(*state, "00B0970000", 0x6981);
	assert_status(*state, "00B0850000", 0x6a82);
}

static void
extended_length_is_refused_at_first(void **state)
{
	select_jpki(*state);
	assert_answer(*state, "00B08A00000400", 0x6700, 0);
}

static void
extended_length_gives_as_much_as_is_asked_for(void **state)
{
	set_quirk(*state, "extended", "yes");
	select_jpki(*state);
	assert_answer(*state, "00B08A00000400", 0x9000, 1024);
	assert_answer(*state, "00B00080000101", 0x9000, 257);
	assert_answer(*state, "00B00000000010", 0x9000, 16);
	/* all that there is */
	assert_status(*state, "00B00001000000", 0x9000);
	assert_true(answer_length > 2000);
	assert_answer(*state, "00B0860000FFFF", 0x9000, 160);
	/* an Le of two bytes, or data, is no command of this kind */
	assert_status(*state, "00B086000001", 0x6700);
	assert_status(*state, "00B0860000000101", 0x6700);
	assert_status(*state, "00B08600000001010001", 0x6700);
}

static void
extended_length_goes_with_other_quirks(void **state)
{
	size_t size;

	set_quirk(*state, "extended", "yes");
	select_jpki(*state);
	assert_status(*state, "00B08A00000000", 0x9000);
	size = answer_length;
	set_quirk(*state, "end-of-file", "6282");
	assert_answer(*state, "00B0860000FFFF", 0x6282, 160);
	set_quirk(*state, "wrong-le", "6cxx");
	assert_status(*state, "00B0860000FFFF", 0x6ca0);
	assert_status(*state, "00B08A00004000", 0x6700);
	set_quirk(*state, "wrong-le", "short");
	set_quirk(*state, "chaining", "all");
	assert_answer(*state, "00B08A00000201", 0x6100, 0);
	assert_answer(*state, "00C0000000", 0x6100, 256);
	assert_status(*state, "00C0000000", 0x6101);
	assert_status(*state, "00C0000001", 0x9000);
	set_quirk(*state, "chaining", "half");
	assert_answer(*state, "00B08A00000200", 0x6100, 128);
	set_quirk(*state, "chaining", "no");
	set_quirk(*state, "read-limit", "100");
	assert_answer(*state, "00B08A00000200", 0x9000, 100);
	assert_true(size > 2000);
}

static void
extended_length_may_be_taken_and_not_followed(void **state)
{
	set_quirk(*state, "extended", "short");
	select_jpki(*state);
	assert_answer(*state, "00B08A00000400", 0x9000, 256);
	assert_answer(*state, "00B08A00000010", 0x9000, 16);
}

static void
a_reader_may_choke_on_extended_length(void **state)
{
	static const uint8_t long_read[] = {0x00, 0xb0, 0x8a, 0x00, 0x00, 0x04, 0x00};

	set_quirk(*state, "extended", "chokes");
	verify(*state, VERIFY_AUTHENTICATION);
	assert_int_equal(
	    vcard_exchange(*state, long_read, sizeof(long_read), answer, &answer_length),
	    VCARD_MUTE);
	assert_int_equal(answer_length, 0);
	assert_answer(*state, "00B08A0000", 0x9000, 256);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CARD_TEST(certificates_are_followed_by_filler),
	    CARD_TEST(signature_certificate_needs_its_password),
	    CARD_TEST(token_information_is_160_bytes),
	    CARD_TEST(presence_says_both_certificates),
	    CARD_TEST(short_identifier_makes_the_file_current),
	    CARD_TEST(past_the_end_is_6b00),
	    CARD_TEST(end_of_file_can_be_a_warning),
	    CARD_TEST(wrong_le_can_be_corrected),
	    CARD_TEST(chained_answers_are_fetched),
	    CARD_TEST(any_command_drops_a_chained_rest),
	    CARD_TEST(cards_without_short_identifiers),
	    CARD_TEST(other_refusals_of_short_identifiers),
	    CARD_TEST(reads_can_be_limited),
	    CARD_TEST(impossible_reads_are_refused),
	    CARD_TEST(extended_length_is_refused_at_first),
	    CARD_TEST(extended_length_gives_as_much_as_is_asked_for),
	    CARD_TEST(extended_length_goes_with_other_quirks),
	    CARD_TEST(extended_length_may_be_taken_and_not_followed),
	    CARD_TEST(a_reader_may_choke_on_extended_length),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
