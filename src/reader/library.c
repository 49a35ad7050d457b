/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/library.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/log.h"
#include "base/process.h"
#include "base/thread.h"
#include "reader/crypto.h"
#include "reader/expiry.h"
#include "reader/lock.h"
#include "reader/presence.h"
#include "reader/refusal.h"
#include "reader/settings.h"
#include "reader/transaction.h"
#include "reader/view.h"

/* Held while the library is started or stopped. */
static pthread_mutex_t start_stop_lock = PTHREAD_MUTEX_INITIALIZER;
/*
 * Each call holds it for reading; stop and fork take it for writing. A waiting writer comes before
 * later readers.
 */
static pthread_rwlock_t calls_lock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;  /* guards what follows */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER; /* stopping, released, waiting */
static bool stopping;
static bool released;	 /* at_exit has released the cards */
static unsigned waiting; /* threads in library_wait and library_watch */
static struct watcher *watchers;
static uint64_t cancelled_at; /* readers_changes at the last library_cancel */
static atomic_bool running;
static atomic_uint_least64_t run;

/* Was the library started in this process, and not in the one that it was forked from? */
static bool
runs_here(void)
{
	return atomic_load(&running) && process_is_marked();
}

/*
 * A thread in a call may hold a lock of OpenSSL, for which a child would wait for ever. So a fork
 * waits until the calls have returned, but no longer than this, in ms.
 */
#define FORK_PATIENCE_MS 300
static _Thread_local bool keeps_calls_out;

/*
 * A child inherits the connection with the service. If the parent were killed in a transaction, the
 * transaction would last until the child ends, and neither others nor the guard could use the card.
 */
static void
end_transactions(void)
{
	struct reader *reader;

	for (size_t i = 0; (reader = readers_at(i)) != NULL; i++) {
		if (pthread_mutex_trylock(&reader->lock) != 0)
			continue;
		transaction_stop_lingering(reader);
		view_unlock(reader);
	}
}

static void
before_fork(void)
{
	struct deadline until = deadline_in(FORK_PATIENCE_MS);

	keeps_calls_out = atomic_load(&running) && deadline_lock_whole(&calls_lock, &until) == 0;
	if (keeps_calls_out && runs_here())
		end_transactions();
}

static void
after_fork_in_parent(void)
{
	if (keeps_calls_out)
		pthread_rwlock_unlock(&calls_lock);
}

/*
 * No function of libjpki sets errno, but files, the way to the card and OpenSSL do: how many calls
 * this thread is in, and what errno was before the outermost.
 */
static _Thread_local unsigned depth;
static _Thread_local int errno_before;

/*
 * In a forked child everything belongs to the parent. Connections with the service must not be
 * closed from here, and locks may be held by threads that do not exist here. So abandon it all; the
 * library can be started anew.
 */
static void
after_fork_in_child(void)
{
	pthread_mutex_init(&start_stop_lock, NULL);
	calls_lock = (pthread_rwlock_t)PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
	pthread_mutex_init(&lock, NULL);
	pthread_cond_init(&changed, NULL);
	atomic_store(&running, false);
	stopping = false;
	waiting = 0;
	watchers = NULL;
	expiry_abandon();
	crypto_abandon();
	depth = 0;
	readers_abandon();
}

static bool
watch_forks(void)
{
	static bool watched;

	if (!watched)
		watched =
		    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) == 0;
	return watched;
}

/*
 * Called by the thread of expiry.h when something has expired. A reader whose lock is held by a
 * call is skipped: that call asks for the next time when it releases the lock
 * (view_unlock).
 */
static void
lock_what_expired(void)
{
	struct reader *reader;

	if (!library_enter())
		return;
	for (size_t i = 0; (reader = readers_at(i)) != NULL; i++) {
		if (pthread_mutex_trylock(&reader->lock) != 0)
			continue;
		lock_expire(reader);
		transaction_expire(reader);
		view_unlock(reader);
	}
	library_leave();
}

/* How long the end of the program waits for a call under way, in ms. */
#define EXIT_PATIENCE_MS 1000
/*
 * How long the end of the program waits until its cards are locked, in ms; after that the guard
 * locks them.
 */
#define EXIT_RELEASE_MS 3000

static void
end_expiry(void)
{
	if (runs_here())
		expiry_stop(EXIT_PATIENCE_MS);
}

static int
start_parts(void)
{
	struct jpki_service *service = NULL;
	int rv = JPKI_ERR_MEMORY;

	if (crypto_is_gone())
		return JPKI_ERR_ENDING;
	crypto_before_end(end_expiry);
	expiry_start(lock_what_expired);
	if (refusal_start())
		rv = jpki_transport.start(&service);
	/*
	 * After the transport has registered its fork handlers: a fork runs these in reverse order,
	 * so it takes calls_lock first, as a call does.
	 */
	if (rv == JPKI_OK && !watch_forks())
		rv = JPKI_ERR_MEMORY;
	if (rv == JPKI_OK)
		rv = readers_start();
	readers_set_service(service);
	if (rv != JPKI_OK)
		jpki_transport.stop(&service);
	return rv;
}

static void
open_log(void)
{
	log_start(LOG_ERROR, NULL); /* for errors in the settings */
	settings_load(&settings_now);
	log_start(settings_now.log_level, settings_now.log_file);
}

static int
start(unsigned roles)
{
	int rv = JPKI_ERR_MEMORY;

	open_log();
	settings_now.roles = roles;
	log_line(LOG_INFO, "version %s starts", JPKI_VERSION);
	atomic_fetch_add(&run, 1);
	if (process_mark())
		rv = start_parts();
	if (rv != JPKI_OK) {
		log_line(LOG_INFO, "not started: %s", jpki_strerror(rv));
		log_stop();
	}
	return rv;
}

/* Poll all readers, the first time. */
static void
poll_all(void)
{
	struct reader *reader;

	(void)readers_find(false);
	for (size_t i = 0; (reader = readers_at(i)) != NULL; i++) {
		pthread_mutex_lock(&reader->lock);
		presence_poll(reader);
		view_unlock(reader);
	}
	readers_all_known();
}

int
library_start(unsigned roles)
{
	int rv = JPKI_ERR_RUNNING, saved = errno;

	if (atomic_load(&running) && !runs_here())
		after_fork_in_child();
	pthread_mutex_lock(&start_stop_lock);
	if (!atomic_load(&running)) {
		stopping = false;
		crypto_enter();
		rv = start(roles);
		if (rv == JPKI_OK) {
			poll_all();
			atomic_store(&running, true);
		}
		crypto_leave();
	}
	pthread_mutex_unlock(&start_stop_lock);
	errno = saved;
	return rv;
}

void
library_tell(const char *line)
{
	pthread_mutex_lock(&start_stop_lock);
	if (!atomic_load(&running))
		open_log();
	log_line(LOG_TRACE, "%s", line);
	if (!atomic_load(&running))
		log_stop();
	pthread_mutex_unlock(&start_stop_lock);
}

uint64_t
library_run(void)
{
	return atomic_load(&run);
}

bool
library_enter(void)
{
	if (!runs_here())
		return false;
	pthread_rwlock_rdlock(&calls_lock);
	if (atomic_load(&running)) {
		if (depth++ == 0)
			errno_before = errno;
		crypto_enter();
		return true;
	}
	pthread_rwlock_unlock(&calls_lock);
	return false;
}

bool
library_enter_prepared(void)
{
	int saved = errno;

	if (!runs_here())
		return false;
	crypto_prepare(); /* before any lock: what OpenSSL loads may call this library */
	errno = saved;
	return library_enter();
}

void
library_leave(void)
{
	crypto_leave();
	pthread_rwlock_unlock(&calls_lock);
	if (depth > 0 && --depth == 0)
		errno = errno_before;
}

static void
stop_reader(struct reader *reader)
{
	pthread_mutex_lock(&reader->lock);
	presence_forget(reader);
	pthread_mutex_unlock(&reader->lock);
	reader_free(reader);
}

/*
 * End all waits. A thread may be just about to begin its wait, so repeat it until that thread has
 * returned.
 */
static void
stop_waiting(void)
{
	struct deadline soon;

	pthread_mutex_lock(&lock);
	stopping = true;
	pthread_cond_broadcast(&changed);
	while (waiting > 0) {
		pthread_mutex_unlock(&lock);
		jpki_transport.cancel(readers_service());
		pthread_mutex_lock(&lock);
		soon = deadline_in(10);
		if (waiting > 0)
			(void)deadline_wait(&changed, &lock, &soon);
	}
	pthread_mutex_unlock(&lock);
}

int
library_stop_begin(void)
{
	int saved = errno;

	if (!runs_here())
		return JPKI_ERR_STOPPED;
	pthread_mutex_lock(&start_stop_lock);
	if (!atomic_load(&running)) {
		pthread_mutex_unlock(&start_stop_lock);
		return JPKI_ERR_STOPPED;
	}
	crypto_enter();
	stop_waiting();
	expiry_stop(-1);
	atomic_store(&running, false);
	pthread_rwlock_wrlock(&calls_lock); /* no new call begins: wait for those under way */
	errno = saved;
	return JPKI_OK;
}

void
library_stop_finish(void)
{
	struct jpki_service *service = readers_service();
	struct reader *reader;
	int saved = errno;

	while ((reader = readers_take_last()) != NULL)
		stop_reader(reader);
	readers_set_service(NULL);
	jpki_transport.stop(&service);
	crypto_stop();
	log_line(LOG_INFO, "stopped");
	log_stop();
	pthread_rwlock_unlock(&calls_lock);
	crypto_leave();
	pthread_mutex_unlock(&start_stop_lock);
	errno = saved;
}

static void *
release_cards(void *unused)
{
	struct deadline until = deadline_in(EXIT_PATIENCE_MS);
	struct reader *reader;

	(void)unused;
	for (size_t i = 0; (reader = readers_at(i)) != NULL; i++) {
		if (deadline_lock(&reader->lock, &until) != 0)
			continue;
		lock_release_all(reader);
		transaction_let_go(reader);
		pthread_mutex_unlock(&reader->lock);
	}
	pthread_mutex_lock(&lock);
	released = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return NULL;
}

/*
 * Release the cards, in a thread, so that a service that hangs does not keep the program from
 * ending. False if that took too long.
 */
static bool
release_in_time(void)
{
	struct deadline until = deadline_in(EXIT_RELEASE_MS);
	int error = 0;
	bool done;

	if (!thread_start(release_cards, NULL))
		(void)release_cards(NULL);
	pthread_mutex_lock(&lock);
	while (!released && error == 0)
		error = deadline_wait(&changed, &lock, &until);
	done = released;
	pthread_mutex_unlock(&lock);
	return done;
}

/*
 * For programs that end without stopping the library. Other libraries may be gone already
 * (OpenSSL's exit handler has run), so only the cards are locked; what takes too long is left to
 * the guard. If a thread is just stopping the library, it locks them.
 */
__attribute__((destructor)) static void
at_exit(void)
{
	struct deadline until = deadline_in(EXIT_PATIENCE_MS);

	if (!runs_here() || deadline_lock(&start_stop_lock, &until) != 0)
		return;
	expiry_stop(EXIT_PATIENCE_MS);
	if (!atomic_load(&running) || release_in_time())
		pthread_mutex_unlock(&start_stop_lock);
}

/*
 * How long a wait for events waits for a reader that is in use, in ms. Short, because there are
 * other readers; but not so short that it asks again and again.
 */
#define BUSY_MS 100

static bool
lock_if_idle(struct reader *reader, bool block)
{
	struct deadline until;

	if (!block)
		return pthread_mutex_trylock(&reader->lock) == 0;
	until = deadline_in(BUSY_MS);
	return deadline_lock(&reader->lock, &until) == 0;
}

/* Poll all readers that are not in use. `states` becomes the last known state of each. */
static size_t
poll_for_events(struct jpki_reader_state *states, bool block)
{
	struct reader_view view;
	struct reader *reader;
	size_t count = 0;

	(void)readers_find(false);
	for (; (reader = readers_at(count)) != NULL; count++) {
		if (lock_if_idle(reader, block)) {
			presence_poll(reader);
			view_unlock(reader);
		}
		readers_view(reader, &view);
		states[count] = view.state;
		/* the state may be from before it had a name */
		readers_name(reader, states[count].name);
	}
	return count;
}

/* How long to wait before looking for the PC/SC service again: nothing announces its start. */
#define SERVICE_PAUSE_MS 1000

/* Wait for a change. calls_lock is released meanwhile, so that a fork need not wait. */
static bool
wait_for_change(const struct jpki_reader_state *states, size_t count, int timeout_ms)
{
	bool brief = timeout_ms >= 0 && timeout_ms < SERVICE_PAUSE_MS;
	struct deadline until;
	bool may;
	int rv;

	pthread_rwlock_unlock(&calls_lock);
	rv = jpki_transport.wait(readers_service(), states, count, timeout_ms);
	pthread_mutex_lock(&lock);
	if (rv != JPKI_OK && rv != JPKI_ERR_TIMEOUT && rv != JPKI_ERR_CANCELLED && !stopping) {
		until = deadline_in(brief ? timeout_ms : SERVICE_PAUSE_MS);
		(void)deadline_wait(&changed, &lock, &until);
	}
	may = !stopping;
	pthread_mutex_unlock(&lock);
	pthread_rwlock_rdlock(&calls_lock);
	return may;
}

static int
wait_for_event(unsigned roles, bool block, size_t *index, enum jpki_role *role)
{
	struct jpki_reader_state states[READERS_MAX];
	size_t count;

	do {
		count = poll_for_events(states, block);
		if (readers_take_event(roles, index, role))
			return JPKI_OK;
		if (!block)
			return JPKI_ERR_TIMEOUT;
	} while (wait_for_change(states, count, -1));
	return JPKI_ERR_CANCELLED;
}

static bool
begin_waiting(void)
{
	bool may;

	pthread_mutex_lock(&lock);
	may = !stopping;
	waiting += may;
	pthread_mutex_unlock(&lock);
	return may;
}

static void
end_waiting(void)
{
	pthread_mutex_lock(&lock);
	waiting--;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

int
library_wait(unsigned roles, bool block, size_t *index, enum jpki_role *role)
{
	int rv;

	if (!begin_waiting())
		return JPKI_ERR_CANCELLED;
	rv = wait_for_event(roles, block, index, role);
	end_waiting();
	return rv;
}

/* A thread in library_watch, and the *seen that it was called with. */
struct watcher {
	uint64_t seen;
	struct watcher *next;
};

static void
add_watcher(struct watcher *watcher)
{
	pthread_mutex_lock(&lock);
	watcher->next = watchers;
	watchers = watcher;
	pthread_mutex_unlock(&lock);
}

static void
remove_watcher(const struct watcher *watcher)
{
	struct watcher **link;

	pthread_mutex_lock(&lock);
	for (link = &watchers; *link != watcher; link = &(*link)->next)
		continue;
	*link = watcher->next;
	pthread_mutex_unlock(&lock);
}

static bool
was_cancelled(uint64_t seen)
{
	bool was;

	pthread_mutex_lock(&lock);
	was = seen != 0 && cancelled_at > seen;
	pthread_mutex_unlock(&lock);
	return was;
}

/* Milliseconds left of `timeout_ms` (-1: no end), which began at `since`. */
static int
time_left(int timeout_ms, uint64_t since)
{
	uint64_t gone = clock_now_ms() - since;

	if (timeout_ms < 0)
		return -1;
	return gone < (uint64_t)timeout_ms ? timeout_ms - (int)gone : 0;
}

static int
watch(uint64_t *seen, int timeout_ms)
{
	struct jpki_reader_state states[READERS_MAX];
	uint64_t since = clock_now_ms(), was = *seen;
	size_t count;
	int left;

	do {
		count = poll_for_events(states, timeout_ms != 0);
		*seen = readers_changes();
		if (*seen != was)
			return was_cancelled(was) ? JPKI_ERR_CANCELLED : JPKI_OK;
		left = time_left(timeout_ms, since);
		if (left == 0)
			return JPKI_ERR_TIMEOUT;
	} while (wait_for_change(states, count, left));
	return JPKI_ERR_CANCELLED;
}

int
library_watch(uint64_t *seen, int timeout_ms)
{
	struct watcher watcher = {.seen = *seen};
	int rv;

	if (!begin_waiting())
		return JPKI_ERR_CANCELLED;
	add_watcher(&watcher);
	rv = watch(seen, timeout_ms);
	remove_watcher(&watcher);
	end_waiting();
	return rv;
}

static bool
somebody_has_not_heard(void)
{
	for (const struct watcher *w = watchers; w != NULL; w = w->next)
		if (w->seen < cancelled_at)
			return true;
	return false;
}

void
library_cancel(void)
{
	struct deadline soon;

	pthread_mutex_lock(&lock);
	cancelled_at = readers_note_change();
	while (somebody_has_not_heard()) {
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&lock);
		jpki_transport.cancel(readers_service());
		pthread_mutex_lock(&lock);
		soon = deadline_in(10);
		if (somebody_has_not_heard())
			(void)deadline_wait(&changed, &lock, &soon);
	}
	pthread_mutex_unlock(&lock);
}
