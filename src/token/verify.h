/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_VERIFY_H
#define TOKEN_VERIFY_H

#include "token/session.h"

/*
 * Verifying: what the C_ functions of these names do, with the same arguments.
 *
 * verify_init: CKR_OK; CKR_OPERATION_ACTIVE; CKR_MECHANISM_INVALID; CKR_MECHANISM_PARAM_INVALID;
 * CKR_KEY_HANDLE_INVALID; CKR_KEY_FUNCTION_NOT_PERMITTED. Without a mechanism it is
 * operation_cancel.
 *
 * The others: CKR_OK; CKR_OPERATION_NOT_INITIALIZED; CKR_OPERATION_ACTIVE if it was begun in the
 * other way (operation_check); CKR_DATA_LEN_RANGE; CKR_SIGNATURE_LEN_RANGE; CKR_SIGNATURE_INVALID;
 * CKR_HOST_MEMORY; or the CKR_ code of an error of reading the certificate. verify_once and
 * verify_final end the operation in any case, verify_update after an error.
 */

CK_RV verify_init(struct session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV verify_once(struct session *session, const CK_BYTE *data, CK_ULONG length,
    const CK_BYTE *signature, CK_ULONG signature_length);
CK_RV verify_update(struct session *session, const CK_BYTE *data, CK_ULONG length);
CK_RV verify_final(struct session *session, const CK_BYTE *signature, CK_ULONG signature_length);

#endif
