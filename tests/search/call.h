/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SEARCH_CALL_H
#define SEARCH_CALL_H

#include "model.h"
#include "watch.h"

/* What a session that may be NULL or closed is called, and which reader a call in it is about. */
CK_SESSION_HANDLE call_handle(const struct model_session *session);
size_t call_reader(const struct model_session *session);
enum jpki_role call_role(const struct model_session *session);

/* C_GetSessionInfo: is the user logged in? */
bool call_session_info(struct model_session *session);
/* C_Login or C_LoginUser. */
CK_RV call_login(struct model_session *session, struct given *pin, bool by_name);
CK_RV call_login_context(struct model_session *session, struct given *pin);
/* Find the session's first object of a class; 0: none. */
CK_OBJECT_HANDLE call_find(struct model_session *session, CK_OBJECT_CLASS class);

#endif
