/* SPDX-License-Identifier: BSD-2-Clause */
#include "pkcs11/entry.h"

CK_RV
entry_check(bool arguments_well)
{
	if (!module_running())
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	return arguments_well ? CKR_OK : CKR_ARGUMENTS_BAD;
}

CK_RV
entry_session(bool arguments_well, CK_SESSION_HANDLE handle, struct session **session)
{
	CK_RV rv = entry_check(arguments_well);

	return rv != CKR_OK ? rv : session_enter(handle, session);
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
		session_leave(*session);
	}
	return rv == CKR_OK || rv == CKR_SESSION_HANDLE_INVALID ? CKR_ARGUMENTS_BAD : rv;
}
