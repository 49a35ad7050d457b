/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/module.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "token/crypto.h"
#include "token/lock.h"
#include "token/refusal.h"
#include "token/rv.h"
#include "token/session.h"

struct settings module_settings;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;    /* stopping, waiting */
static pthread_mutex_t life = PTHREAD_MUTEX_INITIALIZER;     /* held by who starts or stops */
static pthread_rwlock_t inside = PTHREAD_RWLOCK_INITIALIZER; /* ... shared by all calls */
static atomic_bool running;
static atomic_int owner; /* the process that it has been started in */
static bool stopping;
/* From then on a reader that comes counts as seen empty: a card that comes with it is an event. */
static bool looked_around;
static unsigned waiting; /* threads in module_wait */
static struct jpki_service *service;
static struct reader *readers[MODULE_READERS_MAX];
static size_t reader_count;
static atomic_ulong last_serial;

void
module_lock(void)
{
	pthread_mutex_lock(&lock);
}

void
module_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

struct jpki_service *
module_service(void)
{
	return service;
}

CK_ULONG
module_next_serial(void)
{
	return atomic_fetch_add(&last_serial, 1) + 1;
}

/*
 * In a forked child everything belongs to the parent: connections with the service must not
 * be closed from here, locks may be held by threads that are not there. Leave it all and let
 * C_Initialize begin anew.
 */
static void
after_fork(void)
{
	pthread_mutex_init(&life, NULL);
	pthread_rwlock_init(&inside, NULL);
	pthread_mutex_init(&lock, NULL);
	pthread_cond_init(&changed, NULL);
	atomic_store(&running, false);
	stopping = false;
	waiting = 0;
	looked_around = false;
	service = NULL;
	reader_count = 0;
	sessions_abandon();
}

/* Is what there is ours? Some ways to fork call no handler (_Fork, clone). */
static bool
runs_here(void)
{
	return atomic_load(&running) && atomic_load(&owner) == getpid();
}

static bool
watch_forks(void)
{
	static bool watched;

	if (!watched)
		watched = pthread_atfork(NULL, NULL, after_fork) == 0;
	return watched;
}

static struct reader *
add_reader(const char *name)
{
	struct reader *reader;

	if (reader_count == MODULE_READERS_MAX)
		return NULL;
	reader = calloc(1, sizeof(*reader));
	if (reader == NULL)
		return NULL;
	pthread_mutex_init(&reader->lock, NULL);
	reader->index = reader_count;
	reader->looked_at = looked_around;
	strcpy(reader->name, name);
	readers[reader_count++] = reader;
	return reader;
}

static CK_RV
start(CK_RV arguments)
{
	CK_RV rv;

	log_start(LOG_ERROR, NULL); /* for what is wrong with the settings */
	settings_load(&module_settings);
	log_start(module_settings.log_level, module_settings.log_file);
	log_line(LOG_INFO, "version %s starts", JPKI_VERSION);
	if (arguments != CKR_OK)
		return arguments;
	if (!watch_forks())
		return CKR_HOST_MEMORY;
	if (!crypto_start())
		return crypto_is_gone() ? CKR_GENERAL_ERROR : CKR_HOST_MEMORY;
	rv = refusal_start() ? rv_of(jpki_transport.start(&service)) : CKR_HOST_MEMORY;
	if (rv == CKR_OK && add_reader("") == NULL) {
		jpki_transport.stop(&service);
		rv = CKR_HOST_MEMORY;
	}
	if (rv != CKR_OK) {
		refusal_stop();
		crypto_stop();
	}
	return rv;
}

/* Look at all readers, the first time. */
static void
look_around(void)
{
	struct reader *reader;

	module_find_readers();
	for (size_t i = 0; (reader = module_reader(i)) != NULL; i++) {
		pthread_mutex_lock(&reader->lock);
		reader_update(reader);
		reader_publish(reader);
		pthread_mutex_unlock(&reader->lock);
	}
	module_lock();
	looked_around = true;
	module_unlock();
}

CK_RV
module_start(CK_RV arguments)
{
	CK_RV rv = CKR_CRYPTOKI_ALREADY_INITIALIZED;

	if (atomic_load(&running) && !runs_here())
		after_fork();
	crypto_prepare(); /* before any lock: what it loads may come back here */
	pthread_mutex_lock(&life);
	if (!atomic_load(&running)) {
		stopping = looked_around = false;
		crypto_enter();
		rv = start(arguments);
		log_line(LOG_TRACE, "C_Initialize: %s (0x%lX)", rv_name(rv), rv);
		if (rv == CKR_OK) {
			look_around();
			atomic_store(&owner, getpid());
			atomic_store(&running, true);
		} else
			log_stop();
		crypto_leave();
	}
	pthread_mutex_unlock(&life);
	return rv;
}

bool
module_enter(void)
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

void
module_leave(void)
{
	crypto_leave();
	pthread_rwlock_unlock(&inside);
}

static void
stop_reader(struct reader *reader)
{
	pthread_mutex_lock(&reader->lock);
	sessions_close(reader, MODULE_ALL_ROLES);
	reader_forget(reader);
	pthread_mutex_unlock(&reader->lock);
	pthread_mutex_destroy(&reader->lock);
	free(reader);
}

/*
 * Let nobody be waiting. A thread may be about to begin its wait, so it is told again until it
 * has come back.
 */
static void
stop_waiting(void)
{
	struct timespec soon;

	module_lock();
	stopping = true;
	pthread_cond_broadcast(&changed);
	while (waiting > 0) {
		module_unlock();
		jpki_transport.cancel(service);
		module_lock();
		soon = deadline_in(10);
		if (waiting > 0)
			(void)pthread_cond_timedwait(&changed, &lock, &soon);
	}
	module_unlock();
}

static void
stop(void)
{
	stop_waiting();
	atomic_store(&running, false);
	pthread_rwlock_wrlock(&inside); /* nobody comes in any more: wait for those inside */
	while (reader_count > 0)
		stop_reader(readers[--reader_count]);
	jpki_transport.stop(&service);
	refusal_stop();
	crypto_stop();
	log_line(LOG_INFO, "stopped");
	log_stop();
	pthread_rwlock_unlock(&inside);
}

CK_RV
module_stop(void)
{
	bool was_running;

	if (!runs_here())
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	pthread_mutex_lock(&life);
	was_running = atomic_load(&running);
	if (was_running) {
		crypto_enter();
		stop();
		crypto_leave();
	}
	pthread_mutex_unlock(&life);
	return was_running ? CKR_OK : CKR_CRYPTOKI_NOT_INITIALIZED;
}

/* Somebody who is in a call while the program ends gets this long to come out of it, in ms. */
#define EXIT_PATIENCE_MS 1000

/*
 * Programs end without C_Finalize. At this point other libraries may be gone (OpenSSL's exit
 * handler has run), so no more is done than to lock the cards.
 */
__attribute__((destructor)) static void
at_exit(void)
{
	struct timespec until = deadline_in(EXIT_PATIENCE_MS);

	if (!runs_here())
		return;
	for (size_t i = 0; i < reader_count; i++) {
		if (pthread_mutex_timedlock(&readers[i]->lock, &until) != 0)
			continue;
		if (reader_is_unlocked(readers[i]))
			(void)jpki_card_disconnect(readers[i]->card, true, -1);
		pthread_mutex_unlock(&readers[i]->lock);
	}
}

struct reader *
module_reader(size_t index)
{
	struct reader *reader;

	module_lock();
	reader = index < reader_count ? readers[index] : NULL;
	module_unlock();
	return reader;
}

void
module_reader_name(const struct reader *reader, char *name)
{
	module_lock();
	strcpy(name, reader->name);
	module_unlock();
}

/* With the lock held. The nameless pair of slots takes the first reader that comes. */
static void
know_reader(const char *name)
{
	for (size_t i = 0; i < reader_count; i++)
		if (strcmp(readers[i]->name, name) == 0)
			return;
	if (readers[0]->name[0] == '\0')
		strcpy(readers[0]->name, name);
	else
		(void)add_reader(name);
}

void
module_find_readers(void)
{
	char names[MODULE_READERS_MAX][JPKI_READER_NAME_SIZE];
	size_t count;
	int rv;

	rv = jpki_transport.readers(service, names, MODULE_READERS_MAX, &count);
	if (rv == JPKI_ERR_BUFFER)
		count = MODULE_READERS_MAX;
	else if (rv != JPKI_OK)
		return;
	module_lock();
	for (size_t i = 0; i < count; i++)
		know_reader(names[i]);
	module_unlock();
}

void
module_slot_event(struct reader *reader)
{
	module_lock();
	for (int role = 0; role < JPKI_ROLES; role++)
		reader->event[role] = true;
	module_unlock();
}

bool
module_take_event(CK_SLOT_ID *slot)
{
	bool found = false;

	module_lock();
	for (size_t i = 0; i < reader_count && !found; i++)
		for (int role = 0; role < JPKI_ROLES && !found; role++) {
			if (!readers[i]->event[role] || (module_roles & MODULE_ROLE(role)) == 0)
				continue;
			readers[i]->event[role] = false;
			*slot = i * JPKI_ROLES + (CK_SLOT_ID)role;
			found = true;
		}
	module_unlock();
	return found;
}

bool
module_begin_waiting(void)
{
	bool may;

	module_lock();
	may = !stopping;
	if (may)
		waiting++;
	module_unlock();
	return may;
}

void
module_end_waiting(void)
{
	module_lock();
	waiting--;
	pthread_cond_broadcast(&changed);
	module_unlock();
}

/* How long to wait before looking for the PC/SC service again, which cannot tell. */
#define SERVICE_PAUSE_MS 1000

bool
module_wait(const struct jpki_reader_state *states, size_t count)
{
	struct timespec until;
	bool may;
	int rv;

	rv = jpki_transport.wait(service, states, count, -1);
	module_lock();
	if (rv != JPKI_OK && !stopping) {
		until = deadline_in(SERVICE_PAUSE_MS);
		(void)pthread_cond_timedwait(&changed, &lock, &until);
	}
	may = !stopping;
	module_unlock();
	return may;
}

void
module_publish(struct reader *reader, enum jpki_role role, const struct slot_view *view)
{
	module_lock();
	reader->views[role] = *view;
	module_unlock();
}

void
module_view(struct reader *reader, enum jpki_role role, struct slot_view *view)
{
	module_lock();
	*view = reader->views[role];
	module_unlock();
}

void
module_publish_state(struct reader *reader)
{
	module_lock();
	reader->seen = reader->state;
	module_unlock();
}

void
module_seen(const struct reader *reader, struct jpki_reader_state *state)
{
	module_lock();
	*state = reader->seen;
	module_unlock();
}
