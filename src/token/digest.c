/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "token/operation.h"

CK_RV
digest_init(struct session *session, const CK_MECHANISM *given)
{
	const struct mechanism *mechanism;
	CK_RV rv;

	if (given == NULL)
		return operation_cancel(&session->digest);
	if (session->digest.active)
		return CKR_OPERATION_ACTIVE;
	rv = mechanism_check(given, CKF_DIGEST, &mechanism);
	return rv != CKR_OK ? rv : operation_begin(&session->digest, mechanism);
}

/* The last data of a digest, and its value. Leaves it active if only the length was asked. */
static CK_RV
finish(struct session *session, const CK_BYTE *data, CK_ULONG length, CK_BYTE *digest,
    CK_ULONG *digest_length)
{
	struct operation_value value;
	bool proceed;
	CK_RV rv;

	rv = output_check(digest, digest_length, session->digest.mechanism->hash_size, &proceed);
	if (!proceed)
		return rv;
	rv = operation_value(&session->digest, data, length, &value);
	if (rv == CKR_OK)
		memcpy(digest, value.bytes, value.length);
	operation_end(&session->digest);
	return rv;
}

CK_RV
digest_once(struct session *session, const CK_BYTE *data, CK_ULONG length, CK_BYTE *digest,
    CK_ULONG *digest_length)
{
	if (!session->digest.active)
		return CKR_OPERATION_NOT_INITIALIZED;
	if (session->digest.multi_part) {
		operation_end(&session->digest);
		return CKR_OPERATION_ACTIVE; /* updates are ended with C_DigestFinal */
	}
	return finish(session, data, length, digest, digest_length);
}

CK_RV
digest_update(struct session *session, const CK_BYTE *data, CK_ULONG length)
{
	CK_RV rv;

	if (!session->digest.active)
		return CKR_OPERATION_NOT_INITIALIZED;
	rv = operation_update(&session->digest, data, length);
	if (rv != CKR_OK)
		operation_end(&session->digest);
	return rv;
}

CK_RV
digest_final(struct session *session, CK_BYTE *digest, CK_ULONG *digest_length)
{
	if (!session->digest.active)
		return CKR_OPERATION_NOT_INITIALIZED;
	return finish(session, NULL, 0, digest, digest_length);
}
