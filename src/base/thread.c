/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/thread.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

static atomic_bool forbidden;

void
thread_allow(bool allowed)
{
	atomic_store(&forbidden, !allowed);
}

bool
thread_start(void *(*run)(void *), void *data)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all;
	int error;

	sigfillset(&all);
	if (atomic_load(&forbidden) || pthread_attr_init(&attributes) != 0)
		return false;
	error = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	if (error == 0)
		error = pthread_attr_setsigmask_np(&attributes, &all);
	if (error == 0)
		error = pthread_create(&thread, &attributes, run, data);
	(void)pthread_attr_destroy(&attributes);
	return error == 0;
}
