/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/watch.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/deadline.h"
#include "pcsc/context.h"
#include "pcsc/error.h"
#include "pcsc/fork.h"
#include "pcsc/mute.h"
#include "pcsc/service.h"

struct watch_waiter {
	SCARDCONTEXT context;
	atomic_bool cancelled;
	struct watch_waiter *next;
};

/*
 * A wait may not have reached the service when it is cancelled, so cancel again until it has
 * returned.
 */
void
watch_cancel(struct jpki_service *service)
{
	struct deadline soon;

	pthread_mutex_lock(&service->lock);
	while (service->waiters != NULL) {
		for (struct watch_waiter *w = service->waiters; w != NULL; w = w->next) {
			w->cancelled = true;
			fork_begin_request();
			(void)SCardCancel(w->context);
			fork_end_request();
		}
		pthread_cond_broadcast(&service->changed);
		soon = deadline_in(10);
		(void)deadline_wait(&service->changed, &service->lock, &soon);
	}
	pthread_mutex_unlock(&service->lock);
}

/* Pause, but return at once when the wait is cancelled. */
static void
rest(struct jpki_service *service, const struct watch_waiter *waiter, long ms)
{
	struct deadline until = deadline_in(ms);

	pthread_mutex_lock(&service->lock);
	while (!waiter->cancelled && deadline_wait(&service->changed, &service->lock, &until) == 0)
		continue;
	pthread_mutex_unlock(&service->lock);
}

static bool
differ(const struct jpki_reader_state *a, const struct jpki_reader_state *b)
{
	return a->attached != b->attached || a->present != b->present || a->mute != b->mute ||
	       a->events != b->events;
}

/* The service lists a reader in a bad state, which we do not count as attached. */
static bool
is_known(const char *reader, const struct jpki_reader_state *states, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if ((states[i].attached || states[i].raw != 0) &&
		    strcmp(states[i].name, reader) == 0)
			return true;
	return false;
}

/* Is there a reader that `states` does not know? */
static int
reader_came(
    struct jpki_service *service, const struct jpki_reader_state *states, size_t count, bool *came)
{
	char names[JPKI_READERS_MAX][JPKI_READER_NAME_SIZE];
	size_t readers;
	int rv;

	rv = service_readers(service, names, JPKI_READERS_MAX, &readers);
	if (rv != JPKI_OK && rv != JPKI_ERR_BUFFER)
		return rv;
	for (size_t r = 0; r < readers && r < JPKI_READERS_MAX && !*came; r++)
		*came = !is_known(names[r], states, count);
	return JPKI_OK;
}

/* Poll into `now`: does it differ from `states`, or is there a new reader? */
static int
poll_again(struct jpki_service *service, const struct jpki_reader_state *states,
    struct jpki_reader_state *now, size_t count, bool *changed)
{
	int rv = service_poll(service, now, count);

	*changed = false;
	for (size_t i = 0; i < count && rv == JPKI_OK && !*changed; i++)
		*changed = differ(&now[i], &states[i]);
	if (rv == JPKI_OK && !*changed)
		rv = reader_came(service, now, count, changed);
	return rv;
}

/* The most readers in one call of pcsc-lite before 2.0. */
#define WATCHED_MAX_OF_OLD 16

/* A change of who uses the card does not end a wait. */
#define NOT_WATCHED (SCARD_STATE_INUSE | SCARD_STATE_EXCLUSIVE)

/*
 * The readers to watch, each with its last state, so that a bad state that lasts does not end the
 * wait; and the pseudo-reader that announces new ones. Readers with a mute card are left out,
 * because they would delay news of the others (mute.h).
 */
static DWORD
watch_list(struct jpki_service *service, const struct jpki_reader_state *now, size_t count,
    SCARD_READERSTATE watched[JPKI_READERS_MAX + 1])
{
	DWORD length = 0;

	watched[length++] = (SCARD_READERSTATE){.szReader = "\\\\?PnP?\\Notification"};
	for (size_t i = 0; i < count && length <= JPKI_READERS_MAX; i++)
		if (now[i].raw != 0 && !mute_knows(service->mute, now[i].name))
			watched[length++] = (SCARD_READERSTATE){
			    .szReader = now[i].name,
			    .dwCurrentState = now[i].raw & ~(DWORD)NOT_WATCHED,
			};
	return length;
}

static LONG
wait_between_forks(SCARDCONTEXT context, int timeout_ms, SCARD_READERSTATE *watched, DWORD length)
{
	struct fork_wait wait = {.context = context};
	LONG code;

	fork_begin_wait(&wait);
	code = SCardGetStatusChange(context, (DWORD)timeout_ms, watched, length);
	fork_end_wait(&wait);
	return code;
}

/*
 * Wait for an event. JPKI_ERR_CANCELLED also if a fork has cancelled the wait: then it is repeated.
 */
static int
listen(struct jpki_service *service, const struct watch_waiter *waiter,
    const struct jpki_reader_state *now, size_t count, int timeout_ms)
{
	static atomic_long last;
	SCARD_READERSTATE watched[JPKI_READERS_MAX + 1];
	DWORD length = watch_list(service, now, count, watched);
	LONG code;

	code = wait_between_forks(waiter->context, timeout_ms, watched, length);
	if (code == SCARD_E_INVALID_PARAMETER && length > WATCHED_MAX_OF_OLD)
		code = wait_between_forks(waiter->context, timeout_ms, watched, WATCHED_MAX_OF_OLD);
	for (DWORD i = 1; i < length && code == SCARD_S_SUCCESS; i++)
		mute_note(service->mute, &watched[i]);
	return error_told_once("SCardGetStatusChange", code, &last);
}

/*
 * The service reports new readers only during a wait, so look again every second: a reader that
 * came between a look and the wait is not missed for long.
 */
#define SLICE_MS 1000
/* If a wait ends without news, pause; after the next such wait pause twice as long, in ms. */
#define PAUSE_MIN_MS 100
#define PAUSE_MAX_MS 1000

/* How long to wait this time, of `timeout_ms` (-1: no end) since `since`; 0: the time is over. */
static int
slice(int timeout_ms, uint64_t since)
{
	uint64_t gone = clock_now_ms() - since;

	if (timeout_ms < 0)
		return SLICE_MS;
	if (gone >= (uint64_t)timeout_ms)
		return 0;
	return timeout_ms - (int)gone < SLICE_MS ? timeout_ms - (int)gone : SLICE_MS;
}

static int
longer(int pause)
{
	if (pause == 0)
		return PAUSE_MIN_MS;
	return pause * 2 < PAUSE_MAX_MS ? pause * 2 : PAUSE_MAX_MS;
}

static int
wait_in_slices(struct jpki_service *service, const struct watch_waiter *waiter,
    const struct jpki_reader_state *states, struct jpki_reader_state *now, size_t count,
    int timeout_ms)
{
	uint64_t since = clock_now_ms();
	int rv, ms, pause = 0;
	bool changed;

	for (;;) {
		rv = poll_again(service, states, now, count, &changed);
		if (rv != JPKI_OK || changed)
			return rv;
		ms = slice(timeout_ms, since);
		if (ms == 0)
			return JPKI_ERR_TIMEOUT;
		if (pause != 0)
			rest(service, waiter, pause < ms ? pause : ms);
		if (!waiter->cancelled)
			rv = listen(service, waiter, now, count, ms);
		if (waiter->cancelled)
			return JPKI_ERR_CANCELLED;
		if (rv == JPKI_ERR_TIMEOUT || rv == JPKI_ERR_CANCELLED)
			pause = 0;
		else if (rv == JPKI_OK || rv == JPKI_ERR_NO_READER)
			pause = longer(pause);
		else
			return rv;
	}
}

static void
add_waiter(struct jpki_service *service, struct watch_waiter *waiter)
{
	pthread_mutex_lock(&service->lock);
	waiter->next = service->waiters;
	service->waiters = waiter;
	pthread_mutex_unlock(&service->lock);
}

static void
remove_waiter(struct jpki_service *service, struct watch_waiter *waiter)
{
	struct watch_waiter **link;

	pthread_mutex_lock(&service->lock);
	for (link = &service->waiters; *link != waiter; link = &(*link)->next)
		continue;
	*link = waiter->next;
	pthread_cond_broadcast(&service->changed);
	pthread_mutex_unlock(&service->lock);
}

int
watch_wait(struct jpki_service *service, const struct jpki_reader_state *states, size_t count,
    int timeout_ms)
{
	struct watch_waiter waiter = {0};
	struct jpki_reader_state *now;
	int rv;

	now = malloc((count + 1) * sizeof(*now));
	if (now == NULL)
		return JPKI_ERR_MEMORY;
	if (count > 0)
		memcpy(now, states, count * sizeof(*now));
	rv = context_establish(&waiter.context);
	if (rv == JPKI_OK) {
		add_waiter(service, &waiter);
		rv = wait_in_slices(service, &waiter, states, now, count, timeout_ms);
		remove_waiter(service, &waiter);
		context_release(waiter.context);
	}
	free(now);
	return rv;
}
