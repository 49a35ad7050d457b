/* SPDX-License-Identifier: BSD-2-Clause */
#include "signatures.h"

#include <openssl/rsa.h>

#define SALT_SIZE 32

static bool
set_padding(EVP_PKEY_CTX *context, bool pss)
{
	if (!pss)
		return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(context, SALT_SIZE) == 1;
}

static bool
hashed_verifies(EVP_PKEY *key, bool pss, const char *hash, const void *data, size_t length,
    const uint8_t *signature)
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	EVP_PKEY_CTX *context;
	bool right;

	right = EVP_DigestVerifyInit_ex(digest, &context, hash, NULL, NULL, key, NULL) == 1 &&
		set_padding(context, pss) &&
		EVP_DigestVerify(digest, signature, JPKI_SIGNATURE_SIZE, data, length) == 1;
	EVP_MD_CTX_free(digest);
	return right;
}

bool
rsa_signature_verifies(EVP_PKEY *key, bool pss, const char *hash, const void *data, size_t length,
    const uint8_t signature[JPKI_SIGNATURE_SIZE])
{
	EVP_PKEY_CTX *context;
	bool right;

	if (hash != NULL)
		return hashed_verifies(key, pss, hash, data, length, signature);
	context = EVP_PKEY_CTX_new(key, NULL);
	right = EVP_PKEY_verify_init(context) == 1 && set_padding(context, pss) &&
		(!pss || EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1) &&
		EVP_PKEY_verify(context, signature, JPKI_SIGNATURE_SIZE, data, length) == 1;
	EVP_PKEY_CTX_free(context);
	return right;
}
