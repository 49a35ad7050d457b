/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "public_key.h"

#define RSA_BITS_MAX 4096

static EVP_PKEY *
make(const char *type, OSSL_PARAM_BLD *build)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY *key = NULL;

	if (context != NULL && parameters != NULL && EVP_PKEY_fromdata_init(context) == 1)
		(void)EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);
	OSSL_PARAM_free(parameters);
	EVP_PKEY_CTX_free(context);
	return key;
}

/* An RSA public key; its modulus is any odd number of that size, as nothing is signed with it. */
static EVP_PKEY *
make_rsa(size_t bits)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	unsigned char bytes[RSA_BITS_MAX / 8];
	EVP_PKEY *key = NULL;
	BIGNUM *modulus;

	memset(bytes, 0xc5, sizeof(bytes));
	modulus = BN_bin2bn(bytes, (int)(bits / 8), NULL);
	if (build != NULL && modulus != NULL &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
	    OSSL_PARAM_BLD_push_ulong(build, OSSL_PKEY_PARAM_RSA_E, RSA_F4) == 1)
		key = make("RSA", build);
	BN_free(modulus);
	OSSL_PARAM_BLD_free(build);
	return key;
}

/* The point is the generator: its private key is 1. */
static EVP_PKEY *
make_ec(void)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_secp384r1);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	unsigned char *point = NULL;
	EVP_PKEY *key = NULL;
	size_t length = 0;

	if (group != NULL)
		length = EC_POINT_point2buf(group, EC_GROUP_get0_generator(group),
		    POINT_CONVERSION_UNCOMPRESSED, &point, NULL);
	if (build != NULL && length > 0 &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, SN_secp384r1, 0) ==
		1 &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, length) == 1)
		key = make("EC", build);
	OPENSSL_free(point);
	OSSL_PARAM_BLD_free(build);
	EC_GROUP_free(group);
	return key;
}

EVP_PKEY *
public_key_make(enum certificate_form form)
{
	switch (form) {
	case FORM_RSA_1024:
		return make_rsa(1024);
	case FORM_RSA_4096:
		return make_rsa(RSA_BITS_MAX);
	case FORM_EC:
		return make_ec();
	default:
		return make_rsa(2048);
	}
}
