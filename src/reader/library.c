/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/library.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/log.h"
#include "base/process.h"
#include "base/thread.h"
#include "reader/contents.h"
#include "reader/crypto.h"
#include "reader/expiry.h"
#include "reader/lock.h"
#include "reader/login.h"
#include "reader/presence.h"
#include "reader/refusal.h"
#include "reader/settings.h"
#include "reader/transaction.h"

static pthread_mutex_t life = PTHREAD_MUTEX_INITIALIZER; /* held by who starts or stops */
/* ... shared by all calls; who forks is not kept out by those who come after him */
static pthread_rwlock_t inside = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;  /* of what follows */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER; /* stopping, released, waiting */
static bool stopping;
static bool released;	 /* by who ends without stopping */
static unsigned waiting; /* threads in library_wait and library_watch */
static struct watcher *watchers;
static uint64_t cancelled_at; /* readers_changes at the last library_cancel */
static atomic_bool running;
static atomic_uint_least64_t run;

/* Is what there is ours? */
static bool
runs_here(void)
{
	return atomic_load(&running) && process_is_marked();
}

/*
 * While a thread is in a call it may hold a lock of OpenSSL's, and a child would wait for that for
 * ever: who forks waits until they have come out, but not for long, in ms.
 */
#define FORK_PATIENCE_MS 300
static _Thread_local bool keeps_out;

/*
 * A child has the connection with the service, too: if its parent were killed in a transaction, it
 * would last as long as the child, and neither others nor the guard could get at the card.
 */
static void
end_transactions(void)
{
	struct reader *reader;

	for (size_t i = 0; (reader = readers_at(i)) != NULL; i++) {
		if (pthread_mutex_trylock(&reader->lock) != 0)
			continue;
		transaction_stop_lingering(reader);
		library_unlock_reader(reader);
	}
}

static void
before_fork(void)
{
	struct deadline until = deadline_in(FORK_PATIENCE_MS);

	keeps_out = atomic_load(&running) && deadline_lock_whole(&inside, &until) == 0;
	if (keeps_out && runs_here())
		end_transactions();
}

static void
after_fork_in_parent(void)
{
	if (keeps_out)
		pthread_rwlock_unlock(&inside);
}

/*
 * In a forked child everything belongs to the parent: connections with the service must not be
 * closed from here, locks may be held by threads that are not there. Leave it all and let it be
 * started anew.
 */
static void
after_fork_in_child(void)
{
	pthread_mutex_init(&life, NULL);
	inside = (pthread_rwlock_t)PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
	pthread_mutex_init(&lock, NULL);
	pthread_cond_init(&changed, NULL);
	atomic_store(&running, false);
	stopping = false;
	waiting = 0;
	watchers = NULL;
	expiry_abandon();
	crypto_abandon();
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
 * Nobody has made a call, and the time of something is up. Who has a reader's lock, maybe for long,
 * asks for this when giving it back: the others are not to wait for him.
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
		library_unlock_reader(reader);
	}
	library_leave();
}

/* Somebody who is in a call while the program ends gets this long to come out of it, in ms. */
#define EXIT_PATIENCE_MS 1000
/* How long the end of a program waits until its cards are locked, in ms; the guard goes on. */
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
	/* after what is below has: who forks takes its locks later then, as a call does */
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
	log_start(LOG_ERROR, NULL); /* for what is wrong with the settings */
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

/* Look at all readers, the first time. */
static void
look_around(void)
{
	struct reader *reader;

	(void)readers_find(false);
	for (size_t i = 0; (reader = readers_at(i)) != NULL; i++) {
		pthread_mutex_lock(&reader->lock);
		presence_look(reader);
		library_unlock_reader(reader);
	}
	readers_all_known();
}

int
library_start(unsigned roles)
{
	int rv = JPKI_ERR_RUNNING;

	if (atomic_load(&running) && !runs_here())
		after_fork_in_child();
	pthread_mutex_lock(&life);
	if (!atomic_load(&running)) {
		stopping = false;
		crypto_enter();
		rv = start(roles);
		if (rv == JPKI_OK) {
			look_around();
			atomic_store(&running, true);
		}
		crypto_leave();
	}
	pthread_mutex_unlock(&life);
	return rv;
}

void
library_tell(const char *line)
{
	pthread_mutex_lock(&life);
	if (!atomic_load(&running))
		open_log();
	log_line(LOG_TRACE, "%s", line);
	if (!atomic_load(&running))
		log_stop();
	pthread_mutex_unlock(&life);
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
	pthread_rwlock_rdlock(&inside);
	if (atomic_load(&running)) {
		crypto_enter();
		return true;
	}
	pthread_rwlock_unlock(&inside);
	return false;
}

bool
library_enter_prepared(void)
{
	if (!runs_here())
		return false;
	crypto_prepare(); /* before any lock: what it loads may come back here */
	return library_enter();
}

void
library_leave(void)
{
	crypto_leave();
	pthread_rwlock_unlock(&inside);
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
 * Let nobody be waiting. A thread may be about to begin its wait, so it is told again until it
 * has come back.
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
	if (!runs_here())
		return JPKI_ERR_STOPPED;
	pthread_mutex_lock(&life);
	if (!atomic_load(&running)) {
		pthread_mutex_unlock(&life);
		return JPKI_ERR_STOPPED;
	}
	crypto_enter();
	stop_waiting();
	expiry_stop(-1);
	atomic_store(&running, false);
	pthread_rwlock_wrlock(&inside); /* nobody comes in any more: wait for those inside */
	return JPKI_OK;
}

void
library_stop_finish(void)
{
	struct jpki_service *service = readers_service();
	struct reader *reader;

	while ((reader = readers_take_last()) != NULL)
		stop_reader(reader);
	readers_set_service(NULL);
	jpki_transport.stop(&service);
	crypto_stop();
	log_line(LOG_INFO, "stopped");
	log_stop();
	pthread_rwlock_unlock(&inside);
	crypto_leave();
	pthread_mutex_unlock(&life);
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

/* In a thread: a service that hangs keeps no program from ending. False if it is not through. */
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
 * Programs end without stopping the library. At this point other libraries may be gone (OpenSSL's
 * exit handler has run), so no more is done than to lock the cards. What cannot be done at once is
 * left to the guard. A thread that is stopping the library sees to it itself.
 */
__attribute__((destructor)) static void
at_exit(void)
{
	struct deadline until = deadline_in(EXIT_PATIENCE_MS);

	if (!runs_here() || deadline_lock(&life, &until) != 0)
		return;
	expiry_stop(EXIT_PATIENCE_MS);
	if (!atomic_load(&running) || release_in_time())
		pthread_mutex_unlock(&life);
}

static void
publish(struct reader *reader)
{
	struct reader_view view = {
	    .valid = reader->probed || !reader->state.present || reader->probe_after != 0,
	    .state = reader->state,
	    .card = atomic_load(&reader->card_number),
	    .asked = reader->asked,
	    .info = reader->info,
	};

	for (int role = 0; role < JPKI_ROLES; role++) {
		const struct key *key = &reader->keys[role];

		view.keys[role] = (struct key_view){
		    .present = key->present,
		    .active = lock_shows_login(reader, (enum jpki_role)role),
		    .offers_pss = contents_offers_pss(key),
		    .tries_known = reader->tries[role].known,
		    .tries = reader->tries[role].left,
		};
	}
	readers_publish(reader, &view);
}

/* When something of it is up; 0: nothing is. */
static uint64_t
expires_at(const struct reader *reader)
{
	const uint64_t times[] = {
	    lock_open_until(reader), reader->linger_until, reader->kept_until};
	uint64_t first = 0;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (times[i] != 0 && (first == 0 || times[i] < first))
			first = times[i];
	return first;
}

void
library_unlock_reader(struct reader *reader)
{
	uint64_t until = expires_at(reader);

	/* nobody would end it, and others wait for it */
	if (until != 0 && !expiry_at(until))
		transaction_let_go(reader);
	lock_tell_guard(reader);
	publish(reader);
	pthread_mutex_unlock(&reader->lock);
}

bool
library_peek(struct reader *reader, struct reader_view *view)
{
	if (pthread_mutex_trylock(&reader->lock) == 0)
		return false;
	readers_view(reader, view);
	return true;
}

/* Was it looked at a moment ago? */
static bool
is_fresh(const struct reader *reader)
{
	uint64_t seen = atomic_load(&reader->seen_at);

	return seen != 0 && clock_now_ms() - seen < presence_fresh_ms;
}

bool
library_is_as_seen(const struct reader *reader, const struct reader_view *view)
{
	struct jpki_reader_state now = {0};

	if (!view->valid || view->card != atomic_load(&reader->card_number))
		return false;
	if (is_fresh(reader))
		return true;
	readers_name(reader, now.name);
	return jpki_transport.poll(readers_service(), &now, 1) == JPKI_OK && now.present &&
	       now.events == view->state.events && now.insertion == view->state.insertion;
}

bool
library_lock_stale(struct reader *reader)
{
	return !is_fresh(reader) && pthread_mutex_trylock(&reader->lock) == 0;
}

void
library_look(
    struct reader *reader, enum jpki_role role, enum library_look what, struct reader_view *view)
{
	unsigned tries;

	if (library_peek(reader, view)) {
		if (view->valid)
			return;
		pthread_mutex_lock(&reader->lock);
	}
	presence_update(reader);
	if (contents_key(reader, role) != NULL && what == LIBRARY_LOOK_TRIES)
		(void)contents_tries(reader, role, &tries);
	publish(reader);
	readers_view(reader, view);
	library_unlock_reader(reader);
}

/*
 * Who waits for events gives a reader that is busy with a card this long, in ms: not for ever,
 * for there are other readers, but without asking again and again.
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

/* Look at all readers that are not busy; `states` is what was seen last of each. */
static size_t
look_for_events(struct jpki_reader_state *states, bool block)
{
	struct reader_view view;
	struct reader *reader;
	size_t count = 0;

	(void)readers_find(false);
	for (; (reader = readers_at(count)) != NULL; count++) {
		if (lock_if_idle(reader, block)) {
			presence_look(reader);
			library_unlock_reader(reader);
		}
		readers_view(reader, &view);
		states[count] = view.state;
		readers_name(reader, states[count].name); /* it may have none there yet */
	}
	return count;
}

/* How long to wait before looking for the PC/SC service again, which cannot tell. */
#define SERVICE_PAUSE_MS 1000

/* Outside for as long as nothing happens: who forks need not wait for us. */
static bool
wait_for_change(const struct jpki_reader_state *states, size_t count, int timeout_ms)
{
	bool brief = timeout_ms >= 0 && timeout_ms < SERVICE_PAUSE_MS;
	struct deadline until;
	bool may;
	int rv;

	pthread_rwlock_unlock(&inside);
	rv = jpki_transport.wait(readers_service(), states, count, timeout_ms);
	pthread_mutex_lock(&lock);
	if (rv != JPKI_OK && rv != JPKI_ERR_TIMEOUT && rv != JPKI_ERR_CANCELLED && !stopping) {
		until = deadline_in(brief ? timeout_ms : SERVICE_PAUSE_MS);
		(void)deadline_wait(&changed, &lock, &until);
	}
	may = !stopping;
	pthread_mutex_unlock(&lock);
	pthread_rwlock_rdlock(&inside);
	return may;
}

static int
wait_for_event(unsigned roles, bool block, size_t *index, enum jpki_role *role)
{
	struct jpki_reader_state states[READERS_MAX];
	size_t count;

	do {
		count = look_for_events(states, block);
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

/* A thread in library_watch, and what it had seen as it came. */
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
	struct watcher **place;

	pthread_mutex_lock(&lock);
	for (place = &watchers; *place != watcher; place = &(*place)->next)
		continue;
	*place = watcher->next;
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

/* What is left of `timeout_ms` (-1: no end) that began at `since`. */
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
		count = look_for_events(states, timeout_ms != 0);
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
