/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/expiry.h"

#include <pthread.h>
#include <stdbool.h>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/thread.h"

/*
 * The clock of a condition variable stops while the machine sleeps; `due` is on a clock that does
 * not. So the time is checked at this interval, in ms.
 */
#define SLICE_MS 1000

/* Guards what follows. Lock order: a reader's, then this. `work` is called without it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static void (*work)(void);
static uint64_t due; /* 0: there is nothing to do */
static bool runs;    /* the thread exists */
static bool stopping;

static void
wait_inlock(uint64_t ms)
{
	struct deadline until = deadline_in((long)(ms < SLICE_MS ? ms : SLICE_MS));

	(void)deadline_wait(&changed, &lock, &until);
}

static void *
live(void *unused)
{
	uint64_t now;

	(void)unused;
	pthread_mutex_lock(&lock);
	while (due != 0 && !stopping) {
		now = clock_now_ms();
		if (now < due) {
			wait_inlock(due - now);
			continue;
		}
		due = 0;
		pthread_mutex_unlock(&lock);
		work();
		pthread_mutex_lock(&lock);
	}
	runs = false;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return NULL;
}

void
expiry_start(void (*what)(void))
{
	pthread_mutex_lock(&lock);
	work = what;
	due = 0;
	stopping = false;
	pthread_mutex_unlock(&lock);
}

bool
expiry_at(uint64_t moment)
{
	bool will;

	pthread_mutex_lock(&lock);
	if (!stopping && (due == 0 || moment < due)) {
		due = moment;
		pthread_cond_broadcast(&changed);
	}
	if (due != 0 && !runs && !stopping)
		runs = thread_start(live, NULL);
	will = runs && !stopping;
	pthread_mutex_unlock(&lock);
	return will;
}

void
expiry_stop(int patience_ms)
{
	struct deadline until = deadline_in(patience_ms < 0 ? 0 : patience_ms);
	int error = 0;

	pthread_mutex_lock(&lock);
	stopping = true;
	pthread_cond_broadcast(&changed);
	while (runs && error == 0)
		error = patience_ms < 0 ? pthread_cond_wait(&changed, &lock)
					: deadline_wait(&changed, &lock, &until);
	pthread_mutex_unlock(&lock);
}

void
expiry_abandon(void)
{
	pthread_mutex_init(&lock, NULL);
	pthread_cond_init(&changed, NULL);
	due = 0;
	runs = stopping = false;
}
