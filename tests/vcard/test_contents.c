/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/x509.h>

#include "support.h"

static void
absent_certificates_are_filler_and_not_listed(void **state)
{
	set_quirk(*state, "signature-certificate", "absent");
	verify(*state, VERIFY_SIGNATURE);
	assert_status(*state, "00B0880003", 0x9000);
	assert_int_not_equal(answer[0], 0x8f);
	assert_int_equal(answer[1], 0x8f);
	assert_status(*state, "00B0810004", 0x9000);
	assert_memory_equal(answer, "\xff\xff\xff\xff", 4);
	set_quirk(*state, "authentication-certificate", "absent");
	assert_status(*state, "00B0880003", 0x9000);
	assert_int_not_equal(answer[1], 0x8f);
}

static void
claimed_certificates_are_listed_but_filler(void **state)
{
	set_quirk(*state, "authentication-certificate", "claimed");
	select_jpki(*state);
	assert_status(*state, "00B0880003", 0x9000);
	assert_memory_equal(answer, "\x8f\x8f\x00", 3);
	assert_status(*state, "00B08A0001", 0x9000);
	assert_int_equal(answer[0], 0xff);
}

static void
empty_certificate_file(void **state)
{
	set_quirk(*state, "authentication-certificate", "empty");
	select_jpki(*state);
	assert_status(*state, "00B08A0000", 0x6b00);
}

/* The length that the DER header of EF 000A claims. */
static size_t
claimed_length(struct vcard *card)
{
	select_jpki(card);
	assert_status(card, "00B08A0004", 0x9000);
	assert_memory_equal(answer, "\x30\x82", 2);
	return ((size_t)answer[2] << 8 | answer[3]) + 4;
}

static void
certificates_lie_about_their_length(void **state)
{
	size_t right = claimed_length(*state);

	set_quirk(*state, "authentication-certificate", "length-huge");
	assert_int_equal(claimed_length(*state), 0xffff + 4);
	set_quirk(*state, "authentication-certificate", "length-longer");
	assert_int_equal(claimed_length(*state), right + 16);
	set_quirk(*state, "authentication-certificate", "length-shorter");
	assert_int_equal(claimed_length(*state), right - 16);
}

static void
lengths_at_the_limit_have_bytes_behind_them(void **state)
{
	set_quirk(*state, "authentication-certificate", "length-8192");
	assert_int_equal(claimed_length(*state), 8192);
	assert_status(*state, "00B01FF008", 0x9000); /* up to 8184 */
	set_quirk(*state, "authentication-certificate", "length-8193");
	assert_int_equal(claimed_length(*state), 8193);
	assert_status(*state, "00B0200001", 0x9000);
}

static void
lengths_in_other_forms(void **state)
{
	static const struct {
		const char *value;
		uint8_t header[6];
		size_t length;
	} rows[] = {
	    {"length-indefinite", {0x30, 0x80}, 2},
	    {"length-4-bytes", {0x30, 0x84, 0xff, 0xff, 0xff, 0xff}, 6},
	};

	select_jpki(*state);
	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		set_quirk(*state, "authentication-certificate", rows[i].value);
		assert_status(*state, "00B08A0006", 0x9000);
		assert_memory_equal(answer, rows[i].header, rows[i].length);
	}
}

/* The certificate in EF 000A, which must be one of the CA's; the caller owns it. */
static X509 *
read_certificate(struct vcard *card)
{
	uint8_t content[16384];
	const unsigned char *at = content;
	X509 *ca = vcard_pki_certificate(test_pki(), VCARD_CERTIFICATE_AUTHENTICATION_CA);
	X509 *certificate;
	size_t length;

	select_jpki(card);
	length = read_file(card, 0x0a, content);
	certificate = d2i_X509(NULL, &at, (long)length);
	assert_non_null(certificate);
	assert_int_equal(X509_verify(certificate, X509_get0_pubkey(ca)), 1);
	return certificate;
}

static void
certificates_of_other_keys_are_valid(void **state)
{
	static const struct {
		const char *value, *type;
		int bits;
	} rows[] = {
	    {"other-key", "RSA", 2048},
	    {"rsa-1024", "RSA", 1024},
	    {"rsa-4096", "RSA", 4096},
	    {"ec", "EC", 384},
	};
	X509 *own = vcard_pki_certificate(test_pki(), VCARD_CERTIFICATE_AUTHENTICATION);

	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		X509 *certificate;
		EVP_PKEY *key;

		set_quirk(*state, "authentication-certificate", rows[i].value);
		certificate = read_certificate(*state);
		key = X509_get0_pubkey(certificate);
		assert_int_equal(EVP_PKEY_is_a(key, rows[i].type), 1);
		assert_int_equal(EVP_PKEY_get_bits(key), rows[i].bits);
		assert_int_not_equal(EVP_PKEY_eq(key, X509_get0_pubkey(own)), 1);
		X509_free(certificate);
	}
}

/* One is DER all the same, the other has only the header. */
static void
what_is_no_certificate(void **state)
{
	set_quirk(*state, "authentication-certificate", "not-a-certificate");
	claimed_length(*state);
	assert_status(*state, "00B0000404", 0x9000);
	assert_memory_equal(answer, "\x04\x82", 2);
	set_quirk(*state, "authentication-certificate", "not-der");
	claimed_length(*state);
	assert_status(*state, "00B0000404", 0x9000);
	assert_memory_equal(answer, "\x5a\x5a\x5a\x5a", 4);
}

static void
large_certificate_is_valid(void **state)
{
	set_quirk(*state, "authentication-certificate", "large");
	assert_in_range(claimed_length(*state), 7900, 8192);
	X509_free(read_certificate(*state));
}

static void
presence_can_be_missing(void **state)
{
	set_quirk(*state, "presence", "missing");
	select_jpki(*state);
	assert_status(*state, "00B0880003", 0x6a82);
	assert_status(*state, "00A4020C020008", 0x6a82);
}

static void
presence_can_be_short_or_deny(void **state)
{
	select_jpki(*state);
	set_quirk(*state, "presence", "short");
	assert_answer(*state, "00B0880000", 0x9000, 1);
	set_quirk(*state, "presence", "none");
	assert_status(*state, "00B0880003", 0x9000);
	assert_memory_equal(answer, "\x00\x00\x00", 3);
}

static void
labels_tell_the_kinds_apart(void **state)
{
	static const struct {
		const char *value, *label;
	} rows[] = {
	    {"card", "JPKIAPICCTOKEN2 "},
	    {"android", "JPKIAPGPSETOKEN "},
	    {"iphone", "JPKIAPIOSTOKEN  "},
	    {"resident", "JPKIAPICCTOKEN  "},
	};

	select_jpki(*state);
	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		set_quirk(*state, "label", rows[i].value);
		assert_status(*state, "00B0860010", 0x9000);
		assert_memory_equal(answer, rows[i].label, 16);
	}
}

static void
android_hides_its_certificate(void **state)
{
	set_quirk(*state, "label", "iphone");
	select_jpki(*state);
	assert_status(*state, "00B08A0004", 0x9000);
	set_quirk(*state, "label", "android");
	assert_status(*state, "00B08A0004", 0x6982);
	assert_status(*state, VERIFY_AUTHENTICATION, 0x9000);
	assert_status(*state, "00B08A0004", 0x9000);
}

static void
token_information_can_be_nonsense(void **state)
{
	select_jpki(*state);
	set_quirk(*state, "token-info", "binary");
	assert_status(*state, "00B0860000", 0x9000);
	assert_int_equal(answer[0], 0x80);
	assert_int_equal(answer_length, 160);
	set_quirk(*state, "token-info", "blank");
	assert_status(*state, "00B0860000", 0x9000);
	assert_memory_equal(answer, "\xff\xff\xff\xff", 4);
	set_quirk(*state, "token-info", "short");
	assert_answer(*state, "00B0860000", 0x9000, 40);
	set_quirk(*state, "token-info", "missing");
	assert_status(*state, "00B0860000", 0x6a82);
}

static void
answers_to_reset(void **state)
{
	static const struct {
		const char *value;
		size_t length;
		uint8_t last;
	} rows[] = {
	    {"contact", 9, 0x14},
	    {"contact-2", 19, 0x3b},
	    {"contact-3", 13, 0x00},
	    {"contactless", 13, 0x7f},
	    {"contactless-2", 13, 0xbc},
	};
	uint8_t atr[VCARD_ATR_MAX];

	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		set_quirk(*state, "atr", rows[i].value);
		assert_int_equal(vcard_atr(*state, atr), rows[i].length);
		assert_int_equal(atr[0], 0x3b);
		assert_int_equal(atr[rows[i].length - 1], rows[i].last);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CARD_TEST(absent_certificates_are_filler_and_not_listed),
	    CARD_TEST(claimed_certificates_are_listed_but_filler),
	    CARD_TEST(empty_certificate_file),
	    CARD_TEST(certificates_lie_about_their_length),
	    CARD_TEST(lengths_at_the_limit_have_bytes_behind_them),
	    CARD_TEST(lengths_in_other_forms),
	    CARD_TEST(certificates_of_other_keys_are_valid),
	    CARD_TEST(what_is_no_certificate),
	    CARD_TEST(large_certificate_is_valid),
	    CARD_TEST(presence_can_be_missing),
	    CARD_TEST(presence_can_be_short_or_deny),
	    CARD_TEST(labels_tell_the_kinds_apart),
	    CARD_TEST(android_hides_its_certificate),
	    CARD_TEST(token_information_can_be_nonsense),
	    CARD_TEST(answers_to_reset),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
