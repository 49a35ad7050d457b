/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef E2E_LOAD_H
#define E2E_LOAD_H

#include "../common/pkcs11_calls.h"

/* What programs that use a module have in common. */

/* The module that was loaded last. */
extern CK_FUNCTION_LIST *p11;

/*
 * Load a module and take its function list. Returns the library, for dlclose. Ends the program
 * with status 1, having said why, if that fails.
 */
void *load(const char *path);

/* Unless all is well, print what failed and its code, and end the program at once with status 1. */
void expect(const char *what, CK_RV rv);

/* The slot of the first token, or of one after it; a session there; one that has had the PIN. */
CK_SLOT_ID slot_of_token(CK_ULONG nth);
CK_SESSION_HANDLE open_session(CK_SLOT_ID slot);
CK_SESSION_HANDLE open_user_session(CK_SLOT_ID slot, const char *pin);
/* C_Initialize, and a session at such a token that has had the PIN. */
CK_SESSION_HANDLE start_user_session(CK_ULONG nth, const char *pin);

/* The first private key of a session, CK_INVALID_HANDLE if there is none. */
CK_OBJECT_HANDLE private_key(CK_SESSION_HANDLE session);

/* Sign this, with CKM_SHA256_RSA_PKCS. */
#define SIGNED_TEXT "text\n"
CK_RV sign_text(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key, CK_BYTE signature[SIGNATURE_SIZE]);

#endif
