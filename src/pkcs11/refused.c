/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The functions that a token which only signs refuses, made from the list of all functions in
 * pkcs11-spec/functions.h.
 */

#include "pkcs11/entry.h"

static CK_RV
refuse(const char *call, bool arguments_well, CK_SESSION_HANDLE handle, CK_RV answer)
{
	struct session *session;
	CK_RV rv = entry_session_as(call, arguments_well, handle, &session);

	if (rv != CKR_OK)
		return rv;
	return entry_leave(session, answer);
}

#pragma GCC diagnostic ignored "-Wunused-parameter"

#define NOTHING(name, ...)
#define TEMPLATE(template, count) template_given(template, count)
#define STUB(name, parameters, needs, code)                                                        \
	CK_RV name parameters                                                                      \
	{                                                                                          \
		return refuse(__func__, needs, session, code);                                     \
	}

/* clang-format off */
PKCS11_FUNCTIONS_2_40(NOTHING, STUB)
PKCS11_FUNCTIONS_3_0(NOTHING, STUB)
