/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/verify.h"

#include "reader/contents.h"
#include "reader/rsa.h"
#include "token/object.h"
#include "token/operation.h"
#include "token/rv.h"

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
	if (mechanism->pss && !contents_offers_pss(session_key(session)))
		return mechanism_without_pss(); /* though software could do it */
	rv = object_check_key(session, key, CKO_PUBLIC_KEY);
	if (rv != CKR_OK)
		return rv;
	operation_begin(&session->verify, mechanism);
	session->verify.key = key;
	return CKR_OK;
}

static CK_RV
check(struct session *session, const CK_BYTE *data, CK_ULONG length, const CK_BYTE *signature,
    CK_ULONG signature_length)
{
	struct key *key = session_key(session);
	struct operation_value value;
	struct certificate *certificate;
	CK_RV rv;
	int result = JPKI_OK;

	if (object_find(session, session->verify.key) == NULL)
		return CKR_OPERATION_NOT_INITIALIZED; /* the key has gone with the login */
	rv = operation_value(&session->verify, data, length, &value);
	if (rv != CKR_OK)
		return rv;
	if (signature_length != JPKI_SIGNATURE_SIZE)
		return CKR_SIGNATURE_LEN_RANGE;
	if (!contents_knows_public_key(session->reader, session->role))
		result = contents_certificate(
		    session->reader, session->role, JPKI_CERTIFICATE, &certificate);
	if (result != JPKI_OK)
		return rv_of(result);
	return answers[rsa_verify(contents_public_key(key), session->verify.mechanism->form,
	    value.bytes, value.length, signature)];
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
