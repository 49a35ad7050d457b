/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/deadline.h"

#define NS 1000000000L

/*
 * ThreadSanitizer of gcc 12 does not know that pthread_mutex_clocklock and
 * pthread_rwlock_clockwrlock lock something. A build with it uses the functions with the time of
 * day.
 */
#ifdef __SANITIZE_THREAD__
#define BY_TIME_OF_DAY
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define BY_TIME_OF_DAY
#endif
#endif

static struct timespec
later(struct timespec moment, long ms)
{
	moment.tv_nsec += ms % 1000 * 1000000;
	moment.tv_sec += ms / 1000 + moment.tv_nsec / NS;
	moment.tv_nsec %= NS;
	return moment;
}

struct deadline
deadline_in(long ms)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (struct deadline){later(now, ms)};
}

int
deadline_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct deadline *until)
{
	return pthread_cond_clockwait(condition, mutex, CLOCK_MONOTONIC, &until->at);
}

#ifdef BY_TIME_OF_DAY

static struct timespec
time_of_day(const struct deadline *until)
{
	struct timespec now, day;
	long left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	clock_gettime(CLOCK_REALTIME, &day);
	left = (until->at.tv_sec - now.tv_sec) * 1000 +
	       (until->at.tv_nsec - now.tv_nsec) / 1000000 + 1;
	return later(day, left < 0 ? 0 : left);
}

int
deadline_lock(pthread_mutex_t *mutex, const struct deadline *until)
{
	struct timespec at = time_of_day(until);

	return pthread_mutex_timedlock(mutex, &at);
}

int
deadline_lock_whole(pthread_rwlock_t *lock, const struct deadline *until)
{
	struct timespec at = time_of_day(until);

	return pthread_rwlock_timedwrlock(lock, &at);
}

#else

int
deadline_lock(pthread_mutex_t *mutex, const struct deadline *until)
{
	return pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &until->at);
}

int
deadline_lock_whole(pthread_rwlock_t *lock, const struct deadline *until)
{
	return pthread_rwlock_clockwrlock(lock, CLOCK_MONOTONIC, &until->at);
}

#endif
