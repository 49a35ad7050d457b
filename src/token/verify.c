/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Through EVP a key of ours would go to whatever engine the application has made its default
 * (`openssl dgst -engine pkcs11` does), and that engine may be the one that calls us. The
 * functions that name their implementation are deprecated since OpenSSL 3.0.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "token/crypto.h"
#include "token/object.h"
#include "token/rv.h"
#include "token/signature.h"

#define PSS_SALT 32

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

/* To come before what may fail: the last error may be one that the application left. */
static void
cover_old_errors(void)
{
	ERR_raise(ERR_LIB_USER, 1);
}

/* After a failure. That a signature is wrong is what RSA has its own errors for. */
static enum verdict
failure(void)
{
	unsigned long error = ERR_peek_last_error();

	return ERR_GET_LIB(error) == ERR_LIB_RSA && (ERR_GET_RFLAGS(error) & ERR_RFLAG_COMMON) == 0
		   ? VERDICT_WRONG
		   : VERDICT_UNKNOWN;
}

/* PKCS#1 v1.5: there is one encoding of the value. */
static enum verdict
pkcs1_right(const struct operation_value *value, const CK_BYTE *encoded)
{
	CK_BYTE expected[JPKI_SIGNATURE_SIZE];

	if (RSA_padding_add_PKCS1_type_1(
		expected, sizeof(expected), value->bytes, (int)value->length) != 1)
		return failure();
	return memcmp(encoded, expected, sizeof(expected)) == 0 ? VERDICT_RIGHT : VERDICT_WRONG;
}

static enum verdict
pss_right(RSA *key, const struct operation_value *value, const CK_BYTE *encoded, int salt)
{
	EVP_MD *hash = EVP_MD_fetch(crypto_context(), "SHA256", NULL);
	enum verdict verdict;

	if (hash == NULL)
		return VERDICT_UNKNOWN;
	cover_old_errors();
	verdict = RSA_verify_PKCS1_PSS_mgf1(key, value->bytes, hash, hash, encoded, salt) == 1
		      ? VERDICT_RIGHT
		      : failure();
	EVP_MD_free(hash);
	return verdict;
}

static enum verdict
right(const struct certificate *certificate, const struct operation_value *value,
    const CK_BYTE *signature, bool pss, int salt)
{
	CK_BYTE encoded[JPKI_SIGNATURE_SIZE];
	RSA *key = software_key(certificate);
	enum verdict verdict;

	if (key == NULL)
		return VERDICT_UNKNOWN;
	cover_old_errors();
	if (RSA_public_decrypt(JPKI_SIGNATURE_SIZE, signature, encoded, key, RSA_NO_PADDING) !=
	    JPKI_SIGNATURE_SIZE)
		verdict = failure();
	else
		verdict = pss ? pss_right(key, value, encoded, salt) : pkcs1_right(value, encoded);
	RSA_free(key);
	return verdict;
}

enum verdict
signature_right(const struct certificate *certificate, const struct mechanism *mechanism,
    const struct operation_value *value, const CK_BYTE signature[JPKI_SIGNATURE_SIZE])
{
	return right(certificate, value, signature, mechanism->pss, PSS_SALT);
}

enum verdict
signature_other_salt(const struct certificate *certificate, const struct operation_value *value,
    const CK_BYTE signature[JPKI_SIGNATURE_SIZE])
{
	return right(certificate, value, signature, true, RSA_PSS_SALTLEN_AUTO);
}

static const CK_RV answers[] = {
    [VERDICT_RIGHT] = CKR_OK,
    [VERDICT_WRONG] = CKR_SIGNATURE_INVALID,
    [VERDICT_UNKNOWN] = CKR_HOST_MEMORY,
};

CK_RV
verify_init(struct session *session, const CK_MECHANISM *given, CK_OBJECT_HANDLE key)
{
	const struct mechanism *mechanism;
	CK_RV rv;

	if (given == NULL)
		return operation_cancel(&session->verify);
	if (session->verify.active)
		return CKR_OPERATION_ACTIVE;
	rv = mechanism_check(given, CKF_VERIFY, &mechanism);
	if (rv != CKR_OK)
		return rv;
	if (mechanism->pss && !token_offers_pss(session_token(session)))
		return CKR_MECHANISM_INVALID; /* though we could: the token says that it cannot */
	rv = object_check_key(session, key, CKO_PUBLIC_KEY);
	if (rv == CKR_OK)
		rv = operation_begin(&session->verify, mechanism);
	session->verify.key = key;
	return rv;
}

static CK_RV
check(struct session *session, const CK_BYTE *data, CK_ULONG length, const CK_BYTE *signature,
    CK_ULONG signature_length)
{
	struct operation_value value;
	struct certificate *certificate;
	CK_RV rv;
	int result;

	if (object_find(session, session->verify.key) == NULL)
		return CKR_OPERATION_NOT_INITIALIZED; /* it went with the login */
	rv = operation_value(&session->verify, data, length, &value);
	if (rv != CKR_OK)
		return rv;
	if (signature_length != JPKI_SIGNATURE_SIZE)
		return CKR_SIGNATURE_LEN_RANGE;
	result = reader_certificate(session->reader, session->role, JPKI_CERTIFICATE, &certificate);
	if (result != JPKI_OK)
		return rv_of(result);
	return answers[signature_right(certificate, session->verify.mechanism, &value, signature)];
}

CK_RV
verify_once(struct session *session, const CK_BYTE *data, CK_ULONG length, const CK_BYTE *signature,
    CK_ULONG signature_length)
{
	CK_RV rv = operation_check(&session->verify, true);

	if (rv == CKR_OK)
		rv = check(session, data, length, signature, signature_length);
	operation_end(&session->verify);
	return rv;
}

CK_RV
verify_update(struct session *session, const CK_BYTE *data, CK_ULONG length)
{
	CK_RV rv = operation_check(&session->verify, false);

	if (rv == CKR_OK)
		rv = operation_update(&session->verify, data, length);
	if (rv != CKR_OK)
		operation_end(&session->verify);
	return rv;
}

CK_RV
verify_final(struct session *session, const CK_BYTE *signature, CK_ULONG signature_length)
{
	CK_RV rv = operation_check(&session->verify, false);

	if (rv == CKR_OK)
		rv = check(session, NULL, 0, signature, signature_length);
	operation_end(&session->verify);
	return rv;
}
