/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/session.h"

#include <stdlib.h>

#include <openssl/evp.h>

#include "base/clock.h"
#include "token/crypto.h"
#include "token/lock.h"
#include "token/module.h"
#include "token/role.h"

static struct session *sessions; /* guarded by the module's lock */
static CK_SESSION_HANDLE last_handle;

void
sessions_abandon(void)
{
	sessions = NULL;
}

void
operation_end(struct operation *operation)
{
	if (!crypto_is_gone())
		EVP_MD_CTX_free(operation->hash);
	*operation = (struct operation){0};
}

void
session_end_signature(struct session *session)
{
	struct token *token = session_token(session);

	operation_end(&session->sign);
	if (token->authenticated != session)
		return;
	token->authenticated = NULL;
	reader_lock_card(session->reader);
}

struct token *
session_token(const struct session *session)
{
	return &session->reader->tokens[session->role];
}

static struct session *
find_inlock(CK_SESSION_HANDLE handle)
{
	struct session *s;

	for (s = sessions; s != NULL; s = s->next)
		if (s->handle == handle)
			return s;
	return NULL;
}

CK_RV
session_enter(CK_SESSION_HANDLE handle, struct session **out)
{
	uint64_t now = clock_now_ms();
	struct session *session;
	bool was_open;

	module_lock();
	session = find_inlock(handle);
	if (session != NULL)
		session->users++;
	module_unlock();
	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	pthread_mutex_lock(&session->reader->lock);
	session->entered_at = now;
	was_open = !session->closed;
	if (was_open)
		reader_update(session->reader);
	if (!session->closed) {
		*out = session;
		return CKR_OK;
	}
	session_leave(session);
	return was_open ? CKR_DEVICE_REMOVED : CKR_SESSION_HANDLE_INVALID;
}

void
session_leave(struct session *session)
{
	struct reader *reader = session->reader;
	bool unused;

	reader_publish(reader);
	module_lock();
	unused = --session->users == 0 && session->closed;
	module_unlock();
	if (unused)
		free(session);
	pthread_mutex_unlock(&reader->lock);
}

CK_RV
session_open(struct reader *reader, enum jpki_role role, CK_FLAGS flags, CK_SESSION_HANDLE *handle)
{
	struct session *session;

	session = calloc(1, sizeof(*session));
	if (session == NULL)
		return CKR_HOST_MEMORY;
	session->reader = reader;
	session->role = role;
	session->flags = flags;
	module_lock();
	session->handle = ++last_handle;
	session->next = sessions;
	sessions = session;
	module_unlock();
	*handle = session->handle;
	return CKR_OK;
}

/* Take a session off the list. Who is in it frees it when leaving. */
static void
unlink_session(struct session *session)
{
	struct session **place;
	bool unused;

	module_lock();
	for (place = &sessions; *place != session; place = &(*place)->next)
		continue;
	*place = session->next;
	session->closed = true;
	unused = session->users == 0;
	module_unlock();
	if (unused)
		free(session);
}

static struct session *
first_of(const struct reader *reader, unsigned roles)
{
	struct session *s;

	module_lock();
	for (s = sessions; s != NULL; s = s->next)
		if (s->reader == reader && (roles & MODULE_ROLE(s->role)) != 0)
			break;
	module_unlock();
	return s;
}

void
session_close(struct session *session)
{
	struct reader *reader = session->reader;
	enum jpki_role role = session->role;

	session_end_signature(session);
	operation_end(&session->verify);
	operation_end(&session->digest);
	unlink_session(session);
	if (first_of(reader, MODULE_ROLE(role)) == NULL)
		lock_last_session_closed(reader, role);
}

void
sessions_close(struct reader *reader, unsigned roles)
{
	struct session *session;

	while ((session = first_of(reader, roles)) != NULL)
		session_close(session);
}

void
sessions_count(
    const struct reader *reader, enum jpki_role role, CK_ULONG *count, CK_ULONG *read_write)
{
	*count = *read_write = 0;
	module_lock();
	for (const struct session *s = sessions; s != NULL; s = s->next) {
		if (s->reader != reader || s->role != role)
			continue;
		++*count;
		if ((s->flags & CKF_RW_SESSION) != 0)
			++*read_write;
	}
	module_unlock();
}

CK_STATE
session_state(const struct session *session)
{
	bool read_write = (session->flags & CKF_RW_SESSION) != 0;

	if (session_token(session)->logged_in)
		return read_write ? CKS_RW_USER_FUNCTIONS : CKS_RO_USER_FUNCTIONS;
	return read_write ? CKS_RW_PUBLIC_SESSION : CKS_RO_PUBLIC_SESSION;
}
