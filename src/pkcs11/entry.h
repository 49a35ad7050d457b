/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PKCS11_ENTRY_H
#define PKCS11_ENTRY_H

/*
 * The entry points: each checks its arguments, enters the session, calls one function of the token
 * layer, and leaves. The order of the checks is that of other modules, which tests expect:
 * initialised, arguments, session, state.
 */

#include "token/cryptoki.h"
#include "token/session.h"

/*
 * Each of the functions named entry_..._as enters the module for one call; `call` is the name of
 * the C_ function, for the log. After CKR_OK the caller must leave by the function that is named
 * with it; after an error there is nothing to leave.
 */

/*
 * Enter the module. CKR_OK; CKR_CRYPTOKI_NOT_INITIALIZED; CKR_ARGUMENTS_BAD if `arguments_well` is
 * false. Left by entry_done, which returns the result that it is given.
 */
CK_RV entry_check_as(const char *call, bool arguments_well);
CK_RV entry_done(CK_RV rv);

/*
 * Enter the module and the session (session_enter). CKR_OK; CKR_CRYPTOKI_NOT_INITIALIZED;
 * CKR_ARGUMENTS_BAD if `arguments_well` is false; CKR_SESSION_HANDLE_INVALID; CKR_DEVICE_REMOVED.
 * Left by entry_leave, which returns the result that it is given.
 */
CK_RV entry_session_as(
    const char *call, bool arguments_well, CK_SESSION_HANDLE handle, struct session **session);
CK_RV entry_leave(struct session *session, CK_RV rv);

/*
 * Enter the module and the session for a function that ends its operation whatever its result,
 * unless it only returns a length (section 5.2). So bad arguments end the operation, too: `end` is
 * called for that. CKR_OK; CKR_CRYPTOKI_NOT_INITIALIZED; CKR_DEVICE_REMOVED;
 * CKR_SESSION_HANDLE_INVALID, but CKR_ARGUMENTS_BAD if `arguments_well` is false as well. Left by
 * entry_leave.
 */
CK_RV entry_operation_as(const char *call, bool arguments_well, CK_SESSION_HANDLE handle,
    void (*end)(struct session *), struct session **session);

/*
 * Enter the module, and the session with its own lock alone (session_enter_own), for functions that
 * need only the session's state: waits for no card. CKR_OK; CKR_CRYPTOKI_NOT_INITIALIZED;
 * CKR_ARGUMENTS_BAD if `arguments_well` is false; CKR_SESSION_HANDLE_INVALID; CKR_DEVICE_REMOVED.
 * Left by entry_leave_own, which returns the result that it is given.
 */
CK_RV entry_own_as(
    const char *call, bool arguments_well, CK_SESSION_HANDLE handle, struct session **session);

/*
 * entry_own_as for a function that ends its operation whatever its result. With bad arguments
 * (`arguments_well` is false) it ends the operation as entry_operation_as does, which may wait for
 * a card, and never returns CKR_OK. Left by entry_leave_own.
 */
CK_RV entry_own_operation_as(const char *call, bool arguments_well, CK_SESSION_HANDLE handle,
    void (*end)(struct session *), struct session **session);
CK_RV entry_leave_own(struct session *session, CK_RV rv);

#define entry_check(...) entry_check_as(__func__, __VA_ARGS__)
#define entry_session(...) entry_session_as(__func__, __VA_ARGS__)
#define entry_operation(...) entry_operation_as(__func__, __VA_ARGS__)
#define entry_own(...) entry_own_as(__func__, __VA_ARGS__)
#define entry_own_operation(...) entry_own_operation_as(__func__, __VA_ARGS__)

/* Can this be a buffer of that many bytes? */
static inline bool
buffer_well(const void *buffer, CK_ULONG length)
{
	return buffer != NULL || length == 0;
}

/* Can this be a template of that many attributes? */
static inline bool
template_given(const CK_ATTRIBUTE *template, CK_ULONG count)
{
	return template != NULL || count == 0;
}

#endif
