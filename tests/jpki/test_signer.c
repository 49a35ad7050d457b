/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <openssl/cms.h>
#include <openssl/ess.h>

#include "forge.h"
#include "signer.h"

#define TEXT "I owe you 100 yen.\n"

static X509 *end, *other;

static int
make(void **state)
{
	int rv = make_ca(state);
	struct forge what = forge_end();

	what.key_usage = "critical,digitalSignature,nonRepudiation";
	what.policies = "critical,1.2.392.200149.8.5.1.1.20";
	end = forge(&what);
	what.name = "other";
	other = forge(&what);
	return rv;
}

static int
drop(void **state)
{
	X509_free(end);
	X509_free(other);
	return drop_ca(state);
}

static void
add(CMS_SignerInfo *info, int nid, unsigned char *der, int length)
{
	assert_true(length > 0);
	assert_int_equal(CMS_signed_add1_attr_by_NID(info, nid, V_ASN1_SEQUENCE, der, length), 1);
	OPENSSL_free(der);
}

/* That it is this certificate that has signed: by SHA-1, and by SHA-256. */
static void
name_by_sha1(CMS_SignerInfo *info, X509 *named)
{
	ESS_SIGNING_CERT *reference = OSSL_ESS_signing_cert_new_init(named, NULL, 0);
	unsigned char *der = NULL;
	int length = i2d_ESS_SIGNING_CERT(reference, &der);

	add(info, NID_id_smime_aa_signingCertificate, der, length);
	ESS_SIGNING_CERT_free(reference);
}

static void
name(CMS_SignerInfo *info, X509 *named)
{
	ESS_SIGNING_CERT_V2 *reference =
	    OSSL_ESS_signing_cert_v2_new_init(EVP_sha256(), named, NULL, 0);
	unsigned char *der = NULL;
	int length = i2d_ESS_SIGNING_CERT_V2(reference, &der);

	add(info, NID_id_smime_aa_signingCertificateV2, der, length);
	ESS_SIGNING_CERT_V2_free(reference);
}

/* A signature by one certificate, which names these; NULL: none. */
static CMS_ContentInfo *
sign(X509 *signer, X509 *by_sha1, X509 *by_sha256)
{
	BIO *text = BIO_new_mem_buf(TEXT, -1);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY);
	CMS_SignerInfo *info = CMS_add1_signer(cms, signer, key, EVP_sha256(), CMS_PARTIAL);

	assert_non_null(info);
	if (by_sha1 != NULL)
		name_by_sha1(info, by_sha1);
	if (by_sha256 != NULL)
		name(info, by_sha256);
	assert_int_equal(CMS_final(cms, text, NULL, CMS_BINARY), 1);
	BIO_free(text);
	return cms;
}

/* What is told of it, which is freed. */
static struct signers
look_at(CMS_ContentInfo *cms)
{
	struct known_cas cas = {0};
	struct signers signers;
	BIO *chain = CMS_dataInit(cms, BIO_new(BIO_s_null()));

	assert_non_null(chain);
	assert_int_equal(BIO_write(chain, TEXT, sizeof(TEXT) - 1), sizeof(TEXT) - 1);
	known_cas_add(&cas, ca_certificate);
	signers_check(&signers, cms, chain, &cas, JPKI_SIGNATURE);
	assert_int_equal(signers.count, 1);
	known_cas_free(&cas);
	BIO_free_all(chain);
	CMS_ContentInfo_free(cms);
	return signers;
}

static enum signer_state
certificate_point(CMS_ContentInfo *cms)
{
	struct signers signers = look_at(cms);
	enum signer_state state = signers.list[0].point[SIGNER_CERTIFICATE].state;

	assert_int_equal(signers_state(&signers), state);
	signers_free(&signers);
	return state;
}

static void
the_certificate_is_the_one_that_is_named(void **state)
{
	assert_int_equal(certificate_point(sign(end, NULL, NULL)), SIGNER_OK);
	assert_int_equal(certificate_point(sign(end, NULL, end)), SIGNER_OK);
	assert_int_equal(certificate_point(sign(end, end, NULL)), SIGNER_OK);
	assert_int_equal(certificate_point(sign(end, end, end)), SIGNER_OK);
	assert_int_equal(certificate_point(sign(end, NULL, other)), SIGNER_WRONG);
	assert_int_equal(certificate_point(sign(end, other, NULL)), SIGNER_WRONG);
	assert_int_equal(certificate_point(sign(end, other, end)), SIGNER_WRONG);
	assert_int_equal(certificate_point(sign(end, end, other)), SIGNER_WRONG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_certificate_is_the_one_that_is_named),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
