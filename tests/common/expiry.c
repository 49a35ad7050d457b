/* SPDX-License-Identifier: BSD-2-Clause */

/* In place of the product's (reader/expiry.h): no thread, the test says when it comes. */

#include "reader/expiry.h"

#include <pthread.h>
#include <stddef.h>

#include "base/clock.h"
#include "expire.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void (*work)(void); /* NULL: stopped */
static uint64_t due;

bool expire_nobody;

static void
set(void (*what)(void))
{
	pthread_mutex_lock(&lock);
	work = what;
	due = 0;
	pthread_mutex_unlock(&lock);
}

void
expiry_start(void (*what)(void))
{
	set(what);
}

bool
expiry_at(uint64_t moment)
{
	bool will;

	pthread_mutex_lock(&lock);
	if (work != NULL && (due == 0 || moment < due))
		due = moment;
	will = work != NULL && !expire_nobody;
	pthread_mutex_unlock(&lock);
	return will;
}

void
expiry_stop(int patience_ms)
{
	(void)patience_ms;
	set(NULL);
}

void
expiry_abandon(void)
{
	pthread_mutex_init(&lock, NULL);
	set(NULL);
}

bool
expire(void)
{
	void (*now)(void) = NULL;

	pthread_mutex_lock(&lock);
	if (due != 0 && clock_now_ms() >= due) {
		now = work;
		due = 0;
	}
	pthread_mutex_unlock(&lock);
	if (now != NULL)
		now();
	return now != NULL;
}
