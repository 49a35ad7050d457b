/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include "support.h"

#define MESSAGE "616263" /* abc */
/* DigestInfo of SHA-256 before the hash (RFC 8017, 9.2) */
#define DIGEST_INFO "3031300D060960864801650304020105000420"

/* Whether the last answer is a signature over the hash; salt -1: PKCS #1 v1.5. */
static bool
is_signature(enum vcard_certificate which, const uint8_t hash[32], int salt)
{
	X509 *certificate = vcard_pki_certificate(test_pki(), which);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(X509_get0_pubkey(certificate), NULL);
	int result;

	assert_non_null(context);
	assert_int_equal(EVP_PKEY_verify_init(context), 1);
	EVP_PKEY_CTX_set_rsa_padding(context, salt < 0 ? RSA_PKCS1_PADDING : RSA_PKCS1_PSS_PADDING);
	EVP_PKEY_CTX_set_signature_md(context, EVP_sha256());
	if (salt >= 0)
		EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt);
	result = EVP_PKEY_verify(context, answer, answer_length, hash, 32);
	EVP_PKEY_CTX_free(context);
	return result == 1;
}

static bool
signs_nothing(enum vcard_certificate which, int salt)
{
	uint8_t hash[32];

	SHA256(NULL, 0, hash);
	return is_signature(which, hash, salt);
}

static void
keys_need_their_pins(void **state)
{
	select_jpki(*state);
	assert_status(*state, "802A029720" HASH "00", 0x6982);
	assert_status(*state, VERIFY_SIGNATURE, 0x9000);
	assert_status(*state, "802A029720" HASH "00", 0x6982);
	assert_status(*state, "802A029A20" HASH "00", 0x9000);
	assert_true(signs_nothing(VCARD_CERTIFICATE_SIGNATURE, -1));
}

/* P1 tells what is padded, what gets a DigestInfo, what is hashed, for PKCS #1 and for PSS. */
static void
each_form_signs(void **state)
{
	static const struct {
		const char *command, *text;
		int salt;
	} rows[] = {
	    {"802A009733" DIGEST_INFO HASH "00", "", -1},
	    {"802A029720" HASH "00", "", -1},
	    {"802A039703" MESSAGE "00", "abc", -1},
	    {"802A049720" HASH "00", "", 32},
	    {"802A059703" MESSAGE "00", "abc", 32},
	};

	verify(*state, VERIFY_AUTHENTICATION);
	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		uint8_t hash[32];

		SHA256((const unsigned char *)rows[i].text, strlen(rows[i].text), hash);
		assert_answer(*state, rows[i].command, 0x9000, 256);
		assert_true(is_signature(VCARD_CERTIFICATE_AUTHENTICATION, hash, rows[i].salt));
	}
}

static void
other_salts(void **state)
{
	static const struct {
		const char *text;
		int salt;
	} rows[] = {{"0", 0}, {"20", 20}, {"222", 222}};

	verify(*state, VERIFY_AUTHENTICATION);
	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		set_quirk(*state, "pss-salt", rows[i].text);
		assert_status(*state, "802A049720" HASH "00", 0x9000);
		assert_true(signs_nothing(VCARD_CERTIFICATE_AUTHENTICATION, rows[i].salt));
		assert_false(signs_nothing(VCARD_CERTIFICATE_AUTHENTICATION, 32));
	}
}

static void
current_file_is_the_key(void **state)
{
	verify(*state, VERIFY_AUTHENTICATION);
	assert_status(*state, "00A4020C020017", 0x9000);
	assert_status(*state, "802A028020" HASH "00", 0x9000);
	assert_true(signs_nothing(VCARD_CERTIFICATE_AUTHENTICATION, -1));
}

static void
unknown_forms_are_6a86(void **state)
{
	verify(*state, VERIFY_AUTHENTICATION);
	assert_status(*state, "802A019720" HASH "00", 0x6a86);
	assert_status(*state, "802A069720" HASH "00", 0x6a86);
	assert_status(*state, "802A9E9720" HASH "00", 0x6a86);
	set_quirk(*state, "sign-forms", "pkcs1");
	assert_status(*state, "802A049720" HASH "00", 0x6a86);
	assert_status(*state, "802A029720" HASH "00", 0x6a86);
	assert_status(*state, "802A009720" HASH "00", 0x9000);
}

/* Command of `length` bytes of data for P1 = 00. */
static unsigned
sign_length(struct vcard *card, unsigned length)
{
	char hex[2 * 262 + 1];
	int at = snprintf(hex, sizeof(hex), "802A0097%02X", length);

	memset(hex + at, '0', 2 * (size_t)length);
	snprintf(hex + at + (size_t)2 * length, 3, "00");
	return send_command(card, hex);
}

static void
lengths_are_checked(void **state)
{
	verify(*state, VERIFY_AUTHENTICATION);
	assert_int_equal(sign_length(*state, 1), 0x9000);
	assert_int_equal(sign_length(*state, 245), 0x9000);
	assert_int_equal(sign_length(*state, 246), 0x6985);
	assert_status(*state, "802A0297" MESSAGE "00", 0x6700);
	assert_status(*state, "802A029703" MESSAGE "00", 0x6985);
	set_quirk(*state, "sign-length", "6700");
	assert_status(*state, "802A049703" MESSAGE "00", 0x6700);
}

static void
the_other_key_needs_no_pin(void **state)
{
	assert_status(*state, SELECT_SURFACE, 0x9000);
	assert_answer(*state, "802A029720" HASH "00", 0x9000, 256);
	assert_false(signs_nothing(VCARD_CERTIFICATE_AUTHENTICATION, -1));
}

static void
signatures_can_be_wrong(void **state)
{
	verify(*state, VERIFY_AUTHENTICATION);
	set_quirk(*state, "signature", "damaged");
	assert_status(*state, "802A029720" HASH "00", 0x9000);
	assert_false(signs_nothing(VCARD_CERTIFICATE_AUTHENTICATION, -1));
	set_quirk(*state, "signature", "other-key");
	assert_status(*state, "802A029720" HASH "00", 0x9000);
	assert_false(signs_nothing(VCARD_CERTIFICATE_AUTHENTICATION, -1));
	set_quirk(*state, "signature", "short");
	assert_answer(*state, "802A029720" HASH "00", 0x9000, 255);
}

static void
without_le_the_signature_waits(void **state)
{
	verify(*state, VERIFY_AUTHENTICATION);
	assert_status(*state, "802A029720" HASH, 0x6100);
	assert_answer(*state, "00C0000000", 0x9000, 256);
	assert_true(signs_nothing(VCARD_CERTIFICATE_AUTHENTICATION, -1));
	assert_status(*state, "802A029720" HASH "80", 0x6c00);
}

static void
extended_length_is_taken(void **state)
{
	verify(*state, VERIFY_AUTHENTICATION);
	assert_status(*state, "802A0297000020" HASH "0100", 0x9000);
	assert_true(signs_nothing(VCARD_CERTIFICATE_AUTHENTICATION, -1));
}

static void
challenges_are_random(void **state)
{
	uint8_t first[8];

	assert_answer(*state, "0084000008", 0x9000, 8);
	memcpy(first, answer, sizeof(first));
	assert_status(*state, "0084000008", 0x9000);
	assert_memory_not_equal(first, answer, 8);
	assert_answer(*state, "0084000000", 0x9000, 256);
	assert_status(*state, "00840000", 0x6700);
}

static void
first_command_can_fail(void **state)
{
	set_quirk(*state, "first-command", "6f00");
	vcard_power_off(*state);
	vcard_power_on(*state);
	assert_status(*state, SELECT_JPKI, 0x6f00);
	assert_status(*state, SELECT_JPKI, 0x9000);
	vcard_warm_reset(*state);
	assert_status(*state, SELECT_JPKI, 0x9000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CARD_TEST(keys_need_their_pins),
	    CARD_TEST(each_form_signs),
	    CARD_TEST(other_salts),
	    CARD_TEST(current_file_is_the_key),
	    CARD_TEST(unknown_forms_are_6a86),
	    CARD_TEST(lengths_are_checked),
	    CARD_TEST(the_other_key_needs_no_pin),
	    CARD_TEST(signatures_can_be_wrong),
	    CARD_TEST(without_le_the_signature_waits),
	    CARD_TEST(extended_length_is_taken),
	    CARD_TEST(challenges_are_random),
	    CARD_TEST(first_command_can_fail),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
