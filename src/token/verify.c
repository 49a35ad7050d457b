/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "token/crypto.h"
#include "token/object.h"
#include "token/rv.h"
#include "token/signature.h"

#define PSS_SALT 32

/* PKCS#1 v1.5: what the padding is around must be the value. */
static bool
pkcs1_right(EVP_PKEY_CTX *context, const struct operation_value *value, const CK_BYTE *signature)
{
	CK_BYTE recovered[JPKI_SIGNATURE_SIZE];
	size_t length = sizeof(recovered);

	return EVP_PKEY_verify_recover_init(context) == 1 &&
	       EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
	       EVP_PKEY_verify_recover(
		   context, recovered, &length, signature, JPKI_SIGNATURE_SIZE) == 1 &&
	       length == value->length && memcmp(recovered, value->bytes, length) == 0;
}

static bool
pss_right(
    EVP_PKEY_CTX *context, const struct operation_value *value, const CK_BYTE *signature, int salt)
{
	char hash[] = "SHA256", padding[] = OSSL_PKEY_RSA_PAD_MODE_PSS;
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, padding, sizeof(padding) - 1),
	    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, hash, sizeof(hash) - 1),
	    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, hash, sizeof(hash) - 1),
	    OSSL_PARAM_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, &salt),
	    OSSL_PARAM_END,
	};

	return EVP_PKEY_verify_init_ex(context, params) == 1 &&
	       EVP_PKEY_verify(
		   context, signature, JPKI_SIGNATURE_SIZE, value->bytes, value->length) == 1;
}

bool
signature_right(const struct certificate *certificate, const struct mechanism *mechanism,
    const struct operation_value *value, const CK_BYTE signature[JPKI_SIGNATURE_SIZE])
{
	EVP_PKEY_CTX *context =
	    EVP_PKEY_CTX_new_from_pkey(crypto_context(), certificate->key, NULL);
	bool right;

	if (context == NULL)
		return false;
	right = mechanism->pss ? pss_right(context, value, signature, PSS_SALT)
			       : pkcs1_right(context, value, signature);
	EVP_PKEY_CTX_free(context);
	return right;
}

bool
signature_other_salt(const struct certificate *certificate, const struct operation_value *value,
    const CK_BYTE signature[JPKI_SIGNATURE_SIZE])
{
	EVP_PKEY_CTX *context =
	    EVP_PKEY_CTX_new_from_pkey(crypto_context(), certificate->key, NULL);
	bool right;

	right = context != NULL && pss_right(context, value, signature, RSA_PSS_SALTLEN_AUTO);
	EVP_PKEY_CTX_free(context);
	return right;
}

CK_RV
verify_init(struct session *session, const CK_MECHANISM *given, CK_OBJECT_HANDLE key)
{
	const struct mechanism *mechanism;
	const struct object *object;
	CK_RV rv;

	if (given == NULL)
		return operation_cancel(&session->verify);
	if (session->verify.active)
		return CKR_OPERATION_ACTIVE;
	rv = mechanism_check(given, CKF_VERIFY, &mechanism);
	if (rv != CKR_OK)
		return rv;
	object = object_find(session, key);
	if (object == NULL)
		return CKR_KEY_HANDLE_INVALID;
	if (object_class(object) != CKO_PUBLIC_KEY)
		return CKR_KEY_TYPE_INCONSISTENT;
	return operation_begin(&session->verify, mechanism);
}

static CK_RV
check(struct session *session, const CK_BYTE *data, CK_ULONG length, const CK_BYTE *signature,
    CK_ULONG signature_length)
{
	struct operation_value value;
	struct certificate *certificate;
	CK_RV rv;
	int result;

	rv = operation_value(&session->verify, data, length, &value);
	if (rv != CKR_OK)
		return rv;
	if (signature_length != JPKI_SIGNATURE_SIZE)
		return CKR_SIGNATURE_LEN_RANGE;
	result = reader_certificate(session->reader, session->role, JPKI_CERTIFICATE, &certificate);
	if (result != JPKI_OK)
		return rv_of(result);
	return signature_right(certificate, session->verify.mechanism, &value, signature)
		   ? CKR_OK
		   : CKR_SIGNATURE_INVALID;
}

CK_RV
verify_once(struct session *session, const CK_BYTE *data, CK_ULONG length, const CK_BYTE *signature,
    CK_ULONG signature_length)
{
	CK_RV rv = CKR_OPERATION_ACTIVE; /* updates are ended with C_VerifyFinal */

	if (!session->verify.active)
		return CKR_OPERATION_NOT_INITIALIZED;
	if (!session->verify.multi_part)
		rv = check(session, data, length, signature, signature_length);
	operation_end(&session->verify);
	return rv;
}

CK_RV
verify_update(struct session *session, const CK_BYTE *data, CK_ULONG length)
{
	CK_RV rv;

	if (!session->verify.active)
		return CKR_OPERATION_NOT_INITIALIZED;
	rv = operation_update(&session->verify, data, length);
	if (rv != CKR_OK)
		operation_end(&session->verify);
	return rv;
}

CK_RV
verify_final(struct session *session, const CK_BYTE *signature, CK_ULONG signature_length)
{
	CK_RV rv;

	if (!session->verify.active)
		return CKR_OPERATION_NOT_INITIALIZED;
	rv = check(session, NULL, 0, signature, signature_length);
	operation_end(&session->verify);
	return rv;
}
