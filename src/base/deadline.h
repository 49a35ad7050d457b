/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include <pthread.h>
#include <time.h>

/*
 * Waits that have an end. They go by a clock that nobody sets (CLOCK_MONOTONIC): by the time of
 * day, which pthread_cond_timedwait and the like go by, a wait would last an hour longer if that is
 * set back by an hour meanwhile.
 */
struct deadline {
	struct timespec at;
};

/* `ms` (0 or more) milliseconds from now. */
struct deadline deadline_in(long ms);

/*
 * Wait for a condition, lock a mutex, lock the whole of a read-write lock. They return what the
 * functions of pthread.h do: 0, or ETIMEDOUT when the deadline has come.
 */
int deadline_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct deadline *until);
int deadline_lock(pthread_mutex_t *mutex, const struct deadline *until);
int deadline_lock_whole(pthread_rwlock_t *lock, const struct deadline *until);

#endif
