/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <openssl/x509v3.h>

#include "crl.h"
#include "forge.h"

/* What such a list tells, read from a file; it is freed. */
static enum point_state
told(X509_CRL *crl)
{
	BIO *file = BIO_new(BIO_s_mem());
	struct points points = {0};
	enum point_state state;
	X509_CRL *read;

	assert_int_equal(i2d_X509_CRL_bio(file, crl), 1);
	read = d2i_X509_CRL_bio(file, NULL);
	crl_check(read, person, ca_certificate, &points);
	state = points.row[POINT_CRL].state;
	points_free(&points);
	X509_CRL_free(read);
	X509_CRL_free(crl);
	BIO_free(file);
	return state;
}

static X509_CRL *
list(long number)
{
	return forge_crl(CA, ca_key, number, -DAY, DAY);
}

static void
a_right_one_tells(void **state)
{
	assert_int_equal(told(list(0)), POINT_OK);
	assert_int_equal(told(list(PERSON_NUMBER + 1)), POINT_OK);
	assert_int_equal(told(list(PERSON_NUMBER)), POINT_WRONG);
}

static void
only_the_ca_s_own_is_believed(void **state)
{
	assert_int_equal(told(forge_crl(CA, key, 0, -DAY, DAY)), POINT_UNAVAILABLE);
	assert_int_equal(told(forge_crl(CA, key, PERSON_NUMBER, -DAY, DAY)), POINT_UNAVAILABLE);
	assert_int_equal(told(forge_crl("other", ca_key, 0, -DAY, DAY)), POINT_UNAVAILABLE);
}

static void
only_a_current_one_is_believed(void **state)
{
	X509_CRL *endless = X509_CRL_new();

	assert_int_equal(told(forge_crl(CA, ca_key, 0, -2 * DAY, -DAY)), POINT_UNAVAILABLE);
	assert_int_equal(
	    told(forge_crl(CA, ca_key, PERSON_NUMBER, DAY, 2 * DAY)), POINT_UNAVAILABLE);
	X509_CRL_set_version(endless, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(endless, X509_get_subject_name(ca_certificate));
	X509_CRL_set1_lastUpdate(endless, X509_get0_notBefore(ca_certificate));
	X509_CRL_sign(endless, ca_key, EVP_sha256());
	assert_int_equal(told(endless), POINT_UNAVAILABLE);
}

/* An old list that has the certificate, for that reason. */
static X509_CRL *
old_list(EVP_PKEY *signer, int reason)
{
	X509_CRL *crl = forge_crl(CA, signer, PERSON_NUMBER, -2 * DAY, -DAY);
	ASN1_ENUMERATED *value = ASN1_ENUMERATED_new();
	X509_REVOKED *row = sk_X509_REVOKED_value(X509_CRL_get_REVOKED(crl), 0);

	assert_int_equal(ASN1_ENUMERATED_set(value, reason), 1);
	assert_int_equal(X509_REVOKED_add1_ext_i2d(row, NID_crl_reason, value, 0, 0), 1);
	assert_true(X509_CRL_sign(crl, signer, EVP_sha256()) > 0);
	ASN1_ENUMERATED_free(value);
	return crl;
}

static void
a_revocation_does_not_end(void **state)
{
	assert_int_equal(told(forge_crl(CA, ca_key, PERSON_NUMBER, -2 * DAY, -DAY)), POINT_WRONG);
	assert_int_equal(told(old_list(ca_key, CRL_REASON_KEY_COMPROMISE)), POINT_WRONG);
	assert_int_equal(told(old_list(ca_key, CRL_REASON_CERTIFICATE_HOLD)), POINT_UNAVAILABLE);
	assert_int_equal(told(old_list(ca_key, CRL_REASON_REMOVE_FROM_CRL)), POINT_UNAVAILABLE);
	assert_int_equal(told(old_list(key, CRL_REASON_KEY_COMPROMISE)), POINT_UNAVAILABLE);
}

/* With an extension, signed again. */
static X509_CRL *
with(int nid, void *value)
{
	X509_CRL *crl = list(0);

	assert_int_equal(X509_CRL_add1_ext_i2d(crl, nid, value, 1, 0), 1);
	assert_true(X509_CRL_sign(crl, ca_key, EVP_sha256()) > 0);
	return crl;
}

static void
one_for_other_certificates_says_nothing(void **state)
{
	ISSUING_DIST_POINT *point = ISSUING_DIST_POINT_new();
	ASN1_INTEGER *base = ASN1_INTEGER_new();

	point->indirectCRL = 0xff;
	assert_int_equal(told(with(NID_issuing_distribution_point, point)), POINT_UNAVAILABLE);
	point->indirectCRL = 0;
	point->onlyCA = 0xff;
	assert_int_equal(told(with(NID_issuing_distribution_point, point)), POINT_UNAVAILABLE);
	point->onlyCA = 0;
	point->onlyuser = 0xff;
	assert_int_equal(told(with(NID_issuing_distribution_point, point)), POINT_OK);
	ISSUING_DIST_POINT_free(point);
	/* what has changed since another one */
	ASN1_INTEGER_set(base, 1);
	assert_int_equal(told(with(NID_delta_crl, base)), POINT_UNAVAILABLE);
	ASN1_INTEGER_free(base);
}

static enum point_state
told_if_signed(const EVP_MD *digest, bool pss, long number)
{
	X509_CRL *crl = list(number);
	EVP_MD_CTX *signing = forge_signing(ca_key, digest, pss);

	assert_true(X509_CRL_sign_ctx(crl, signing) > 0);
	EVP_MD_CTX_free(signing);
	return told(crl);
}

static void
only_a_safe_hash_is_believed(void **state)
{
	for (int pss = 0; pss < 2; pss++) {
		assert_int_equal(told_if_signed(EVP_sha256(), pss, 0), POINT_OK);
		assert_int_equal(told_if_signed(EVP_sha512(), pss, PERSON_NUMBER), POINT_WRONG);
		assert_int_equal(told_if_signed(EVP_sha1(), pss, 0), POINT_UNAVAILABLE);
		assert_int_equal(told_if_signed(EVP_sha1(), pss, PERSON_NUMBER), POINT_UNAVAILABLE);
		assert_int_equal(told_if_signed(EVP_sha224(), pss, 0), POINT_UNAVAILABLE);
	}
	assert_int_equal(told_if_signed(EVP_md5(), false, 0), POINT_UNAVAILABLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_right_one_tells),
	    cmocka_unit_test(only_the_ca_s_own_is_believed),
	    cmocka_unit_test(only_a_current_one_is_believed),
	    cmocka_unit_test(a_revocation_does_not_end),
	    cmocka_unit_test(one_for_other_certificates_says_nothing),
	    cmocka_unit_test(only_a_safe_hash_is_believed),
	};

	return cmocka_run_group_tests(tests, make_ca, drop_ca);
}
