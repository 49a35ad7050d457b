/* SPDX-License-Identifier: BSD-2-Clause */
#include "scheme.h"

#include "signatures.h"

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

CK_RV
begin_signature(CK_SESSION_HANDLE session, const struct scheme *scheme)
{
	return pkcs11_sign_init(
	    pkcs11_list(p11), session, scheme->type, find_one(session, CKO_PRIVATE_KEY));
}

CK_RV
finish_signature(CK_SESSION_HANDLE session, CK_BYTE signature[SIGNATURE_SIZE])
{
	CK_ULONG length = SIGNATURE_SIZE;
	CK_RV rv = pkcs11_sign_data(
	    pkcs11_list(p11), session, message, sizeof(message), signature, &length);

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

void
begin_with_password(CK_SESSION_HANDLE session, const struct scheme *scheme)
{
	assert_ok(begin_signature(session, scheme));
	assert_ok(context_login(session, PASSWORD));
}

void
sign_with_password(CK_SESSION_HANDLE session)
{
	CK_BYTE signature[SIGNATURE_SIZE];

	begin_with_password(session, sha256_pkcs1);
	assert_ok(finish_signature(session, signature));
}

bool
signature_verifies(const struct scheme *scheme, X509 *certificate, const CK_BYTE *data,
    size_t length, const CK_BYTE *signature)
{
	return rsa_signature_verifies(
	    X509_get0_pubkey(certificate), scheme->pss, scheme->hash, data, length, signature);
}

void
assert_signs(CK_SESSION_HANDLE session, enum jpki_role role, const struct scheme *scheme)
{
	CK_BYTE signature[SIGNATURE_SIZE];

	assert_ok(sign_message(session, scheme, signature));
	assert_true(
	    signature_verifies(scheme, certificate_of(role), message, sizeof(message), signature));
}
