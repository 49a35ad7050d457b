/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Not through EVP: it would pass our key to the engine that the application has made its default
 * (`openssl dgst -engine pkcs11` does), which may be the one that calls us. The functions used here
 * are deprecated since OpenSSL 3.0.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "reader/rsa.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "reader/crypto.h"

#define PSS_SALT 32
#define PSS_HASH_SIZE 32
/* The longest salt for a key of 2048 bits (RFC 8017, 9.1.1). */
#define PSS_SALT_MAX (JPKI_SIGNATURE_SIZE - PSS_HASH_SIZE - 2)

static BIGNUM *
number(const struct certificate *certificate, enum certificate_field field)
{
	return BN_bin2bn(
	    certificate->fields[field].bytes, (int)certificate->fields[field].length, NULL);
}

static RSA *
software_key(const struct certificate *certificate)
{
	BIGNUM *modulus = number(certificate, CERTIFICATE_MODULUS);
	BIGNUM *exponent = number(certificate, CERTIFICATE_EXPONENT);
	RSA *key = RSA_new();

	if (modulus != NULL && exponent != NULL && key != NULL &&
	    RSA_set_method(key, RSA_PKCS1_OpenSSL()) == 1 &&
	    RSA_set0_key(key, modulus, exponent, NULL) == 1)
		return key;
	BN_free(modulus);
	BN_free(exponent);
	RSA_free(key);
	return NULL;
}

/*
 * Call this before what may fail: otherwise `failure` could take an error that the application left
 * for ours.
 */
static void
cover_old_errors(void)
{
	ERR_raise(ERR_LIB_USER, 1);
}

/*
 * After a failure: RSA's own errors mean that the signature is wrong, all others that it could not
 * be checked.
 */
static enum verdict
failure(void)
{
	unsigned long error = ERR_peek_last_error();

	return ERR_GET_LIB(error) == ERR_LIB_RSA && (ERR_GET_RFLAGS(error) & ERR_RFLAG_COMMON) == 0
		   ? VERDICT_WRONG
		   : VERDICT_UNKNOWN;
}

/* PKCS#1 v1.5 has exactly one encoding of a value. */
static enum verdict
pkcs1_right(const uint8_t *value, size_t length, const uint8_t *encoded)
{
	uint8_t expected[JPKI_SIGNATURE_SIZE];

	if (RSA_padding_add_PKCS1_type_1(expected, sizeof(expected), value, (int)length) != 1)
		return failure();
	return memcmp(encoded, expected, sizeof(expected)) == 0 ? VERDICT_RIGHT : VERDICT_WRONG;
}

static enum verdict
pss_right(RSA *key, const uint8_t *value, const uint8_t *encoded, int salt)
{
	OSSL_LIB_CTX *context = crypto_context();
	EVP_MD *hash = context != NULL ? EVP_MD_fetch(context, "SHA256", NULL) : NULL;
	enum verdict verdict;

	if (hash == NULL)
		return VERDICT_UNKNOWN;
	cover_old_errors();
	verdict = RSA_verify_PKCS1_PSS_mgf1(key, value, hash, hash, encoded, salt) == 1
		      ? VERDICT_RIGHT
		      : failure();
	EVP_MD_free(hash);
	return verdict;
}

/* Decrypt a signature with the public key: the result is the encoded value. */
static enum verdict
decode(RSA *key, const uint8_t *signature, uint8_t encoded[JPKI_SIGNATURE_SIZE])
{
	cover_old_errors();
	return RSA_public_decrypt(JPKI_SIGNATURE_SIZE, signature, encoded, key, RSA_NO_PADDING) ==
		       JPKI_SIGNATURE_SIZE
		   ? VERDICT_RIGHT
		   : failure();
}

/* `salt` is the length of the salt, for PSS only. */
static enum verdict
verify(const struct certificate *certificate, enum jpki_signature_form form, const uint8_t *value,
    size_t length, const uint8_t *signature, int salt)
{
	uint8_t encoded[JPKI_SIGNATURE_SIZE];
	RSA *key = crypto_use() ? software_key(certificate) : NULL;
	enum verdict verdict;

	if (key == NULL)
		return VERDICT_UNKNOWN;
	verdict = decode(key, signature, encoded);
	if (verdict == VERDICT_RIGHT)
		verdict = form == JPKI_SIGN_PSS_SHA256 ? pss_right(key, value, encoded, salt)
						       : pkcs1_right(value, length, encoded);
	RSA_free(key);
	return verdict;
}

enum verdict
rsa_verify(const struct certificate *certificate, enum jpki_signature_form form,
    const uint8_t *value, size_t length, const uint8_t signature[JPKI_SIGNATURE_SIZE])
{
	return verify(certificate, form, value, length, signature, PSS_SALT);
}

enum verdict
rsa_verify_other_salt(const struct certificate *certificate, const uint8_t *value,
    const uint8_t signature[JPKI_SIGNATURE_SIZE])
{
	return verify(certificate, JPKI_SIGN_PSS_SHA256, value, PSS_HASH_SIZE, signature,
	    RSA_PSS_SALTLEN_AUTO);
}

int
rsa_salt_length(const struct certificate *certificate, const uint8_t *value,
    const uint8_t signature[JPKI_SIGNATURE_SIZE])
{
	for (int salt = 0; salt <= PSS_SALT_MAX; salt++)
		if (verify(certificate, JPKI_SIGN_PSS_SHA256, value, PSS_HASH_SIZE, signature,
			salt) == VERDICT_RIGHT)
			return salt;
	return -1;
}
