/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include "../common/certificates.h"
#include "fixture.h"

#define HASH_SIZE SHA256_DIGEST_LENGTH
#define SALT_SIZE 32

static uint8_t signature[JPKI_SIGNATURE_SIZE];
static uint8_t data[JPKI_SIGN_DATA_MAX + 1];

static int
make_signing(void **state)
{
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + 1);
	memset(signature, 0, sizeof(signature));
	return set_up(state);
}

static int
sign(enum jpki_role role, enum jpki_signature_form form, size_t length)
{
	return jpki_card_sign(card, role, form, data, length, signature);
}

static int
sign_pkcs1(size_t length)
{
	return sign(JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1, length);
}

static int
sign_pss(void)
{
	return sign(JPKI_AUTHENTICATION, JPKI_SIGN_PSS_SHA256, HASH_SIZE);
}

static EVP_PKEY_CTX *
public_key(enum jpki_role role)
{
	X509 *certificate = role_certificate(test_pki(), role, JPKI_CERTIFICATE);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(X509_get0_pubkey(certificate), NULL);

	assert_non_null(context);
	return context;
}

/* The signature is RSASSA-PKCS1-v1_5 around the first `length` bytes of the data. */
static void
assert_pkcs1(enum jpki_role role, size_t length)
{
	EVP_PKEY_CTX *context = public_key(role);
	uint8_t recovered[JPKI_SIGNATURE_SIZE];
	size_t recovered_length = sizeof(recovered);

	assert_int_equal(EVP_PKEY_verify_recover_init(context), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), 1);
	assert_int_equal(EVP_PKEY_verify_recover(
			     context, recovered, &recovered_length, signature, sizeof(signature)),
	    1);
	assert_int_equal(recovered_length, length);
	assert_memory_equal(recovered, data, length);
	EVP_PKEY_CTX_free(context);
}

/* The signature is RSASSA-PSS over the first 32 bytes of the data, a hash. */
static void
assert_pss(enum jpki_role role)
{
	EVP_PKEY_CTX *context = public_key(role);

	assert_int_equal(EVP_PKEY_verify_init(context), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING), 1);
	assert_int_equal(EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, SALT_SIZE), 1);
	assert_int_equal(
	    EVP_PKEY_verify(context, signature, sizeof(signature), data, HASH_SIZE), 1);
	EVP_PKEY_CTX_free(context);
}

static void
both_forms_with_both_keys(void **state)
{
	for (int i = 0; i < JPKI_ROLES; i++) {
		enum jpki_role role = (enum jpki_role)i;

		login(role);
		mark();
		assert_int_equal(sign(role, JPKI_SIGN_PKCS1, 51), JPKI_OK);
		assert_pkcs1(role, 51);
		assert_int_equal(sign(role, JPKI_SIGN_PSS_SHA256, HASH_SIZE), JPKI_OK);
		assert_pss(role);
		assert_exchanges(2);
		end();
	}
}

static void
without_short_identifiers_the_key_is_selected(void **state)
{
	for (const char *const *refusal = short_identifiers + 1; *refusal != NULL; refusal++) {
		start_over_with("short-identifiers", *refusal);
		login(JPKI_AUTHENTICATION);
		mark();
		assert_int_equal(sign_pkcs1(51), JPKI_OK);
		assert_pkcs1(JPKI_AUTHENTICATION, 51);
		assert_exchanges(3);
		assert_int_equal(sign_pss(), JPKI_OK);
		assert_pss(JPKI_AUTHENTICATION);
		assert_exchanges(5);
	}
}

static void
a_response_in_parts(void **state)
{
	static const char *const chaining[] = {"all", "half"};

	login(JPKI_AUTHENTICATION);
	for (size_t i = 0; i < LENGTH_OF(chaining); i++) {
		set_quirk(vcard, "chaining", chaining[i]);
		mark();
		assert_int_equal(sign_pkcs1(51), JPKI_OK);
		assert_pkcs1(JPKI_AUTHENTICATION, 51);
		assert_exchanges(2);
		assert_int_equal(events(VCARD_EVENT_SIGN), 1);
	}
}

static void
lengths_of_the_data(void **state)
{
	static const size_t good[] = {1, 2, 244, JPKI_SIGN_DATA_MAX};

	login(JPKI_AUTHENTICATION);
	for (size_t i = 0; i < LENGTH_OF(good); i++) {
		assert_int_equal(sign_pkcs1(good[i]), JPKI_OK);
		assert_pkcs1(JPKI_AUTHENTICATION, good[i]);
	}
}

static void
data_of_a_wrong_length_is_not_sent(void **state)
{
	login(JPKI_AUTHENTICATION);
	mark();
	assert_int_equal(sign_pkcs1(0), JPKI_ERR_LENGTH);
	assert_int_equal(sign_pkcs1(JPKI_SIGN_DATA_MAX + 1), JPKI_ERR_LENGTH);
	for (size_t length = 0; length <= (size_t)2 * HASH_SIZE; length++)
		if (length != HASH_SIZE)
			assert_int_equal(sign(JPKI_AUTHENTICATION, JPKI_SIGN_PSS_SHA256, length),
			    JPKI_ERR_LENGTH);
	assert_exchanges(0);
}

static void
forms_and_roles_that_are_none(void **state)
{
	login(JPKI_AUTHENTICATION);
	mark();
	assert_int_equal(sign(JPKI_ROLES, JPKI_SIGN_PKCS1, 51), JPKI_ERR_ARGUMENT);
	assert_int_equal(
	    sign(JPKI_AUTHENTICATION, (enum jpki_signature_form)2, HASH_SIZE), JPKI_ERR_ARGUMENT);
	assert_int_equal(sign(JPKI_AUTHENTICATION, (enum jpki_signature_form) - 1, HASH_SIZE),
	    JPKI_ERR_ARGUMENT);
	assert_exchanges(0);
}

static void
a_card_without_pss(void **state)
{
	set_quirk(vcard, "sign-forms", "pkcs1");
	for (const char *const *answer_to = short_identifiers; *answer_to != NULL; answer_to++) {
		start_over_with("short-identifiers", *answer_to);
		login(JPKI_AUTHENTICATION);
		assert_int_equal(sign_pss(), JPKI_ERR_UNSUPPORTED);
		assert_int_equal(sign_pkcs1(51), JPKI_OK);
		assert_pkcs1(JPKI_AUTHENTICATION, 51);
		mark();
		assert_int_equal(sign_pss(), JPKI_ERR_UNSUPPORTED);
		assert_exchanges(answer_to == short_identifiers ? 1 : 2);
	}
}

static void
nothing_is_signed_without_the_pin(void **state)
{
	for (const char *const *answer_to = short_identifiers; *answer_to != NULL; answer_to++) {
		start_over_with("short-identifiers", *answer_to);
		login(JPKI_SIGNATURE);
		assert_int_equal(sign_pkcs1(51), JPKI_ERR_NOT_VERIFIED);
		assert_int_equal(sign_pss(), JPKI_ERR_NOT_VERIFIED);
	}
}

static void
a_card_that_signs_badly(void **state)
{
	login(JPKI_AUTHENTICATION);
	set_quirk(vcard, "signature", "short");
	assert_int_equal(sign_pkcs1(51), JPKI_ERR_DATA);
	/* whose signature it is, and whether it is right, is for the caller to check */
	set_quirk(vcard, "signature", "other-key");
	assert_int_equal(sign_pkcs1(51), JPKI_OK);
	set_quirk(vcard, "signature", "damaged");
	assert_int_equal(sign_pkcs1(51), JPKI_OK);
}

static void
refusals_of_a_card_that_is_known(void **state)
{
	static const struct {
		unsigned sw;
		int error;
	} rows[] = {
	    {0x6982, JPKI_ERR_NOT_VERIFIED},
	    {0x6985, JPKI_ERR_LENGTH},
	    {0x6700, JPKI_ERR_LENGTH},
	    {0x6A86, JPKI_ERR_UNSUPPORTED},
	    {0x6D00, JPKI_ERR_UNSUPPORTED},
	    {0x6F00, JPKI_ERR_STATUS},
	    {0x6C00, JPKI_ERR_STATUS},
	    /* words about a PIN mean nothing where none was sent */
	    {0x63C0, JPKI_ERR_STATUS},
	    {0x6983, JPKI_ERR_STATUS},
	    {0x6984, JPKI_ERR_STATUS},
	};

	login(JPKI_AUTHENTICATION);
	assert_int_equal(sign_pkcs1(51), JPKI_OK);
	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		mark();
		plan_fault(VCARD_FAULT_SW, 1, rows[i].sw);
		assert_int_equal(sign_pkcs1(51), rows[i].error);
		assert_exchanges(1);
	}
}

static void
answers_that_are_none(void **state)
{
	static const enum vcard_fault faults[] = {
	    VCARD_FAULT_EMPTY, VCARD_FAULT_TRUNCATED, VCARD_FAULT_OVERLONG};

	login(JPKI_AUTHENTICATION);
	assert_int_equal(sign_pkcs1(51), JPKI_OK);
	for (size_t i = 0; i < LENGTH_OF(faults); i++) {
		plan_fault(faults[i], 1, 0);
		assert_int_not_equal(sign_pkcs1(51), JPKI_OK);
		assert_int_equal(sign_pkcs1(51), JPKI_OK);
		assert_pkcs1(JPKI_AUTHENTICATION, 51);
	}
}

static void
an_unreadable_first_answer_makes_no_second_signature(void **state)
{
	static const enum vcard_fault faults[] = {VCARD_FAULT_EMPTY, VCARD_FAULT_OVERLONG};

	for (size_t i = 0; i < LENGTH_OF(faults); i++) {
		start_over();
		login(JPKI_AUTHENTICATION);
		mark();
		plan_fault(faults[i], 1, 0);
		(void)sign_pkcs1(51);
		assert_int_equal(events(VCARD_EVENT_SIGN), 1);
	}
}

static void
errors_of_the_way_are_passed_on(void **state)
{
	for (size_t i = 0; i < WAY_ERRORS; i++) {
		start_over();
		login(JPKI_AUTHENTICATION);
		mark();
		inprocess_plan(INPROCESS_ANSWER, 1, way_errors[i], NULL, NULL);
		assert_int_equal(sign_pkcs1(51), way_errors[i]);
		assert_exchanges(1);
	}
}

static void
signing_on_trust(void **state)
{
	login(JPKI_AUTHENTICATION);
	end();
	trust();
	mark();
	assert_int_equal(sign_pss(), JPKI_OK);
	assert_pss(JPKI_AUTHENTICATION);
	assert_exchanges(1);
}

#define SIGNING(name) cmocka_unit_test_setup_teardown(name, make_signing, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SIGNING(both_forms_with_both_keys),
	    SIGNING(without_short_identifiers_the_key_is_selected),
	    SIGNING(a_response_in_parts),
	    SIGNING(lengths_of_the_data),
	    SIGNING(data_of_a_wrong_length_is_not_sent),
	    SIGNING(forms_and_roles_that_are_none),
	    SIGNING(a_card_without_pss),
	    SIGNING(nothing_is_signed_without_the_pin),
	    SIGNING(a_card_that_signs_badly),
	    SIGNING(refusals_of_a_card_that_is_known),
	    SIGNING(answers_that_are_none),
	    SIGNING(an_unreadable_first_answer_makes_no_second_signature),
	    SIGNING(errors_of_the_way_are_passed_on),
	    SIGNING(signing_on_trust),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
