/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Waits that have an end, while somebody sets the clock: what a wait is told of the time of day is
 * another one than the kernel has when it ends the wait.
 */

#include "../common/unit.h"

#include <errno.h>

#include "base/deadline.h"

#define HOUR 3600
#define WAIT_MS 50

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

static time_t ahead; /* of the time of day that the kernel has, in seconds */

int
__wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	int result = __real_clock_gettime(clock, now);

	if (clock == CLOCK_REALTIME)
		now->tv_sec += ahead;
	return result;
}

static int64_t
now_ns(void)
{
	struct timespec now;

	__real_clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t shared = PTHREAD_RWLOCK_INITIALIZER;

static int
wait_for_nothing(const struct deadline *until)
{
	int error = 0;

	pthread_mutex_lock(&mutex);
	while (error == 0)
		error = deadline_wait(&never, &mutex, until);
	pthread_mutex_unlock(&mutex);
	return error;
}

static void *
lock(void *context)
{
	static int error;

	error = deadline_lock(&mutex, context);
	return &error;
}

static int
wait_for_mutex(const struct deadline *until)
{
	struct deadline deadline = *until;
	pthread_t thread;
	void *error;

	pthread_mutex_lock(&mutex);
	assert_int_equal(pthread_create(&thread, NULL, lock, &deadline), 0);
	assert_int_equal(pthread_join(thread, &error), 0);
	pthread_mutex_unlock(&mutex);
	return *(const int *)error;
}

static int
wait_for_whole(const struct deadline *until)
{
	int error;

	pthread_rwlock_rdlock(&shared);
	error = deadline_lock_whole(&shared, until);
	pthread_rwlock_unlock(&shared);
	return error;
}

static int (*const waits[])(const struct deadline *) = {
    wait_for_nothing,
    wait_for_mutex,
    wait_for_whole,
};

/*
 * The clock is right, or was set back or forward meanwhile. The test itself has a bound, after
 * which it has failed: it waits for an hour then.
 */
static void
each_lasts_whatever_the_clock_says(void **state)
{
	static const time_t clocks[] = {0, HOUR, -HOUR};

	for (size_t i = 0; i < LENGTH_OF(clocks) * LENGTH_OF(waits); i++) {
		int64_t since = now_ns();
		struct deadline until;

		ahead = clocks[i / LENGTH_OF(waits)];
		until = deadline_in(WAIT_MS);
		assert_int_equal(waits[i % LENGTH_OF(waits)](&until), ETIMEDOUT);
		assert_true(now_ns() - since >= (int64_t)WAIT_MS * 1000000);
	}
	ahead = 0;
}

static void
what_is_free_is_locked_however_late(void **state)
{
	struct deadline over = deadline_in(0);

	assert_int_equal(deadline_lock(&mutex, &over), 0);
	assert_int_equal(deadline_lock_whole(&shared, &over), 0);
	pthread_rwlock_unlock(&shared);
	pthread_mutex_unlock(&mutex);
}

static void
milliseconds_are_carried(void **state)
{
	struct deadline soon = deadline_in(1), later = deadline_in(1999);

	assert_in_range(soon.at.tv_nsec, 0, 999999999);
	assert_in_range(later.at.tv_nsec, 0, 999999999);
	assert_in_range(later.at.tv_sec - soon.at.tv_sec, 1, HOUR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_lasts_whatever_the_clock_says),
	    cmocka_unit_test(what_is_free_is_locked_however_late),
	    cmocka_unit_test(milliseconds_are_carried),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
