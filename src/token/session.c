/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/session.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "reader/library.h"
#include "reader/login.h"
#include "reader/presence.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of the list; an inner one */
static struct session *sessions;
static CK_SESSION_HANDLE last_handle;

static void
after_fork(void)
{
	pthread_mutex_init(&lock, NULL);
	sessions = NULL;
}

bool
session_watch_forks(void)
{
	static bool watched;

	if (!watched)
		watched = pthread_atfork(NULL, NULL, after_fork) == 0;
	return watched;
}

struct key *
session_key(const struct session *session)
{
	return &session->reader->keys[session->role];
}

void
session_end_signature(struct session *session)
{
	operation_end(&session->sign);
	lock_end_signature(session->reader, session->role, &session->authorisation);
}

static bool
is_over(const struct session *session)
{
	return atomic_load(&session->closed) ||
	       session->card != atomic_load(&session->reader->card_number);
}

/* Nobody is in it, nor will be. */
static void
free_session(struct session *session)
{
	operation_end(&session->sign);
	operation_end(&session->verify);
	operation_end(&session->digest);
	free(session);
}

/* With the lock held: take a session off the list. Who is in it frees it when leaving. */
static void
unlink_at(struct session **place)
{
	struct session *session = *place;

	*place = session->next;
	atomic_store(&session->closed, true);
	if (session->users == 0)
		free_session(session);
}

/* With the lock held: those of cards that are gone. What a parent process left is not ours to free.
 */
static void
sweep(void)
{
	struct session **place = &sessions;

	while (*place != NULL) {
		if ((*place)->run != library_run())
			*place = (*place)->next;
		else if (is_over(*place))
			unlink_at(place);
		else
			place = &(*place)->next;
	}
}

void
session_sweep(void)
{
	pthread_mutex_lock(&lock);
	sweep();
	pthread_mutex_unlock(&lock);
}

/* Keep it from being freed. NULL if there is none. */
static struct session *
hold(CK_SESSION_HANDLE handle)
{
	struct session *s;

	pthread_mutex_lock(&lock);
	for (s = sessions; s != NULL; s = s->next)
		if (s->handle == handle && s->run == library_run())
			break;
	if (s != NULL)
		s->users++;
	pthread_mutex_unlock(&lock);
	return s;
}

static void
let_go(struct session *session)
{
	pthread_mutex_lock(&lock);
	if (--session->users == 0 && atomic_load(&session->closed))
		free_session(session);
	pthread_mutex_unlock(&lock);
}

/* With the reader's lock, and the session held; both are given back if it is over. */
static CK_RV
bring_up_to_date(struct session *session)
{
	bool was_over = is_over(session);

	if (!was_over)
		presence_update(session->reader);
	if (!is_over(session))
		return CKR_OK;
	session_leave(session);
	session_sweep();
	return was_over ? CKR_SESSION_HANDLE_INVALID : CKR_DEVICE_REMOVED;
}

CK_RV
session_enter(CK_SESSION_HANDLE handle, struct session **out)
{
	uint64_t now = clock_now_ms();
	struct session *session = hold(handle);

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	pthread_mutex_lock(&session->reader->lock);
	session->entered_at = now;
	*out = session;
	return bring_up_to_date(session);
}

void
session_leave(struct session *session)
{
	library_unlock_reader(session->reader);
	let_go(session);
}

static CK_STATE
state(const struct session *session, bool logged_in)
{
	bool read_write = (session->flags & CKF_RW_SESSION) != 0;

	if (logged_in)
		return read_write ? CKS_RW_USER_FUNCTIONS : CKS_RO_USER_FUNCTIONS;
	return read_write ? CKS_RW_PUBLIC_SESSION : CKS_RO_PUBLIC_SESSION;
}

static void
fill_info(const struct session *session, bool logged_in, CK_SESSION_INFO *info)
{
	info->slotID = session->reader->index * JPKI_ROLES + (CK_SLOT_ID)session->role;
	info->state = state(session, logged_in);
	info->flags = session->flags;
	info->ulDeviceError = 0;
}

CK_RV
session_info(CK_SESSION_HANDLE handle, CK_SESSION_INFO *info)
{
	struct session *session = hold(handle);
	struct reader_view view;
	CK_RV rv = CKR_OK;

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	if (library_peek(session->reader, &view)) {
		if (is_over(session))
			rv = CKR_SESSION_HANDLE_INVALID;
		else
			fill_info(session, view.keys[session->role].active, info);
		let_go(session);
		return rv;
	}
	rv = bring_up_to_date(session);
	if (rv != CKR_OK)
		return rv;
	fill_info(session, lock_shows_login(session->reader, session->role), info);
	session_leave(session);
	return CKR_OK;
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
	session->card = atomic_load(&reader->card_number);
	session->flags = flags;
	session->run = library_run();
	pthread_mutex_lock(&lock);
	sweep();
	session->handle = ++last_handle;
	session->next = sessions;
	sessions = session;
	*handle = session->handle;
	pthread_mutex_unlock(&lock);
	return CKR_OK;
}

/* With the lock held: is it one with that token, which can be used? */
static bool
is_with(const struct session *session, const struct reader *reader, enum jpki_role role)
{
	return session->run == library_run() && session->reader == reader &&
	       session->role == role && !is_over(session);
}

static struct session *
first_with(const struct reader *reader, enum jpki_role role)
{
	struct session *s;

	pthread_mutex_lock(&lock);
	for (s = sessions; s != NULL && !is_with(s, reader, role); s = s->next)
		continue;
	pthread_mutex_unlock(&lock);
	return s;
}

static void
unlink_session(struct session *session)
{
	struct session **place;

	pthread_mutex_lock(&lock);
	for (place = &sessions; *place != session; place = &(*place)->next)
		continue;
	unlink_at(place);
	pthread_mutex_unlock(&lock);
}

void
session_close(struct session *session)
{
	struct reader *reader = session->reader;
	enum jpki_role role = session->role;

	session_end_signature(session);
	unlink_session(session);
	if (first_with(reader, role) == NULL)
		login_end(reader, role);
}

void
session_close_all(struct reader *reader, enum jpki_role role)
{
	struct session *session;

	while ((session = first_with(reader, role)) != NULL)
		session_close(session);
}

void
session_count(
    const struct reader *reader, enum jpki_role role, CK_ULONG *count, CK_ULONG *read_write)
{
	*count = *read_write = 0;
	pthread_mutex_lock(&lock);
	for (const struct session *s = sessions; s != NULL; s = s->next) {
		if (!is_with(s, reader, role))
			continue;
		++*count;
		if ((s->flags & CKF_RW_SESSION) != 0)
			++*read_write;
	}
	pthread_mutex_unlock(&lock);
}

void
session_forget_all(void)
{
	pthread_mutex_lock(&lock);
	while (sessions != NULL)
		if (sessions->run == library_run())
			unlink_at(&sessions);
		else
			sessions = sessions->next;
	pthread_mutex_unlock(&lock);
}
