/* SPDX-License-Identifier: BSD-2-Clause */

/* Session management (PKCS#11 3.0, section 5.6) and parallel functions (5.20). */

#include "token/session.h"

#include "pkcs11/entry.h"
#include "token/user.h"
#include "token/slot.h"

CK_RV
C_OpenSession(CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR application, CK_NOTIFY notify,
    CK_SESSION_HANDLE_PTR handle)
{
	CK_RV rv = entry_check(handle != NULL);

	(void)application; /* only for callbacks, which this module does not make */
	(void)notify;
	if (rv != CKR_OK)
		return rv;
	if ((flags & CKF_SERIAL_SESSION) == 0)
		rv = CKR_SESSION_PARALLEL_NOT_SUPPORTED;
	else if ((flags & CKF_ASYNC_SESSION) != 0)
		rv = CKR_SESSION_ASYNC_NOT_SUPPORTED;
	else
		rv = slot_open_session(slot, flags & (CKF_SERIAL_SESSION | CKF_RW_SESSION), handle);
	return entry_done(rv);
}

CK_RV
C_CloseSession(CK_SESSION_HANDLE handle)
{
	struct session *session;
	CK_RV rv = entry_own(true, handle, &session);

	if (rv != CKR_OK)
		return rv;
	if (session_close_own(session))
		return entry_leave_own(session, CKR_OK);
	if (session_wait_for_reader(session))
		session_close(session);
	else
		rv = CKR_SESSION_HANDLE_INVALID;
	return entry_leave(session, rv);
}

CK_RV
C_CloseAllSessions(CK_SLOT_ID slot)
{
	CK_RV rv = entry_check(true);

	return rv != CKR_OK ? rv : entry_done(slot_close_sessions(slot));
}

CK_RV
C_GetSessionInfo(CK_SESSION_HANDLE handle, CK_SESSION_INFO_PTR info)
{
	CK_RV rv = entry_check(info != NULL);

	return rv != CKR_OK ? rv : entry_done(session_info(handle, info));
}

static CK_RV
login(struct session *session, CK_USER_TYPE type, CK_UTF8CHAR_PTR pin, CK_ULONG length)
{
	switch (type) {
	case CKU_USER:
		return user_login(session, pin, length);
	case CKU_CONTEXT_SPECIFIC:
		return user_login_context(session, pin, length);
	case CKU_SO:
		return user_login_officer(session);
	default:
		return CKR_USER_TYPE_INVALID;
	}
}

CK_RV
C_Login(CK_SESSION_HANDLE handle, CK_USER_TYPE type, CK_UTF8CHAR_PTR pin, CK_ULONG length)
{
	struct session *session;
	CK_RV rv = entry_session(pin != NULL, handle, &session); /* there is no PIN pad */

	if (rv != CKR_OK)
		return rv;
	rv = login(session, type, pin, length);
	return entry_leave(session, rv);
}

/* The token's user has no name, so only an empty name is accepted. */
CK_RV
C_LoginUser(CK_SESSION_HANDLE handle, CK_USER_TYPE type, CK_UTF8CHAR_PTR pin, CK_ULONG length,
    CK_UTF8CHAR_PTR username, CK_ULONG username_length)
{
	bool well = pin != NULL && buffer_well(username, username_length);
	struct session *session;
	CK_RV rv = entry_session(well, handle, &session);

	if (rv != CKR_OK)
		return rv;
	if (username_length > 0)
		rv = CKR_ARGUMENTS_BAD;
	else
		rv = login(session, type, pin, length);
	return entry_leave(session, rv);
}

CK_RV
C_Logout(CK_SESSION_HANDLE handle)
{
	struct session *session;
	CK_RV rv = entry_session(true, handle, &session);

	if (rv != CKR_OK)
		return rv;
	rv = user_logout(session);
	return entry_leave(session, rv);
}

CK_RV
C_SessionCancel(CK_SESSION_HANDLE handle, CK_FLAGS flags)
{
	struct session *session;
	CK_RV rv = entry_session(true, handle, &session);

	if (rv != CKR_OK)
		return rv;
	if ((flags & CKF_FIND_OBJECTS) != 0)
		session->search.active = false;
	if ((flags & CKF_DIGEST) != 0)
		operation_end(&session->digest);
	if ((flags & CKF_SIGN) != 0)
		session_end_signature(session);
	if ((flags & CKF_VERIFY) != 0)
		operation_end(&session->verify);
	return entry_leave(session, CKR_OK);
}

/* Legacy functions: no function runs in parallel with the application. */
CK_RV
C_GetFunctionStatus(CK_SESSION_HANDLE handle)
{
	struct session *session;
	CK_RV rv = entry_session(true, handle, &session);

	if (rv != CKR_OK)
		return rv;
	return entry_leave(session, CKR_FUNCTION_NOT_PARALLEL);
}

CK_RV
C_CancelFunction(CK_SESSION_HANDLE handle)
{
	return C_GetFunctionStatus(handle);
}
