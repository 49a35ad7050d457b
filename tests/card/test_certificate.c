/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/crypto.h>

#include "fixture.h"

static struct jpki_der der;

static int
read_certificate(struct world *w, enum jpki_role role, enum jpki_certificate which)
{
	memset(&der, 0, sizeof(der));
	return jpki_card_read_certificate(w->card, role, which, &der);
}

static int
read_own(struct world *w)
{
	return read_certificate(w, JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
}

static void
set_certificate(struct world *w, const char *value)
{
	set_quirk(w->vcard, "authentication-certificate", value);
}

static void
each_certificate_is_read_byte_by_byte(void **state)
{
	struct world *w = *state;

	login(w, JPKI_SIGNATURE);
	for (int role = 0; role < JPKI_ROLES; role++) {
		for (int which = 0; which < JPKI_CERTIFICATES; which++) {
			assert_int_equal(
			    read_certificate(w, (enum jpki_role)role, (enum jpki_certificate)which),
			    JPKI_OK);
			assert_certificate(
			    &der, (enum jpki_role)role, (enum jpki_certificate)which);
		}
	}
}

static void
the_signature_certificate_needs_the_password(void **state)
{
	struct world *w = *state;

	for (const char *const *answer_to = short_identifiers; *answer_to != NULL; answer_to++) {
		start_over(w);
		set_quirk(w->vcard, "short-identifiers", *answer_to);
		login(w, JPKI_AUTHENTICATION);
		assert_int_equal(
		    read_certificate(w, JPKI_SIGNATURE, JPKI_CERTIFICATE), JPKI_ERR_NOT_VERIFIED);
		assert_int_equal(der.have, 0);
		assert_int_equal(read_certificate(w, JPKI_SIGNATURE, JPKI_CA_CERTIFICATE), JPKI_OK);
		end(w);
	}
}

static void
the_certificate_of_a_phone_needs_the_pin(void **state)
{
	struct world *w = *state;
	unsigned tries;

	set_quirk(w->vcard, "label", "android");
	begin(w);
	assert_int_equal(read_own(w), JPKI_ERR_NOT_VERIFIED);
	assert_int_equal(verify_pin(w, JPKI_AUTHENTICATION, PIN, &tries), JPKI_OK);
	assert_int_equal(read_own(w), JPKI_OK);
}

static void
files_without_a_certificate(void **state)
{
	static const char *const values[] = {"absent", "claimed", "empty"};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH_OF(values); i++) {
		start_over(w);
		set_certificate(w, values[i]);
		begin(w);
		assert_int_equal(read_own(w), JPKI_ERR_NOT_FOUND);
		assert_int_equal(der.have, 0);
		end(w);
	}
}

static void
an_empty_file_on_a_card_known_to_take_short_identifiers(void **state)
{
	struct world *w = *state;
	struct jpki_token_info info;

	set_certificate(w, "empty");
	begin(w);
	assert_int_equal(jpki_card_read_info(w->card, &info), JPKI_OK);
	assert_int_equal(read_own(w), JPKI_ERR_NOT_FOUND);
}

static void
an_empty_file_says_nothing_about_short_identifiers(void **state)
{
	struct world *w = *state;
	struct jpki_token_info info;

	set_certificate(w, "empty");
	begin(w);
	assert_int_equal(read_own(w), JPKI_ERR_NOT_FOUND);
	mark(w);
	assert_int_equal(jpki_card_read_info(w->card, &info), JPKI_OK);
	assert_exchanges(w, 1);
}

static void
a_missing_file_on_a_card_known_to_take_short_identifiers(void **state)
{
	struct world *w = *state;
	struct jpki_token_info info;

	begin(w);
	assert_int_equal(jpki_card_read_info(w->card, &info), JPKI_OK);
	plan_fault(w, VCARD_FAULT_SW, 1, 0x6A82);
	mark(w);
	assert_int_equal(read_own(w), JPKI_ERR_NOT_FOUND);
	assert_exchanges(w, 1);
}

static void
the_header_alone_gives_the_length(void **state)
{
	struct world *w = *state;
	unsigned char *expected;
	size_t length = expected_der(JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &expected);

	/* the length is right, what follows is not: that is for the caller to find */
	set_certificate(w, "not-der");
	begin(w);
	assert_int_equal(read_own(w), JPKI_OK);
	assert_int_equal(der.have, length);
	assert_memory_equal(der.bytes, expected, 4);
	assert_int_equal(der.bytes[4], 0x5A);
	OPENSSL_free(expected);
}

static void
a_length_that_cannot_be(void **state)
{
	struct world *w = *state;

	set_certificate(w, "length-huge");
	begin(w);
	mark(w);
	assert_int_equal(read_own(w), JPKI_ERR_DATA);
	assert_exchanges(w, 1);
	assert_int_equal(der.have, 0);
}

static void
a_length_that_lies_a_little(void **state)
{
	struct world *w = *state;
	unsigned char *expected;
	size_t length = expected_der(JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &expected);

	begin(w);
	set_certificate(w, "length-longer");
	assert_int_equal(read_own(w), JPKI_OK);
	assert_int_equal(der.have, length + 16);
	assert_int_equal(der.bytes[length], 0xFF);
	set_certificate(w, "length-shorter");
	assert_int_equal(read_own(w), JPKI_OK);
	assert_int_equal(der.have, length - 16);
	assert_memory_equal(der.bytes + 4, expected + 4, length - 20);
	OPENSSL_free(expected);
}

static void
a_certificate_of_eight_kilobytes(void **state)
{
	struct world *w = *state;
	const unsigned char *at = der.bytes;
	X509 *certificate;

	set_certificate(w, "large");
	begin(w);
	mark(w);
	assert_int_equal(read_own(w), JPKI_OK);
	assert_true(der.total > 8000 && der.total <= JPKI_CERTIFICATE_MAX);
	assert_int_equal(der.have, der.total);
	assert_exchanges(w, blocks(der.total));
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
	struct world *w = *state;

	/* the status word is random as well: any answer but a certificate will do */
	for (unsigned i = 0; i < 200; i++) {
		start_over(w);
		begin(w);
		plan_fault(w, VCARD_FAULT_GARBAGE, 1 + i % 3, 0);
		if (read_own(w) == JPKI_OK)
			assert_int_equal(der.have, der.total);
		assert_true(der.have <= sizeof(der.bytes));
		end(w);
	}
}

static void
roles_and_certificates_that_are_none(void **state)
{
	struct world *w = *state;

	begin(w);
	mark(w);
	assert_int_equal(read_certificate(w, JPKI_ROLES, JPKI_CERTIFICATE), JPKI_ERR_ARGUMENT);
	assert_int_equal(
	    read_certificate(w, JPKI_AUTHENTICATION, JPKI_CERTIFICATES), JPKI_ERR_ARGUMENT);
	assert_exchanges(w, 0);
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
