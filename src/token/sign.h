/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_SIGN_H
#define TOKEN_SIGN_H

#include "token/session.h"

/* Signing: the session verbs. The arguments are those of the C_ functions. */

CK_RV sign_init(struct session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV sign_once(struct session *session, const CK_BYTE *data, CK_ULONG length, CK_BYTE *signature,
    CK_ULONG *signature_length);
/* After a failure it is to be ended (session_end_signature). Needs no more than session_enter_own.
 */
CK_RV sign_update(struct session *session, const CK_BYTE *data, CK_ULONG length);
CK_RV sign_final(struct session *session, CK_BYTE *signature, CK_ULONG *signature_length);

#endif
