/* SPDX-License-Identifier: BSD-2-Clause */

/* C_GetAttributeValue and C_GetObjectSize. */

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "../common/module.h"
#include "reader/certificate.h"

#define LIST(...) ((const CK_ATTRIBUTE_TYPE[]){__VA_ARGS__, CK_UNAVAILABLE_INFORMATION})

static const struct {
	CK_OBJECT_CLASS class;
	const CK_ATTRIBUTE_TYPE *has;
} expected[] = {
    {CKO_CERTIFICATE,
	LIST(CKA_CLASS, CKA_TOKEN, CKA_PRIVATE, CKA_MODIFIABLE, CKA_COPYABLE, CKA_DESTROYABLE,
	    CKA_LABEL, CKA_UNIQUE_ID, CKA_CERTIFICATE_TYPE, CKA_CERTIFICATE_CATEGORY, CKA_TRUSTED,
	    CKA_CHECK_VALUE, CKA_START_DATE, CKA_END_DATE, CKA_PUBLIC_KEY_INFO, CKA_SUBJECT, CKA_ID,
	    CKA_ISSUER, CKA_SERIAL_NUMBER, CKA_VALUE, CKA_URL, CKA_HASH_OF_SUBJECT_PUBLIC_KEY,
	    CKA_HASH_OF_ISSUER_PUBLIC_KEY)},
    {CKO_PUBLIC_KEY,
	LIST(CKA_CLASS, CKA_TOKEN, CKA_PRIVATE, CKA_MODIFIABLE, CKA_COPYABLE, CKA_DESTROYABLE,
	    CKA_LABEL, CKA_UNIQUE_ID, CKA_KEY_TYPE, CKA_ID, CKA_START_DATE, CKA_END_DATE,
	    CKA_DERIVE, CKA_LOCAL, CKA_KEY_GEN_MECHANISM, CKA_ALLOWED_MECHANISMS, CKA_SUBJECT,
	    CKA_ENCRYPT, CKA_VERIFY, CKA_VERIFY_RECOVER, CKA_WRAP, CKA_TRUSTED, CKA_PUBLIC_KEY_INFO,
	    CKA_MODULUS, CKA_MODULUS_BITS, CKA_PUBLIC_EXPONENT)},
    {CKO_PRIVATE_KEY,
	LIST(CKA_CLASS, CKA_TOKEN, CKA_PRIVATE, CKA_MODIFIABLE, CKA_COPYABLE, CKA_DESTROYABLE,
	    CKA_LABEL, CKA_UNIQUE_ID, CKA_KEY_TYPE, CKA_ID, CKA_START_DATE, CKA_END_DATE,
	    CKA_DERIVE, CKA_LOCAL, CKA_KEY_GEN_MECHANISM, CKA_ALLOWED_MECHANISMS, CKA_SUBJECT,
	    CKA_SENSITIVE, CKA_DECRYPT, CKA_SIGN, CKA_SIGN_RECOVER, CKA_UNWRAP, CKA_EXTRACTABLE,
	    CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE, CKA_WRAP_WITH_TRUSTED,
	    CKA_ALWAYS_AUTHENTICATE, CKA_PUBLIC_KEY_INFO, CKA_MODULUS, CKA_PUBLIC_EXPONENT)},
    {CKO_PROFILE, LIST(CKA_CLASS, CKA_TOKEN, CKA_PRIVATE, CKA_UNIQUE_ID, CKA_PROFILE_ID)},
};

static const CK_ATTRIBUTE_TYPE sensitive[] = {CKA_PRIVATE_EXPONENT, CKA_PRIME_1, CKA_PRIME_2,
    CKA_EXPONENT_1, CKA_EXPONENT_2, CKA_COEFFICIENT};

static CK_RV
get_one(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *attribute)
{
	return p11->C_GetAttributeValue(session, object, attribute, 1);
}

static void
classes_have_their_attributes(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_user_session(role);

	for (size_t i = 0; i < LENGTH_OF(expected); i++) {
		CK_OBJECT_HANDLE object = find_one(session, expected[i].class);
		const CK_ATTRIBUTE_TYPE *type = expected[i].has;

		for (; *type != CK_UNAVAILABLE_INFORMATION; type++) {
			CK_ATTRIBUTE attribute = {*type, NULL, 0};

			if (get_one(session, object, &attribute) != CKR_OK)
				fail_msg("class %lu lacks 0x%lx", expected[i].class, *type);
		}
	}
}

static void
private_numbers_stay_on_the_card(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_user_session(role);
	CK_OBJECT_HANDLE key = find_one(session, CKO_PRIVATE_KEY);
	CK_BYTE buffer[256];

	for (size_t i = 0; i < LENGTH_OF(sensitive); i++) {
		CK_ATTRIBUTE attribute = {sensitive[i], buffer, sizeof(buffer)};

		assert_rv(get_one(session, key, &attribute), CKR_ATTRIBUTE_SENSITIVE);
		assert_int_equal(attribute.ulValueLen, CK_UNAVAILABLE_INFORMATION);
	}
}

/* `der` is a new buffer of OpenSSL's, given back here. */
static void
assert_der(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
    unsigned char *der, int length)
{
	CK_BYTE value[VALUE_ROOM];

	assert_int_equal(get(session, object, type, value, sizeof(value)), length);
	assert_memory_equal(value, der, (size_t)length);
	OPENSSL_free(der);
}

/* CK_DATE: eight digits, without a NUL. */
static void
assert_date(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
    const ASN1_TIME *time)
{
	CK_DATE date;
	char text[16];
	struct tm tm;

	assert_int_equal(ASN1_TIME_to_tm(time, &tm), 1);
	strftime(text, sizeof(text), "%Y%m%d", &tm);
	assert_int_equal(get(session, object, type, &date, sizeof(date)), 8);
	assert_memory_equal(&date, text, 8);
}

/* SHA-1 of the key's bits, as OpenSSL makes key identifiers. */
static void
assert_key_hash(
    CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, X509 *x509)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	CK_BYTE value[EVP_MAX_MD_SIZE];

	assert_int_equal(X509_pubkey_digest(x509, EVP_sha1(), hash, NULL), 1);
	assert_int_equal(get(session, object, type, value, sizeof(value)), 20);
	assert_memory_equal(value, hash, 20);
}

static void
assert_certificate(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, X509 *x509)
{
	unsigned char *der = NULL, check[3], hash[EVP_MAX_MD_SIZE];
	int length = i2d_X509(x509, &der);

	assert_int_equal(EVP_Digest(der, (size_t)length, hash, NULL, EVP_sha1(), NULL), 1);
	assert_der(session, object, CKA_VALUE, der, length);
	assert_int_equal(get(session, object, CKA_CHECK_VALUE, check, sizeof(check)), 3);
	assert_memory_equal(check, hash, 3);
	der = NULL;
	length = i2d_X509_NAME(X509_get_subject_name(x509), &der);
	assert_der(session, object, CKA_SUBJECT, der, length);
	der = NULL;
	length = i2d_X509_NAME(X509_get_issuer_name(x509), &der);
	assert_der(session, object, CKA_ISSUER, der, length);
	der = NULL;
	length = i2d_ASN1_INTEGER(X509_get_serialNumber(x509), &der);
	assert_der(session, object, CKA_SERIAL_NUMBER, der, length);
	der = NULL;
	length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
	assert_der(session, object, CKA_PUBLIC_KEY_INFO, der, length);
	assert_date(session, object, CKA_START_DATE, X509_get0_notBefore(x509));
	assert_date(session, object, CKA_END_DATE, X509_get0_notAfter(x509));
	assert_key_hash(session, object, CKA_HASH_OF_SUBJECT_PUBLIC_KEY, x509);
}

static void
certificates_are_the_cards(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_user_session(role);

	assert_certificate(session, find_one(session, CKO_CERTIFICATE), certificate_of(role));
	assert_certificate(session, find_ca(session), ca_of(role));
}

/* A CA's key may be of any kind; a card's is what the card signs with. */
static void
other_kinds_of_keys(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x509 = X509_new();
	unsigned char *der = NULL;
	struct certificate *ca, *own;
	const uint8_t *hash;
	size_t hash_length;
	int length;

	X509_gmtime_adj(X509_getm_notBefore(x509), 0);
	X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
	assert_int_equal(X509_set_pubkey(x509, key), 1);
	assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
	length = i2d_X509(x509, &der);
	assert_true(length > 0);
	assert_int_equal(certificate_parse(der, (size_t)length, false, &ca), JPKI_OK);
	assert_int_equal(certificate_parse(der, (size_t)length, true, &own), JPKI_ERR_DATA);
	assert_int_equal(certificate_field(ca, CERTIFICATE_KEY_HASH, &hash, &hash_length), JPKI_OK);
	assert_int_equal(hash_length, 20);
	assert_null(own);
	certificate_free(&ca);
	OPENSSL_free(der);
	X509_free(x509);
	EVP_PKEY_free(key);
}

/* The issuer's key is known if its certificate can be read. */
static void
issuers_are_the_cards(void **state)
{
	static const char *const kinds[] = {"absent", "not-der", "empty"};
	CK_ATTRIBUTE hash = {CKA_HASH_OF_ISSUER_PUBLIC_KEY, NULL, 0};
	CK_SESSION_HANDLE session;

	for (int role = 0; role < JPKI_ROLES; role++) {
		session = open_user_session(role);
		assert_key_hash(
		    session, find_one(session, CKO_CERTIFICATE), hash.type, ca_of(role));
		assert_key_hash(session, find_ca(session), hash.type, ca_of(role));
	}
	for (size_t i = 0; i < LENGTH_OF(kinds); i++) {
		swap_card("ca-certificates", kinds[i]);
		session = open_session(JPKI_AUTHENTICATION);
		assert_ok(get_one(session, find_one(session, CKO_CERTIFICATE), &hash));
		assert_int_equal(hash.ulValueLen, 0);
	}
}

static void
public_certificate_needs_no_login(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	assert_certificate(
	    session, find_one(session, CKO_CERTIFICATE), certificate_of(JPKI_AUTHENTICATION));
	assert_certificate(session, find_ca(session), ca_of(JPKI_AUTHENTICATION));
	session = open_session(JPKI_SIGNATURE);
	assert_certificate(session, find_ca(session), ca_of(JPKI_SIGNATURE));
	assert_int_equal(pins_sent(), 0);
}

static void
certificate_is_read_once(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	CK_OBJECT_HANDLE object = find_one(session, CKO_CERTIFICATE);
	CK_BYTE value[VALUE_ROOM];

	(void)get(session, object, CKA_VALUE, value, sizeof(value));
	forget_exchanges();
	(void)get(session, object, CKA_VALUE, value, sizeof(value));
	(void)get(session, find_one(session, CKO_PUBLIC_KEY), CKA_MODULUS, value, sizeof(value));
	assert_int_equal(exchanges(), 0);
}

static void
large_certificates_are_read(void **state)
{
	CK_SESSION_HANDLE session;
	CK_BYTE value[VALUE_ROOM];
	const unsigned char *der = value;
	X509 *x509;
	CK_ULONG length;

	swap_card("authentication-certificate", "large");
	session = open_session(JPKI_AUTHENTICATION);
	length = get(session, find_one(session, CKO_CERTIFICATE), CKA_VALUE, value, sizeof(value));
	assert_true(length > 7000);
	x509 = d2i_X509(NULL, &der, (long)length);
	assert_non_null(x509);
	assert_ptr_equal(der, value + length);
	assert_int_equal(X509_verify(x509, X509_get0_pubkey(ca_of(JPKI_AUTHENTICATION))), 1);
	X509_free(x509);
}

static void
keys_are_the_certificates(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_user_session(role);
	const CK_OBJECT_CLASS classes[] = {CKO_PUBLIC_KEY, CKO_PRIVATE_KEY};
	EVP_PKEY *key = X509_get0_pubkey(certificate_of(role));
	CK_BYTE value[256], modulus[256];
	BIGNUM *number = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &number), 1);
	assert_int_equal(BN_bn2bin(number, modulus), sizeof(modulus));
	BN_free(number);
	for (int i = 0; i < 2; i++) {
		CK_OBJECT_HANDLE object = find_one(session, classes[i]);

		assert_int_equal(get(session, object, CKA_MODULUS, value, sizeof(value)), 256);
		assert_memory_equal(value, modulus, 256);
		assert_int_equal(
		    get(session, object, CKA_PUBLIC_EXPONENT, value, sizeof(value)), 3);
		assert_memory_equal(value, "\x01\x00\x01", 3);
		assert_int_equal(get_number(session, object, CKA_KEY_TYPE), CKK_RSA);
		assert_true(get_bool(session, object, CKA_LOCAL));
	}
}

struct truth {
	CK_ATTRIBUTE_TYPE type;
	bool value;
};

static void
assert_truths(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, const struct truth *truths)
{
	CK_OBJECT_HANDLE object = find_one(session, class);

	for (; truths->type != CK_UNAVAILABLE_INFORMATION; truths++)
		if (get_bool(session, object, truths->type) != truths->value)
			fail_msg("class %lu: 0x%lx", class, truths->type);
}

static void
keys_can_sign_and_nothing_else(void **state)
{
	static const struct truth private[] = {{CKA_TOKEN, true}, {CKA_PRIVATE, true},
	    {CKA_SENSITIVE, true}, {CKA_ALWAYS_SENSITIVE, true}, {CKA_EXTRACTABLE, false},
	    {CKA_NEVER_EXTRACTABLE, true}, {CKA_SIGN, true}, {CKA_SIGN_RECOVER, false},
	    {CKA_DECRYPT, false}, {CKA_UNWRAP, false}, {CKA_DERIVE, false},
	    {CKA_WRAP_WITH_TRUSTED, false}, {CKA_MODIFIABLE, false}, {CKA_COPYABLE, false},
	    {CKA_DESTROYABLE, false}, {CK_UNAVAILABLE_INFORMATION, false}};
	static const struct truth public[] = {{CKA_TOKEN, true}, {CKA_VERIFY, true},
	    {CKA_VERIFY_RECOVER, false}, {CKA_ENCRYPT, false}, {CKA_WRAP, false},
	    {CKA_DERIVE, false}, {CKA_TRUSTED, false}, {CKA_MODIFIABLE, false},
	    {CK_UNAVAILABLE_INFORMATION, false}};

	for (int role = 0; role < JPKI_ROLES; role++) {
		CK_SESSION_HANDLE session = open_user_session(role);
		bool secret = role == JPKI_SIGNATURE;

		assert_truths(session, CKO_PRIVATE_KEY, private);
		assert_truths(session, CKO_PUBLIC_KEY, public);
		assert_int_equal(
		    get_bool(session, find_one(session, CKO_PUBLIC_KEY), CKA_PRIVATE), secret);
		assert_int_equal(
		    get_bool(session, find_one(session, CKO_CERTIFICATE), CKA_PRIVATE), secret);
		assert_false(get_bool(session, find_ca(session), CKA_PRIVATE));
		assert_false(get_bool(session, find_one(session, CKO_PROFILE), CKA_PRIVATE));
	}
}

static void
allowed_mechanisms_sign(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_MECHANISM_TYPE list[16];
	CK_ULONG length;

	length = get(session, find_one(session, CKO_PRIVATE_KEY), CKA_ALLOWED_MECHANISMS, list,
	    sizeof(list));
	assert_int_equal(length % sizeof(list[0]), 0);
	assert_int_equal(length / sizeof(list[0]), 8);
	for (CK_ULONG i = 0; i < length / sizeof(list[0]); i++) {
		CK_MECHANISM_INFO info;

		assert_ok(p11->C_GetMechanismInfo(0, list[i], &info));
		assert_true(info.flags & CKF_SIGN);
	}
}

/* ... whatever their order; the card is asked once. */
static void
assert_others_are_filled(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE ca)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_BYTE value[VALUE_ROOM];
	CK_BBOOL on_token = CK_FALSE;
	CK_ATTRIBUTE template[] = {
	    {CKA_CLASS, &class, sizeof(class)},
	    {CKA_VALUE, value, sizeof(value)},
	    {CKA_TOKEN, &on_token, sizeof(on_token)},
	    {CKA_SUBJECT, value, sizeof(value)},
	    {CKA_MODULUS, value, sizeof(value)},
	};
	unsigned once;

	forget_exchanges();
	assert_rv(p11->C_GetAttributeValue(session, ca, template + 1, 1), CKR_DEVICE_ERROR);
	once = exchanges();
	forget_exchanges();
	assert_rv(p11->C_GetAttributeValue(session, ca, template, 5), CKR_DEVICE_ERROR);
	assert_int_equal(exchanges(), once);
	assert_int_equal(class, CKO_CERTIFICATE);
	assert_int_equal(on_token, CK_TRUE);
	assert_int_equal(template[1].ulValueLen, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(template[3].ulValueLen, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(template[4].ulValueLen, CK_UNAVAILABLE_INFORMATION);
}

/* A certificate that makes no sense is an error of the device, and of that attribute alone. */
static void
garbled_certificates(void **state)
{
	static const char *const kinds[] = {"not-der", "length-longer", "length-shorter"};

	for (size_t i = 0; i < LENGTH_OF(kinds); i++) {
		CK_SESSION_HANDLE session;
		CK_BYTE value[VALUE_ROOM];
		CK_ATTRIBUTE attribute = {CKA_VALUE, value, sizeof(value)};
		CK_OBJECT_HANDLE ca;

		swap_card("ca-certificates", kinds[i]);
		session = open_session(JPKI_AUTHENTICATION);
		ca = find_ca(session);
		assert_rv(get_one(session, ca, &attribute), CKR_DEVICE_ERROR);
		assert_int_equal(attribute.ulValueLen, CK_UNAVAILABLE_INFORMATION);
		assert_int_equal(get_number(session, ca, CKA_CLASS), CKO_CERTIFICATE);
		assert_others_are_filled(session, ca);
		assert_certificate(session, find_one(session, CKO_CERTIFICATE),
		    certificate_of(JPKI_AUTHENTICATION));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ROLE_TEST(classes_have_their_attributes),
	    ROLE_TEST(private_numbers_stay_on_the_card),
	    ROLE_TEST(certificates_are_the_cards),
	    TEST(other_kinds_of_keys),
	    TEST(issuers_are_the_cards),
	    TEST(public_certificate_needs_no_login),
	    TEST(certificate_is_read_once),
	    TEST(large_certificates_are_read),
	    ROLE_TEST(keys_are_the_certificates),
	    TEST(keys_can_sign_and_nothing_else),
	    TEST(allowed_mechanisms_sign),
	    TEST(garbled_certificates),
	};

	return RUN(tests);
}
