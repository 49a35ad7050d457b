/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/digest.h"

#include <string.h>

#include "token/object.h"
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
	if (rv == CKR_OK)
		operation_begin(&session->digest, mechanism);
	return rv;
}

/* Can the digest continue, in one part or in several? If not, it is ended. */
static CK_RV
check(struct session *session, bool one_part)
{
	CK_RV rv = operation_check(&session->digest, one_part);

	if (rv != CKR_OK)
		operation_end(&session->digest);
	return rv;
}

/*
 * Add the last data, and return the value. If only the length was asked for, the digest stays
 * active.
 */
static CK_RV
finish(struct session *session, const CK_BYTE *data, CK_ULONG length, CK_BYTE *digest,
    CK_ULONG *digest_length)
{
	struct operation_value value;
	bool proceed;
	CK_RV rv;

	rv = operation_check_output(
	    digest, digest_length, session->digest.mechanism->hash_size, &proceed);
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
	CK_RV rv = check(session, true);

	if (rv != CKR_OK)
		return rv;
	session->digest.one_part = true;
	return finish(session, data, length, digest, digest_length);
}

CK_RV
digest_update(struct session *session, const CK_BYTE *data, CK_ULONG length)
{
	CK_RV rv = check(session, false);

	if (rv == CKR_OK)
		rv = operation_update(&session->digest, data, length);
	if (rv != CKR_OK)
		operation_end(&session->digest);
	return rv;
}

/* Only secret keys could be digested, and the token has none. */
CK_RV
digest_key(struct session *session, CK_OBJECT_HANDLE key)
{
	CK_RV rv = check(session, false);

	if (rv == CKR_OK)
		rv = object_check_key(session, key, CKO_SECRET_KEY);
	return rv == CKR_KEY_FUNCTION_NOT_PERMITTED ? CKR_KEY_INDIGESTIBLE : rv;
}

CK_RV
digest_final(struct session *session, CK_BYTE *digest, CK_ULONG *digest_length)
{
	CK_RV rv = check(session, false);

	return rv != CKR_OK ? rv : finish(session, NULL, 0, digest, digest_length);
}
