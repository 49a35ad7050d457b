/* SPDX-License-Identifier: BSD-2-Clause */
#include "pkcs11/entry.h"

#include "base/log.h"
#include "reader/library.h"
#include "token/rv.h"

/* The C_ function that this thread is in, for the log. */
static _Thread_local const char *current;

static CK_RV
bad_arguments(void)
{
	return rv_because(
	    CKR_ARGUMENTS_BAD, "a pointer is NULL that must not be, or a length is none");
}

static CK_RV
check(const char *call, bool arguments_well, bool (*enter)(void))
{
	current = call;
	if (!enter())
		return CKR_CRYPTOKI_NOT_INITIALIZED; /* not logged: the log is not open */
	return arguments_well ? CKR_OK : entry_done(bad_arguments());
}

CK_RV
entry_check_as(const char *call, bool arguments_well)
{
	return check(call, arguments_well, library_enter);
}

CK_RV
entry_done(CK_RV rv)
{
	log_line(LOG_TRACE, "%s: %s (0x%lX)", current, rv_name(rv), rv);
	library_leave(); /* after this the log may be closed */
	return rv;
}

CK_RV
entry_session_as(
    const char *call, bool arguments_well, CK_SESSION_HANDLE handle, struct session **session)
{
	CK_RV rv = check(call, arguments_well, library_enter_prepared);

	if (rv != CKR_OK)
		return rv;
	rv = session_enter(handle, session);
	return rv != CKR_OK ? entry_done(rv) : CKR_OK;
}

CK_RV
entry_leave(struct session *session, CK_RV rv)
{
	session_leave(session);
	return entry_done(rv);
}

CK_RV
entry_operation_as(const char *call, bool arguments_well, CK_SESSION_HANDLE handle,
    void (*end)(struct session *), struct session **session)
{
	CK_RV rv = check(call, true, library_enter_prepared);

	if (rv != CKR_OK)
		return rv;
	rv = session_enter(handle, session);
	if (arguments_well)
		return rv != CKR_OK ? entry_done(rv) : CKR_OK;
	if (rv == CKR_OK) {
		end(*session);
		session_leave(*session);
	}
	if (rv == CKR_OK || rv == CKR_SESSION_HANDLE_INVALID)
		rv = bad_arguments();
	return entry_done(rv);
}

CK_RV
entry_own_as(
    const char *call, bool arguments_well, CK_SESSION_HANDLE handle, struct session **session)
{
	CK_RV rv = entry_check_as(call, arguments_well);

	if (rv != CKR_OK)
		return rv;
	rv = session_enter_own(handle, session);
	return rv != CKR_OK ? entry_done(rv) : CKR_OK;
}

CK_RV
entry_leave_own(struct session *session, CK_RV rv)
{
	session_leave_own(session);
	return entry_done(rv);
}

CK_RV
entry_own_operation_as(const char *call, bool arguments_well, CK_SESSION_HANDLE handle,
    void (*end)(struct session *), struct session **session)
{
	return arguments_well ? entry_own_as(call, true, handle, session)
			      : entry_operation_as(call, false, handle, end, session);
}
