/* SPDX-License-Identifier: BSD-2-Clause */
#include "pkcs11/entry.h"

CK_RV
entry_check(bool arguments_well)
{
	if (!module_enter())
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	return arguments_well ? CKR_OK : entry_done(CKR_ARGUMENTS_BAD);
}

CK_RV
entry_done(CK_RV rv)
{
	module_leave();
	return rv;
}

CK_RV
entry_session(bool arguments_well, CK_SESSION_HANDLE handle, struct session **session)
{
	CK_RV rv = entry_check(arguments_well);

	if (rv != CKR_OK)
		return rv;
	rv = session_enter(handle, session);
	return rv != CKR_OK ? entry_done(rv) : CKR_OK;
}

void
entry_leave(struct session *session)
{
	session_leave(session);
	module_leave();
}

CK_RV
entry_operation(bool arguments_well, CK_SESSION_HANDLE handle, void (*end)(struct session *),
    struct session **session)
{
	CK_RV rv = entry_session(true, handle, session);

	if (arguments_well)
		return rv;
	if (rv == CKR_OK) {
		end(*session);
		entry_leave(*session);
	}
	return rv == CKR_OK || rv == CKR_SESSION_HANDLE_INVALID ? CKR_ARGUMENTS_BAD : rv;
}
