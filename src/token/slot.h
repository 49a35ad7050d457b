/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_SLOT_H
#define TOKEN_SLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "token/cryptoki.h"

/*
 * Slots: two for each reader, one a role; id = reader index * 2 + role. Arguments and answers
 * are those of the C_ functions. What only asks or opens a session, and slot_wait_event, does not
 * wait for a card that is busy with another thread's signature, once it has been looked at; closing
 * all sessions does.
 */

CK_RV slot_list(CK_BBOOL token_present, CK_SLOT_ID *list, CK_ULONG *count);
CK_RV slot_info(CK_SLOT_ID id, CK_SLOT_INFO *info);
CK_RV slot_token_info(CK_SLOT_ID id, CK_TOKEN_INFO *info);
CK_RV slot_mechanism_list(CK_SLOT_ID id, CK_MECHANISM_TYPE *list, CK_ULONG *count);
CK_RV slot_mechanism_info(CK_SLOT_ID id, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info);
CK_RV slot_open_session(CK_SLOT_ID id, CK_FLAGS flags, CK_SESSION_HANDLE *handle);
CK_RV slot_close_sessions(CK_SLOT_ID id);

/* Why the slot's token cannot be initialised: a card is initialised at the town office. */
CK_RV slot_init_token(CK_SLOT_ID id);

/* Wait for a card to come or go. CKR_NO_EVENT at once if `block` is false. */
CK_RV slot_wait_event(bool block, CK_SLOT_ID *id);

/* Copy text into a field that is padded with blanks, cut off if it is too long. */
void slot_pad(CK_UTF8CHAR *field, size_t size, const char *text);

#endif
