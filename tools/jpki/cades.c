/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>
#include <time.h>

#include <openssl/asn1.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <jpki/jpki.h>

#include "cades.h"

#define HASH 32

static bool
add_time(CMS_SignerInfo *signer)
{
	ASN1_TIME *now = X509_time_adj_ex(NULL, 0, 0, NULL);
	bool added = now != NULL && CMS_signed_add1_attr_by_NID(
					signer, NID_pkcs9_signingTime, now->type, now, -1) == 1;

	ASN1_TIME_free(now);
	return added;
}

/* Add the attributes that CMS_CADES does not add. */
static bool
add_attributes(CMS_SignerInfo *signer, const uint8_t *digest)
{
	return CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_contentType, V_ASN1_OBJECT,
		   OBJ_nid2obj(NID_pkcs7_data), -1) == 1 &&
	       CMS_signed_add1_attr_by_NID(
		   signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, digest, HASH) == 1 &&
	       add_time(signer);
}

/* An attribute as a value of any type. */
static ASN1_TYPE *
any_of(const X509_ATTRIBUTE *attribute)
{
	unsigned char *der = NULL;
	const unsigned char *at;
	int length = i2d_X509_ATTRIBUTE(attribute, &der);
	ASN1_TYPE *any = NULL;

	if (length > 0) {
		at = der;
		any = d2i_ASN1_TYPE(NULL, &at, length);
	}
	OPENSSL_free(der);
	return any;
}

static ASN1_SEQUENCE_ANY *
signed_attributes(CMS_SignerInfo *signer)
{
	ASN1_SEQUENCE_ANY *set = sk_ASN1_TYPE_new_null();

	for (int i = 0; set != NULL && i < CMS_signed_get_attr_count(signer); i++) {
		ASN1_TYPE *any = any_of(CMS_signed_get_attr(signer, i));

		if (any == NULL || sk_ASN1_TYPE_push(set, any) <= 0) {
			ASN1_TYPE_free(any);
			sk_ASN1_TYPE_pop_free(set, ASN1_TYPE_free);
			return NULL;
		}
	}
	return set;
}

/* Hash the attributes in the form in which they are signed: a set in DER order (RFC 5652, 5.4). */
static bool
hash_attributes(CMS_SignerInfo *signer, uint8_t *hash)
{
	ASN1_SEQUENCE_ANY *set = signed_attributes(signer);
	unsigned char *der = NULL;
	int length = set != NULL ? i2d_ASN1_SET_ANY(set, &der) : -1;
	bool done =
	    length > 0 && EVP_Digest(der, (size_t)length, hash, NULL, EVP_sha256(), NULL) == 1;

	OPENSSL_free(der);
	sk_ASN1_TYPE_pop_free(set, ASN1_TYPE_free);
	return done;
}

static int
sign_attributes(CMS_SignerInfo *signer, cades_signer sign, void *key)
{
	static const uint8_t prefix[] = {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
	    0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
	uint8_t info[CADES_DIGEST_INFO], signature[JPKI_SIGNATURE_SIZE];
	int rv;

	memcpy(info, prefix, sizeof(prefix));
	if (!hash_attributes(signer, info + sizeof(prefix)))
		return JPKI_ERR_MEMORY;
	rv = sign(key, info, signature, sizeof(signature));
	if (rv != JPKI_OK)
		return rv;
	return ASN1_STRING_set(
		   CMS_SignerInfo_get0_signature(signer), signature, sizeof(signature)) == 1
		   ? JPKI_OK
		   : JPKI_ERR_MEMORY;
}

static int
encode(CMS_ContentInfo *cms, uint8_t **der, size_t *length)
{
	int size;

	*der = NULL;
	size = i2d_CMS_ContentInfo(cms, der);
	if (size <= 0)
		return JPKI_ERR_MEMORY;
	*length = (size_t)size;
	return JPKI_OK;
}

int
cades_make(X509 *certificate, X509 *issuer, const uint8_t *digest, cades_signer sign, void *key,
    uint8_t **der, size_t *length)
{
	/* OpenSSL gets the public key: it only checks that it fits the certificate. */
	CMS_ContentInfo *cms =
	    CMS_sign(NULL, NULL, NULL, NULL, CMS_DETACHED | CMS_PARTIAL | CMS_BINARY);
	CMS_SignerInfo *signer =
	    cms == NULL ? NULL
			: CMS_add1_signer(cms, certificate, X509_get0_pubkey(certificate),
			      EVP_sha256(), CMS_PARTIAL | CMS_CADES | CMS_NOSMIMECAP);
	int rv = JPKI_ERR_DATA;

	if (signer == NULL || !add_attributes(signer, digest) ||
	    (issuer != NULL && CMS_add1_cert(cms, issuer) != 1))
		goto out;
	rv = sign_attributes(signer, sign, key);
	if (rv == JPKI_OK)
		rv = encode(cms, der, length);
out:
	CMS_ContentInfo_free(cms);
	return rv;
}
