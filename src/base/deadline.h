/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include <pthread.h>
#include <time.h>

/*
 * Waits with a time limit, on a clock that cannot be set (CLOCK_MONOTONIC). pthread_cond_timedwait
 * and the like use the time of day: if that is set back by an hour, they wait an hour longer.
 */
struct deadline {
	struct timespec at;
};

/* `ms` (0 or more) milliseconds from now. */
struct deadline deadline_in(long ms);

/*
 * Wait for a condition, lock a mutex, lock a read-write lock for writing. They return 0, or
 * ETIMEDOUT when the deadline has passed, like the functions of pthread.h.
 */
int deadline_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct deadline *until);
int deadline_lock(pthread_mutex_t *mutex, const struct deadline *until);
int deadline_lock_whole(pthread_rwlock_t *lock, const struct deadline *until);

#endif
