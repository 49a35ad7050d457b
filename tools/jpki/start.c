/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <jpki/jpki.h>

#include "failure_json.h"
#include "json.h"
#include "start.h"
#include "trouble.h"

#define PATIENCE_S 15

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool started;

/* Ends the program if the service does not answer in time: nothing is unlocked or half done yet. */
static void *
watch(void *unused)
{
	struct timespec until;
	int error = 0, status;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&lock);
	while (!started && error == 0)
		error = pthread_cond_clockwait(&changed, &lock, CLOCK_MONOTONIC, &until);
	if (!started) {
		status = trouble_tell_silent();
		if (json_is_expected())
			failure_json_print(status);
		fflush(stdout);
		_exit(status);
	}
	pthread_mutex_unlock(&lock);
	return unused;
}

int
start_library(void)
{
	pthread_t watcher;
	bool watched;
	int rv;

	started = false;
	watched = pthread_create(&watcher, NULL, watch, NULL) == 0;
	rv = jpki_start(JPKI_ALL_ROLES);
	pthread_mutex_lock(&lock);
	started = true;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
	if (watched)
		(void)pthread_join(watcher, NULL);
	return rv;
}
