/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/crypto.h>

#include "fixture.h"

static int
read_certificate(enum jpki_role role, enum jpki_certificate which)
{
	memset(&der, 0, sizeof(der));
	return jpki_card_read_certificate(card, role, which, &der);
}

static int
read_own(void)
{
	return read_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
}

static void
set_certificate(const char *value)
{
	set_quirk(vcard, "authentication-certificate", value);
}

static void
each_certificate_is_read_byte_by_byte(void **state)
{
	login(JPKI_SIGNATURE);
	for (int role = 0; role < JPKI_ROLES; role++) {
		for (int which = 0; which < JPKI_CERTIFICATES; which++) {
			assert_int_equal(
			    read_certificate((enum jpki_role)role, (enum jpki_certificate)which),
			    JPKI_OK);
			assert_certificate((enum jpki_role)role, (enum jpki_certificate)which);
		}
	}
}

static void
the_signature_certificate_needs_the_password(void **state)
{
	for (const char *const *answer_to = short_identifiers; *answer_to != NULL; answer_to++) {
		start_over_with("short-identifiers", *answer_to);
		login(JPKI_AUTHENTICATION);
		assert_int_equal(
		    read_certificate(JPKI_SIGNATURE, JPKI_CERTIFICATE), JPKI_ERR_NOT_VERIFIED);
		assert_int_equal(der.have, 0);
		assert_int_equal(read_certificate(JPKI_SIGNATURE, JPKI_CA_CERTIFICATE), JPKI_OK);
	}
}

static void
the_certificate_of_a_phone_needs_the_pin(void **state)
{
	set_quirk(vcard, "label", "android");
	begin();
	assert_int_equal(read_own(), JPKI_ERR_NOT_VERIFIED);
	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, NULL), JPKI_OK);
	assert_int_equal(read_own(), JPKI_OK);
}

static void
files_without_a_certificate(void **state)
{
	static const char *const values[] = {"absent", "claimed", "empty"};

	for (size_t i = 0; i < LENGTH_OF(values); i++) {
		start_over();
		set_certificate(values[i]);
		begin();
		assert_int_equal(read_own(), JPKI_ERR_NOT_FOUND);
		assert_int_equal(der.have, 0);
	}
}

static void
an_empty_file_on_a_card_known_to_take_short_identifiers(void **state)
{
	struct jpki_token_info info;

	set_certificate("empty");
	begin();
	assert_int_equal(jpki_card_read_info(card, &info), JPKI_OK);
	assert_int_equal(read_own(), JPKI_ERR_NOT_FOUND);
}

static void
an_empty_file_says_nothing_about_short_identifiers(void **state)
{
	struct jpki_token_info info;

	set_certificate("empty");
	begin();
	assert_int_equal(read_own(), JPKI_ERR_NOT_FOUND);
	mark();
	assert_int_equal(jpki_card_read_info(card, &info), JPKI_OK);
	assert_exchanges(1);
}

static void
a_missing_file_on_a_card_known_to_take_short_identifiers(void **state)
{
	struct jpki_token_info info;

	begin();
	assert_int_equal(jpki_card_read_info(card, &info), JPKI_OK);
	plan_fault(VCARD_FAULT_SW, 1, 0x6A82);
	mark();
	assert_int_equal(read_own(), JPKI_ERR_NOT_FOUND);
	assert_exchanges(1);
}

static void
the_header_alone_gives_the_length(void **state)
{
	unsigned char *expected;
	size_t length = expected_der(JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &expected);

	/* the length is right, what follows is not: that is for the caller to find */
	set_certificate("not-der");
	begin();
	assert_int_equal(read_own(), JPKI_OK);
	assert_int_equal(der.have, length);
	assert_memory_equal(der.bytes, expected, 4);
	assert_int_equal(der.bytes[4], 0x5A);
	OPENSSL_free(expected);
}

static void
a_length_that_cannot_be(void **state)
{
	set_certificate("length-huge");
	begin();
	mark();
	assert_int_equal(read_own(), JPKI_ERR_DATA);
	assert_exchanges(1);
	assert_int_equal(der.have, 0);
}

static void
a_length_that_lies_a_little(void **state)
{
	unsigned char *expected;
	size_t length = expected_der(JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &expected);

	begin();
	set_certificate("length-longer");
	assert_int_equal(read_own(), JPKI_OK);
	assert_int_equal(der.have, length + 16);
	assert_int_equal(der.bytes[length], 0xFF);
	set_certificate("length-shorter");
	assert_int_equal(read_own(), JPKI_OK);
	assert_int_equal(der.have, length - 16);
	assert_memory_equal(der.bytes + 4, expected + 4, length - 20);
	OPENSSL_free(expected);
}

static void
a_certificate_of_eight_kilobytes(void **state)
{
	const unsigned char *at = der.bytes;
	X509 *certificate;

	set_certificate("large");
	begin();
	mark();
	assert_int_equal(read_own(), JPKI_OK);
	assert_true(der.total > 8000 && der.total <= JPKI_CERTIFICATE_MAX);
	assert_int_equal(der.have, der.total);
	assert_exchanges(blocks(der.total));
	certificate = d2i_X509(NULL, &at, (long)der.have);
	assert_non_null(certificate);
	assert_ptr_equal(at, der.bytes + der.have);
	assert_int_equal(X509_verify(certificate, X509_get0_pubkey(vcard_pki_certificate(test_pki(),
						      VCARD_CERTIFICATE_AUTHENTICATION_CA))),
	    1);
	X509_free(certificate);
}

static void
garbage_is_no_certificate(void **state)
{
	/* the status word is random as well: any answer but a certificate will do */
	for (unsigned i = 0; i < 200; i++) {
		start_over();
		begin();
		plan_fault(VCARD_FAULT_GARBAGE, 1 + i % 3, 0);
		if (read_own() == JPKI_OK)
			assert_int_equal(der.have, der.total);
		assert_true(der.have <= sizeof(der.bytes));
	}
}

static void
roles_and_certificates_that_are_none(void **state)
{
	begin();
	mark();
	assert_int_equal(read_certificate(JPKI_ROLES, JPKI_CERTIFICATE), JPKI_ERR_ARGUMENT);
	assert_int_equal(
	    read_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATES), JPKI_ERR_ARGUMENT);
	assert_exchanges(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(each_certificate_is_read_byte_by_byte),
	    TEST(the_signature_certificate_needs_the_password),
	    TEST(the_certificate_of_a_phone_needs_the_pin),
	    TEST(files_without_a_certificate),
	    TEST(an_empty_file_on_a_card_known_to_take_short_identifiers),
	    TEST(an_empty_file_says_nothing_about_short_identifiers),
	    TEST(a_missing_file_on_a_card_known_to_take_short_identifiers),
	    TEST(the_header_alone_gives_the_length),
	    TEST(a_length_that_cannot_be),
	    TEST(a_length_that_lies_a_little),
	    TEST(a_certificate_of_eight_kilobytes),
	    TEST(garbage_is_no_certificate),
	    TEST(roles_and_certificates_that_are_none),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
