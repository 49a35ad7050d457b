/* SPDX-License-Identifier: BSD-2-Clause */

/* Verifying (PKCS#11 3.0, section 5.15). */

#include "pkcs11/entry.h"
#include "token/verify.h"

static void
end(struct session *session)
{
	operation_end(&session->verify);
}

CK_RV
C_VerifyInit(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key)
{
	struct session *session;
	CK_RV rv = entry_session(true, handle, &session);

	if (rv != CKR_OK)
		return rv;
	rv = verify_init(session, mechanism, key);
	return entry_leave(session, rv);
}

CK_RV
C_Verify(CK_SESSION_HANDLE handle, CK_BYTE_PTR data, CK_ULONG length, CK_BYTE_PTR signature,
    CK_ULONG signature_length)
{
	struct session *session;
	bool well = buffer_well(data, length) && signature != NULL;
	CK_RV rv = entry_operation(well, handle, end, &session);

	if (rv != CKR_OK)
		return rv;
	rv = verify_once(session, data, length, signature, signature_length);
	return entry_leave(session, rv);
}

CK_RV
C_VerifyUpdate(CK_SESSION_HANDLE handle, CK_BYTE_PTR part, CK_ULONG length)
{
	struct session *session;
	CK_RV rv = entry_own_operation(buffer_well(part, length), handle, end, &session);

	if (rv != CKR_OK)
		return rv;
	rv = verify_update(session, part, length);
	return entry_leave_own(session, rv);
}

CK_RV
C_VerifyFinal(CK_SESSION_HANDLE handle, CK_BYTE_PTR signature, CK_ULONG signature_length)
{
	struct session *session;
	CK_RV rv = entry_operation(signature != NULL, handle, end, &session);

	if (rv != CKR_OK)
		return rv;
	rv = verify_final(session, signature, signature_length);
	return entry_leave(session, rv);
}
