/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/thread.h"

#include <pthread.h>
#include <signal.h>

bool
thread_start(void *(*run)(void *), void *data)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all;
	int error;

	sigfillset(&all);
	if (pthread_attr_init(&attributes) != 0)
		return false;
	error = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	if (error == 0)
		error = pthread_attr_setsigmask_np(&attributes, &all);
	if (error == 0)
		error = pthread_create(&thread, &attributes, run, data);
	(void)pthread_attr_destroy(&attributes);
	return error == 0;
}
