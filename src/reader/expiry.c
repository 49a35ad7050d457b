/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/expiry.h"

#include <pthread.h>
#include <stdbool.h>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/thread.h"

/*
 * Conditions are waited for on a clock that stops while the machine sleeps, and the moment is on
 * one that does not: so look at it that often, in ms.
 */
#define SLICE_MS 1000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of what follows; an inner one */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static void (*work)(void);
static uint64_t due; /* 0: there is nothing to do */
static bool runs;    /* the thread */
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
