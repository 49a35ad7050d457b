/* SPDX-License-Identifier: BSD-2-Clause */

/* Signing (PKCS#11 3.0, section 5.13). */

#include "pkcs11/entry.h"
#include "token/sign.h"

CK_RV
C_SignInit(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key)
{
	struct session *session;
	CK_RV rv = entry_session(true, handle, &session);

	if (rv != CKR_OK)
		return rv;
	rv = sign_init(session, mechanism, key);
	return entry_leave(session, rv);
}

CK_RV
C_Sign(CK_SESSION_HANDLE handle, CK_BYTE_PTR data, CK_ULONG length, CK_BYTE_PTR signature,
    CK_ULONG_PTR signature_length)
{
	struct session *session;
	bool well = buffer_well(data, length) && signature_length != NULL;
	CK_RV rv = entry_operation(well, handle, session_end_signature, &session);

	if (rv != CKR_OK)
		return rv;
	rv = sign_once(session, data, length, signature, signature_length);
	return entry_leave(session, rv);
}

CK_RV
C_SignUpdate(CK_SESSION_HANDLE handle, CK_BYTE_PTR part, CK_ULONG length)
{
	struct session *session;
	CK_RV rv =
	    entry_own_operation(buffer_well(part, length), handle, session_end_signature, &session);

	if (rv != CKR_OK)
		return rv;
	rv = sign_update(session, part, length);
	if (rv == CKR_OK)
		return entry_leave_own(session, rv);
	/* ending it may lock the card */
	if (session_wait_for_reader(session))
		session_end_signature(session);
	return entry_leave(session, rv);
}

CK_RV
C_SignFinal(CK_SESSION_HANDLE handle, CK_BYTE_PTR signature, CK_ULONG_PTR signature_length)
{
	struct session *session;
	CK_RV rv =
	    entry_operation(signature_length != NULL, handle, session_end_signature, &session);

	if (rv != CKR_OK)
		return rv;
	rv = sign_final(session, signature, signature_length);
	return entry_leave(session, rv);
}
