/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_DIGEST_H
#define TOKEN_DIGEST_H

#include "token/session.h"

/*
 * Digesting: the session verbs. The arguments are those of the C_ functions. All but digest_key
 * need no more than session_enter_own.
 */

CK_RV digest_init(struct session *session, const CK_MECHANISM *mechanism);
CK_RV digest_once(struct session *session, const CK_BYTE *data, CK_ULONG length, CK_BYTE *digest,
    CK_ULONG *digest_length);
CK_RV digest_key(struct session *session, CK_OBJECT_HANDLE key);
CK_RV digest_update(struct session *session, const CK_BYTE *data, CK_ULONG length);
CK_RV digest_final(struct session *session, CK_BYTE *digest, CK_ULONG *digest_length);

#endif
