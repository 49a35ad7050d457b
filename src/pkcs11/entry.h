/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PKCS11_ENTRY_H
#define PKCS11_ENTRY_H

/*
 * The entry points: each checks its arguments, enters the session, calls one verb of the token
 * layer, leaves. The order of the checks is the one that other modules have and tests expect:
 * initialised, arguments, session, state.
 */

#include "token/cryptoki.h"
#include "token/session.h"

/*
 * Enter the module: CKR_CRYPTOKI_NOT_INITIALIZED, or CKR_ARGUMENTS_BAD unless the arguments are
 * well. After CKR_OK the caller leaves it by entry_done, which passes on its result. `call` is the
 * function's name, for the log.
 */
CK_RV entry_check_as(const char *call, bool arguments_well);
CK_RV entry_done(CK_RV rv);

/* The same, and enter the session; after CKR_OK the caller leaves both by entry_leave. */
CK_RV entry_session_as(
    const char *call, bool arguments_well, CK_SESSION_HANDLE handle, struct session **session);
CK_RV entry_leave(struct session *session, CK_RV rv);

/*
 * The same for a function that ends its operation whatever comes of it, except that a length is
 * asked for or told (section 5.2): bad arguments end it too.
 */
CK_RV entry_operation_as(const char *call, bool arguments_well, CK_SESSION_HANDLE handle,
    void (*end)(struct session *), struct session **session);

/*
 * The same two for what works on the session's own state alone (session_enter_own): it waits for no
 * card. To be left by entry_leave_own.
 */
CK_RV entry_own_as(
    const char *call, bool arguments_well, CK_SESSION_HANDLE handle, struct session **session);
CK_RV entry_own_operation_as(const char *call, bool arguments_well, CK_SESSION_HANDLE handle,
    void (*end)(struct session *), struct session **session);
CK_RV entry_leave_own(struct session *session, CK_RV rv);

#define entry_check(...) entry_check_as(__func__, __VA_ARGS__)
#define entry_session(...) entry_session_as(__func__, __VA_ARGS__)
#define entry_operation(...) entry_operation_as(__func__, __VA_ARGS__)
#define entry_own(...) entry_own_as(__func__, __VA_ARGS__)
#define entry_own_operation(...) entry_own_operation_as(__func__, __VA_ARGS__)

/* May this be a buffer of that many bytes? */
static inline bool
buffer_well(const void *buffer, CK_ULONG length)
{
	return buffer != NULL || length == 0;
}

/* Are there as many attributes as are counted, as far as can be seen? */
static inline bool
template_given(const CK_ATTRIBUTE *template, CK_ULONG count)
{
	return template != NULL || count == 0;
}

#endif
