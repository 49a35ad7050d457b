/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_SIGN_H
#define TOKEN_SIGN_H

#include "token/session.h"

/*
 * Signing: what the C_ functions of these names do, with the same arguments.
 *
 * sign_init: CKR_OK; CKR_OPERATION_ACTIVE; CKR_MECHANISM_INVALID; CKR_MECHANISM_PARAM_INVALID;
 * CKR_USER_NOT_LOGGED_IN; CKR_KEY_HANDLE_INVALID; CKR_KEY_FUNCTION_NOT_PERMITTED. Without a
 * mechanism it ends the signature under way: CKR_OK, or CKR_ARGUMENTS_BAD if there is none.
 *
 * sign_once and sign_final: CKR_OK; CKR_OPERATION_NOT_INITIALIZED; CKR_OPERATION_ACTIVE if the
 * signature was begun in the other way (operation_check); CKR_BUFFER_TOO_SMALL; CKR_DATA_LEN_RANGE;
 * CKR_USER_NOT_LOGGED_IN; CKR_MECHANISM_INVALID if the card refuses PSS; CKR_HOST_MEMORY; or the
 * CKR_ code of an error of signing_sign. All but CKR_BUFFER_TOO_SMALL end the signature.
 */

CK_RV sign_init(struct session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV sign_once(struct session *session, const CK_BYTE *data, CK_ULONG length, CK_BYTE *signature,
    CK_ULONG *signature_length);
/*
 * Needs only session_enter_own. CKR_OK; CKR_OPERATION_NOT_INITIALIZED; CKR_OPERATION_ACTIVE;
 * CKR_DATA_LEN_RANGE. After an error the caller ends the signature (session_end_signature).
 */
CK_RV sign_update(struct session *session, const CK_BYTE *data, CK_ULONG length);
CK_RV sign_final(struct session *session, CK_BYTE *signature, CK_ULONG *signature_length);

#endif
