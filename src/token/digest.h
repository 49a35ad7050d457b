/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_DIGEST_H
#define TOKEN_DIGEST_H

#include "token/session.h"

/*
 * Digesting: what the C_ functions of these names do, with the same arguments. All but digest_key
 * need only session_enter_own.
 *
 * digest_init: CKR_OK; CKR_OPERATION_ACTIVE; CKR_MECHANISM_INVALID; CKR_MECHANISM_PARAM_INVALID.
 * Without a mechanism it is operation_cancel.
 *
 * The others: CKR_OK; CKR_OPERATION_NOT_INITIALIZED; CKR_OPERATION_ACTIVE if the digest was begun
 * in the other way (operation_check); CKR_BUFFER_TOO_SMALL. All but the last end the digest.
 * digest_key always fails: CKR_KEY_HANDLE_INVALID or CKR_KEY_INDIGESTIBLE.
 */

CK_RV digest_init(struct session *session, const CK_MECHANISM *mechanism);
CK_RV digest_once(struct session *session, const CK_BYTE *data, CK_ULONG length, CK_BYTE *digest,
    CK_ULONG *digest_length);
CK_RV digest_key(struct session *session, CK_OBJECT_HANDLE key);
CK_RV digest_update(struct session *session, const CK_BYTE *data, CK_ULONG length);
CK_RV digest_final(struct session *session, CK_BYTE *digest, CK_ULONG *digest_length);

#endif
