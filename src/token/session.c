/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/session.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "reader/library.h"
#include "reader/login.h"
#include "reader/presence.h"
#include "reader/readers.h"
#include "reader/view.h"
#include "token/rv.h"

/* Guards all that follows. Lock order: a reader's, a session's, then this. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/*
 * The sessions in a hash table by their handles, which are consecutive numbers, so their last bits
 * spread them evenly. If there is no memory to enlarge the table, its lists get longer.
 */
#define BUCKETS_FIRST 64
static struct session *first_buckets[BUCKETS_FIRST];
static struct session **buckets = first_buckets;
static size_t bucket_count = BUCKETS_FIRST, session_total;
static CK_SESSION_HANDLE last_handle;

/* The sessions with a token, the newest first. */
struct token {
	struct session *first;
	CK_ULONG count, read_write;
};
static struct token tokens[READERS_MAX * JPKI_ROLES];
static size_t tokens_used; /* the tokens after it have never had a session */

static uint64_t run; /* library_run when the tables were last used */

static void
use_first_buckets(void)
{
	memset(first_buckets, 0, sizeof(first_buckets));
	buckets = first_buckets;
	bucket_count = BUCKETS_FIRST;
}

/* The sessions belong to the parent process: forget them without freeing. */
static void
abandon(void)
{
	use_first_buckets();
	session_total = 0;
	memset(tokens, 0, sizeof(tokens));
	tokens_used = 0;
}

static void
after_fork(void)
{
	pthread_mutex_init(&lock, NULL);
	abandon();
}

/* Some ways to fork call no handler (_Fork, clone): there the changed run shows it. */
static void
take_lock(void)
{
	pthread_mutex_lock(&lock);
	if (run != library_run())
		abandon();
	run = library_run();
}

static void
give_lock(void)
{
	pthread_mutex_unlock(&lock);
}

static struct session **
bucket_of(CK_SESSION_HANDLE handle)
{
	return &buckets[handle & (bucket_count - 1)];
}

static void
put_inlock(struct session *session)
{
	struct session **bucket = bucket_of(session->handle);

	session->beside = *bucket;
	*bucket = session;
}

static void
grow_inlock(void)
{
	size_t old_count = bucket_count;
	struct session **old = buckets, **new = calloc(old_count * 2, sizeof(struct session *));

	if (new == NULL)
		return;
	buckets = new;
	bucket_count = old_count * 2;
	for (size_t i = 0; i < old_count; i++)
		for (struct session *s = old[i], *next; s != NULL; s = next) {
			next = s->beside;
			put_inlock(s);
		}
	if (old != first_buckets)
		free(old);
}

static struct token *
token_of(const struct reader *reader, enum jpki_role role)
{
	return &tokens[reader->index * JPKI_ROLES + (size_t)role];
}

static void
link_inlock(struct session *session)
{
	struct token *token = token_of(session->reader, session->role);

	if (session_total >= bucket_count)
		grow_inlock();
	session_total++;
	put_inlock(session);
	session->next = token->first;
	if (session->next != NULL)
		session->next->previous = session;
	token->first = session;
	token->count++;
	token->read_write += (session->flags & CKF_RW_SESSION) != 0;
	if (token >= tokens + tokens_used)
		tokens_used = (size_t)(token - tokens) + 1;
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
has_its_card(const struct session *session)
{
	return session->card == atomic_load(&session->reader->card_number);
}

static bool
is_over(const struct session *session)
{
	return atomic_load(&session->closed) || !has_its_card(session);
}

/* No thread is in the session, and none can enter it. */
static void
free_session(struct session *session)
{
	pthread_mutex_destroy(&session->lock);
	explicit_bzero(session, sizeof(*session)); /* it may contain data to be signed */
	free(session);
}

/* Take a session out of its lists. A thread that is in it frees it when it leaves. */
static void
unlink_inlock(struct session *session)
{
	struct token *token = token_of(session->reader, session->role);
	struct session **link = bucket_of(session->handle);

	while (*link != session)
		link = &(*link)->beside;
	*link = session->beside;
	if (session->next != NULL)
		session->next->previous = session->previous;
	if (session->previous != NULL)
		session->previous->next = session->next;
	else
		token->first = session->next;
	token->count--;
	token->read_write -= (session->flags & CKF_RW_SESSION) != 0;
	session_total--;
	if (session_total == 0 && buckets != first_buckets) {
		free(buckets);
		use_first_buckets();
	}
	atomic_store(&session->closed, true);
	if (session->users == 0)
		free_session(session);
}

/*
 * Remove the sessions with cards that are gone. The newest is first, and card numbers are never
 * reused: so behind a session with the present card all are with that card.
 */
static void
sweep_inlock(struct token *token)
{
	while (token->first != NULL && is_over(token->first))
		unlink_inlock(token->first);
}

void
session_sweep(void)
{
	take_lock();
	for (size_t i = 0; i < tokens_used; i++)
		sweep_inlock(&tokens[i]);
	give_lock();
}

/* Find a session and keep it from being freed until let_go. NULL if there is none. */
static struct session *
hold(CK_SESSION_HANDLE handle)
{
	struct session *s;

	take_lock();
	for (s = *bucket_of(handle); s != NULL && s->handle != handle; s = s->beside)
		continue;
	if (s != NULL)
		s->users++;
	give_lock();
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

/* Let go of a session that is over, and remove all others that are. */
static CK_RV
let_go_of_dead(struct session *session, CK_RV rv)
{
	let_go(session);
	session_sweep();
	return rv;
}

/* With the reader's lock. CKR_SESSION_HANDLE_INVALID, CKR_DEVICE_REMOVED. */
static CK_RV
bring_up_to_date(const struct session *session)
{
	if (is_over(session))
		return CKR_SESSION_HANDLE_INVALID;
	presence_update(session->reader);
	if (!has_its_card(session))
		return rv_of_as(JPKI_ERR_NO_CARD, CKR_DEVICE_REMOVED);
	return is_over(session) ? CKR_SESSION_HANDLE_INVALID
				: CKR_OK; /* another thread has closed it */
}

CK_RV
session_enter(CK_SESSION_HANDLE handle, struct session **out)
{
	uint64_t now = clock_now_ms();
	struct session *session = hold(handle);
	CK_RV rv;

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	pthread_mutex_lock(&session->reader->lock);
	rv = bring_up_to_date(session);
	pthread_mutex_lock(&session->lock);
	if (rv == CKR_OK &&
	    is_over(session)) /* closed by a call that does not wait for the reader */
		rv = CKR_SESSION_HANDLE_INVALID;
	if (rv != CKR_OK) {
		pthread_mutex_unlock(&session->lock);
		view_unlock(session->reader);
		return let_go_of_dead(session, rv);
	}
	session->entered_at = now;
	*out = session;
	return CKR_OK;
}

void
session_leave(struct session *session)
{
	pthread_mutex_unlock(&session->lock);
	view_unlock(session->reader);
	let_go(session);
}

/* Does the session still exist, as far as is known without waiting? */
static CK_RV
glance(const struct session *session)
{
	CK_RV rv;

	if (!view_lock_stale(session->reader))
		return is_over(session) ? CKR_SESSION_HANDLE_INVALID : CKR_OK;
	rv = bring_up_to_date(session);
	view_unlock(session->reader);
	return rv;
}

CK_RV
session_enter_own(CK_SESSION_HANDLE handle, struct session **out)
{
	struct session *session = hold(handle);
	CK_RV rv;

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	rv = glance(session);
	if (rv != CKR_OK)
		return let_go_of_dead(session, rv);
	pthread_mutex_lock(&session->lock);
	*out = session;
	if (!is_over(session))
		return CKR_OK;
	pthread_mutex_unlock(&session->lock);
	return let_go_of_dead(session, CKR_SESSION_HANDLE_INVALID);
}

void
session_leave_own(struct session *session)
{
	pthread_mutex_unlock(&session->lock);
	let_go(session);
}

bool
session_wait_for_reader(struct session *session)
{
	pthread_mutex_unlock(&session->lock);
	pthread_mutex_lock(&session->reader->lock);
	pthread_mutex_lock(&session->lock);
	return !is_over(session);
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
	CK_RV rv;

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	if (view_last(session->reader, &view)) {
		rv = is_over(session) ? CKR_SESSION_HANDLE_INVALID : CKR_OK;
		fill_info(session, view.keys[session->role].active, info);
	} else {
		rv = bring_up_to_date(session);
		fill_info(session, lock_shows_login(session->reader, session->role), info);
		view_unlock(session->reader);
	}
	if (rv != CKR_OK)
		return let_go_of_dead(session, rv);
	let_go(session);
	return CKR_OK;
}

CK_RV
session_open(struct reader *reader, enum jpki_role role, uint64_t card, CK_FLAGS flags,
    CK_SESSION_HANDLE *handle)
{
	struct session *session;

	session = calloc(1, sizeof(*session));
	if (session == NULL)
		return CKR_HOST_MEMORY;
	pthread_mutex_init(&session->lock, NULL);
	session->reader = reader;
	session->role = role;
	session->card = card;
	session->flags = flags;
	take_lock();
	sweep_inlock(token_of(reader, role));
	*handle = session->handle = ++last_handle;
	link_inlock(session);
	give_lock();
	return CKR_OK;
}

/* The newest session with a token, kept from being freed (let_go), or NULL. */
static struct session *
hold_first(const struct reader *reader, enum jpki_role role)
{
	struct token *token = token_of(reader, role);
	struct session *first;

	take_lock();
	sweep_inlock(token);
	first = token->first;
	if (first != NULL)
		first->users++;
	give_lock();
	return first;
}

/* Unlink a session unless another thread has done so. */
static void
unlink_once(struct session *session)
{
	take_lock();
	if (!atomic_load(&session->closed))
		unlink_inlock(session);
	give_lock();
}

static void
end_last_login(struct reader *reader, enum jpki_role role)
{
	CK_ULONG left, read_write;

	session_count(reader, role, &left, &read_write);
	if (left == 0)
		login_end(reader, role);
}

void
session_close(struct session *session)
{
	session_end_signature(session);
	unlink_once(session);
	end_last_login(session->reader, session->role);
}

bool
session_close_own(struct session *session)
{
	struct token *token = token_of(session->reader, session->role);
	bool can = session->authorisation.unlocked == 0;

	take_lock();
	sweep_inlock(token);
	can = can && token->count > 1;
	if (can && !atomic_load(&session->closed))
		unlink_inlock(session);
	give_lock();
	return can;
}

void
session_close_all(struct reader *reader, enum jpki_role role)
{
	struct session *session;
	bool any = false;

	while ((session = hold_first(reader, role)) != NULL) {
		pthread_mutex_lock(&session->lock);
		session_end_signature(session);
		unlink_once(session);
		pthread_mutex_unlock(&session->lock);
		let_go(session);
		any = true;
	}
	if (any)
		end_last_login(reader, role);
}

void
session_count(
    const struct reader *reader, enum jpki_role role, CK_ULONG *count, CK_ULONG *read_write)
{
	struct token *token = token_of(reader, role);

	take_lock();
	sweep_inlock(token);
	*count = token->count;
	*read_write = token->read_write;
	give_lock();
}

void
session_forget_all(void)
{
	take_lock();
	for (size_t i = 0; i < tokens_used; i++)
		while (tokens[i].first != NULL)
			unlink_inlock(tokens[i].first);
	give_lock();
}
