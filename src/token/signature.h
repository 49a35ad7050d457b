/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_SIGNATURE_H
#define TOKEN_SIGNATURE_H

#include "token/operation.h"

/* Signing and verifying: the session verbs. The arguments are those of the C_ functions. */

CK_RV sign_init(struct session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV sign_once(struct session *session, const CK_BYTE *data, CK_ULONG length, CK_BYTE *signature,
    CK_ULONG *signature_length);
CK_RV sign_update(struct session *session, const CK_BYTE *data, CK_ULONG length);
CK_RV sign_final(struct session *session, CK_BYTE *signature, CK_ULONG *signature_length);

CK_RV verify_init(struct session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV verify_once(struct session *session, const CK_BYTE *data, CK_ULONG length,
    const CK_BYTE *signature, CK_ULONG signature_length);
CK_RV verify_update(struct session *session, const CK_BYTE *data, CK_ULONG length);
CK_RV verify_final(struct session *session, const CK_BYTE *signature, CK_ULONG signature_length);

/* What is to be said of a signature; unknown: there was not the memory to tell. */
enum verdict { VERDICT_RIGHT, VERDICT_WRONG, VERDICT_UNKNOWN };

/* Did the key of `certificate` make this signature of `value`, in the mechanism's way? */
enum verdict signature_right(const struct certificate *certificate,
    const struct mechanism *mechanism, const struct operation_value *value,
    const CK_BYTE signature[JPKI_SIGNATURE_SIZE]);

/* Would a PSS signature be right if its salt could have any length? */
enum verdict signature_other_salt(const struct certificate *certificate,
    const struct operation_value *value, const CK_BYTE signature[JPKI_SIGNATURE_SIZE]);

#endif
