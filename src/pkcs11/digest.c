/* SPDX-License-Identifier: BSD-2-Clause */

/* Message digesting (PKCS#11 3.0, section 5.12). */

#include "pkcs11/entry.h"
#include "token/digest.h"

static void
end(struct session *session)
{
	operation_end(&session->digest);
}

CK_RV
C_DigestInit(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism)
{
	struct session *session;
	CK_RV rv = entry_own(true, handle, &session);

	if (rv != CKR_OK)
		return rv;
	rv = digest_init(session, mechanism);
	return entry_leave_own(session, rv);
}

CK_RV
C_Digest(CK_SESSION_HANDLE handle, CK_BYTE_PTR data, CK_ULONG length, CK_BYTE_PTR digest,
    CK_ULONG_PTR digest_length)
{
	struct session *session;
	bool well = buffer_well(data, length) && digest_length != NULL;
	CK_RV rv = entry_own_operation(well, handle, end, &session);

	if (rv != CKR_OK)
		return rv;
	rv = digest_once(session, data, length, digest, digest_length);
	return entry_leave_own(session, rv);
}

CK_RV
C_DigestUpdate(CK_SESSION_HANDLE handle, CK_BYTE_PTR part, CK_ULONG length)
{
	struct session *session;
	CK_RV rv = entry_own_operation(buffer_well(part, length), handle, end, &session);

	if (rv != CKR_OK)
		return rv;
	rv = digest_update(session, part, length);
	return entry_leave_own(session, rv);
}

CK_RV
C_DigestKey(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE key)
{
	struct session *session;
	CK_RV rv = entry_session(true, handle, &session);

	if (rv != CKR_OK)
		return rv;
	rv = digest_key(session, key);
	return entry_leave(session, rv);
}

CK_RV
C_DigestFinal(CK_SESSION_HANDLE handle, CK_BYTE_PTR digest, CK_ULONG_PTR digest_length)
{
	struct session *session;
	CK_RV rv = entry_own_operation(digest_length != NULL, handle, end, &session);

	if (rv != CKR_OK)
		return rv;
	rv = digest_final(session, digest, digest_length);
	return entry_leave_own(session, rv);
}
