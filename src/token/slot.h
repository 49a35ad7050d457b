/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_SLOT_H
#define TOKEN_SLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "token/cryptoki.h"

/*
 * Slots: two for each reader, one for each role; id = reader index * 2 + role. Arguments are those
 * of the C_ functions. Once the card has been probed, these functions do not wait for another
 * thread's signature, except slot_close_sessions.
 *
 * All but slot_list and slot_wait_event return CKR_OK or CKR_SLOT_ID_INVALID; those that need a
 * token also CKR_TOKEN_NOT_PRESENT. The lists: CKR_BUFFER_TOO_SMALL. slot_mechanism_info:
 * CKR_MECHANISM_INVALID. slot_open_session: CKR_HOST_MEMORY.
 */

CK_RV slot_list(CK_BBOOL token_present, CK_SLOT_ID *list, CK_ULONG *count);
CK_RV slot_info(CK_SLOT_ID id, CK_SLOT_INFO *info);
CK_RV slot_token_info(CK_SLOT_ID id, CK_TOKEN_INFO *info);
CK_RV slot_mechanism_list(CK_SLOT_ID id, CK_MECHANISM_TYPE *list, CK_ULONG *count);
CK_RV slot_mechanism_info(CK_SLOT_ID id, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info);
CK_RV slot_open_session(CK_SLOT_ID id, CK_FLAGS flags, CK_SESSION_HANDLE *handle);
CK_RV slot_close_sessions(CK_SLOT_ID id);

/*
 * The CKR_ code with which C_InitToken is refused, since only the town office initialises cards:
 * CKR_SESSION_EXISTS, else CKR_TOKEN_WRITE_PROTECTED.
 */
CK_RV slot_init_token(CK_SLOT_ID id);

/*
 * Wait for a card to come or go. CKR_OK; CKR_NO_EVENT at once if `block` is false;
 * CKR_CRYPTOKI_NOT_INITIALIZED if the module is stopped.
 */
CK_RV slot_wait_event(bool block, CK_SLOT_ID *id);

/* Copy text into a field that is padded with blanks; what does not fit is cut off. */
void slot_pad(CK_UTF8CHAR *field, size_t size, const char *text);

#endif
