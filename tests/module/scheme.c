/* SPDX-License-Identifier: BSD-2-Clause */
#include "scheme.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>

const struct scheme schemes[SCHEMES] = {
    {CKM_RSA_PKCS, NULL, false},
    {CKM_SHA1_RSA_PKCS, "SHA1", false},
    {CKM_SHA224_RSA_PKCS, "SHA224", false},
    {CKM_SHA256_RSA_PKCS, "SHA256", false},
    {CKM_SHA384_RSA_PKCS, "SHA384", false},
    {CKM_SHA512_RSA_PKCS, "SHA512", false},
    {CKM_RSA_PKCS_PSS, NULL, true},
    {CKM_SHA256_RSA_PKCS_PSS, "SHA256", true},
};
const struct scheme *const raw_pkcs1 = &schemes[0];
const struct scheme *const sha256_pkcs1 = &schemes[3];
const struct scheme *const raw_pss = &schemes[6];
const struct scheme *const sha256_pss = &schemes[7];

const CK_BYTE message[HASH_SIZE] = "thirty-two bytes that are signed";

CK_BYTE *
message_copy(void)
{
	static CK_BYTE copy[sizeof(message)];

	memcpy(copy, message, sizeof(copy));
	return copy;
}

CK_MECHANISM
scheme_mechanism(const struct scheme *scheme)
{
	static CK_RSA_PKCS_PSS_PARAMS pss;

	if (!scheme->pss)
		return (CK_MECHANISM){scheme->type, NULL, 0};
	pss = (CK_RSA_PKCS_PSS_PARAMS){CKM_SHA256, CKG_MGF1_SHA256, 32};
	return (CK_MECHANISM){scheme->type, &pss, sizeof(pss)};
}

CK_RV
begin_signature(CK_SESSION_HANDLE session, const struct scheme *scheme)
{
	CK_MECHANISM mechanism = scheme_mechanism(scheme);

	return p11->C_SignInit(session, &mechanism, find_one(session, CKO_PRIVATE_KEY));
}

CK_RV
finish_signature(CK_SESSION_HANDLE session, CK_BYTE signature[SIGNATURE_SIZE])
{
	CK_ULONG length = SIGNATURE_SIZE;
	CK_RV rv = p11->C_Sign(session, message_copy(), sizeof(message), signature, &length);

	if (rv == CKR_OK)
		assert_int_equal(length, SIGNATURE_SIZE);
	return rv;
}

CK_RV
sign_message(
    CK_SESSION_HANDLE session, const struct scheme *scheme, CK_BYTE signature[SIGNATURE_SIZE])
{
	CK_RV rv = begin_signature(session, scheme);

	return rv != CKR_OK ? rv : finish_signature(session, signature);
}

static bool
set_padding(EVP_PKEY_CTX *context, const struct scheme *scheme)
{
	if (!scheme->pss)
		return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(context, HASH_SIZE) == 1;
}

static bool
hashed_verifies(const struct scheme *scheme, EVP_PKEY *key, const CK_BYTE *data, size_t length,
    const CK_BYTE *signature)
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	EVP_PKEY_CTX *context;
	bool right;

	right =
	    EVP_DigestVerifyInit_ex(digest, &context, scheme->hash, NULL, NULL, key, NULL) == 1 &&
	    set_padding(context, scheme) &&
	    EVP_DigestVerify(digest, signature, SIGNATURE_SIZE, data, length) == 1;
	EVP_MD_CTX_free(digest);
	return right;
}

/* Without a hash of its own PKCS#1 signs the data itself, PSS the hash that the data is. */
static bool
raw_verifies(const struct scheme *scheme, EVP_PKEY *key, const CK_BYTE *data, size_t length,
    const CK_BYTE *signature)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	bool right = EVP_PKEY_verify_init(context) == 1 && set_padding(context, scheme);

	if (right && scheme->pss)
		right = EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1;
	right = right && EVP_PKEY_verify(context, signature, SIGNATURE_SIZE, data, length) == 1;
	EVP_PKEY_CTX_free(context);
	return right;
}

bool
signature_verifies(const struct scheme *scheme, X509 *certificate, const CK_BYTE *data,
    size_t length, const CK_BYTE *signature)
{
	EVP_PKEY *key = X509_get0_pubkey(certificate);

	return scheme->hash != NULL ? hashed_verifies(scheme, key, data, length, signature)
				    : raw_verifies(scheme, key, data, length, signature);
}

void
assert_signs(CK_SESSION_HANDLE session, enum jpki_role role, const struct scheme *scheme)
{
	CK_BYTE signature[SIGNATURE_SIZE];

	assert_ok(sign_message(session, scheme, signature));
	assert_true(
	    signature_verifies(scheme, certificate_of(role), message, sizeof(message), signature));
}
