/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_VERIFY_H
#define TOKEN_VERIFY_H

#include "token/session.h"

/* Verifying: the session verbs. The arguments are those of the C_ functions. */

CK_RV verify_init(struct session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV verify_once(struct session *session, const CK_BYTE *data, CK_ULONG length,
    const CK_BYTE *signature, CK_ULONG signature_length);
CK_RV verify_update(struct session *session, const CK_BYTE *data, CK_ULONG length);
CK_RV verify_final(struct session *session, const CK_BYTE *signature, CK_ULONG signature_length);

#endif
