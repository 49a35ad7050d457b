/* SPDX-License-Identifier: BSD-2-Clause */

/* The thread that locks what has had its time: it comes, not too early, and goes when it is told.
 */

#include "../common/unit.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/slowness.h"
#include "base/clock.h"
#include "reader/expiry.h"

#define LONG_MS 3600000

/* Else ThreadSanitizer ends a child that starts threads, of a program that has some. */
#ifdef __SANITIZE_THREAD__
const char *__tsan_default_options(void);
const char *
__tsan_default_options(void)
{
	return "die_after_fork=0";
}
#endif

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned begun, ended;
static uint64_t came_at, next;
static bool held; /* the work waits for that to end */
static bool signals_blocked;

static void
work(void)
{
	sigset_t blocked;

	pthread_sigmask(SIG_BLOCK, NULL, &blocked);
	pthread_mutex_lock(&lock);
	signals_blocked = sigismember(&blocked, SIGTERM) == 1;
	came_at = clock_now_ms();
	begun++;
	pthread_cond_broadcast(&changed);
	while (held)
		pthread_cond_wait(&changed, &lock);
	ended++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	if (next != 0)
		expiry_at(next);
	next = 0;
}

static int
start(void **state)
{
	begun = ended = 0;
	held = false;
	next = 0;
	expiry_start(work);
	return 0;
}

static int
stop(void **state)
{
	expiry_stop(-1);
	return 0;
}

/* Without end: a thread that does not come is seen by the test's own time. */
static void
await(const unsigned *count, unsigned least)
{
	pthread_mutex_lock(&lock);
	while (*count < least)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static void
it_comes_at_the_moment(void **state)
{
	uint64_t moment = clock_now_ms() + 30;

	expiry_at(moment);
	await(&begun, 1);
	assert_true(came_at >= moment);
	assert_true(signals_blocked);
}

static void
a_moment_that_is_over_is_now(void **state)
{
	expiry_at(1);
	await(&begun, 1);
}

static void
the_earliest_counts(void **state)
{
	uint64_t now = clock_now_ms();

	expiry_at(now + LONG_MS);
	expiry_at(now + 20);
	expiry_at(now + LONG_MS);
	await(&begun, 1);
	assert_int_equal(begun, 1);
}

static void
the_work_says_when_it_is_to_come_next(void **state)
{
	next = clock_now_ms() + 40;
	expiry_at(clock_now_ms() + 10);
	await(&begun, 2);
	assert_int_equal(begun, 2);
}

static void
nothing_comes_after_stop(void **state)
{
	expiry_at(clock_now_ms() + LONG_MS);
	expiry_stop(-1);
	expiry_at(1);
	expiry_stop(-1);
	assert_int_equal(begun, 0);
}

static void *
let_go_soon(void *context)
{
	await(&begun, 1);
	pthread_mutex_lock(&lock);
	held = false;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return NULL;
}

static void
stop_waits_for_work_under_way(void **state)
{
	pthread_t other;

	held = true;
	expiry_at(1);
	await(&begun, 1);
	expiry_stop(10);
	assert_int_equal(ended, 0);
	assert_int_equal(pthread_create(&other, NULL, let_go_soon, NULL), 0);
	expiry_stop(-1);
	assert_int_equal(ended, 1);
	assert_int_equal(pthread_join(other, NULL), 0);
}

static void
it_starts_again(void **state)
{
	expiry_stop(-1);
	expiry_start(work);
	expiry_at(1);
	await(&begun, 1);
}

static void
a_forked_child_begins_anew(void **state)
{
	int status;
	pid_t child;

	expiry_at(clock_now_ms() + LONG_MS);
	child = fork();
	if (child == 0) {
		alarm(60 * slowness());
		expiry_abandon();
		expiry_start(work);
		expiry_at(1);
		await(&begun, 1);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(begun, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(it_comes_at_the_moment),
	    TEST(a_moment_that_is_over_is_now),
	    TEST(the_earliest_counts),
	    TEST(the_work_says_when_it_is_to_come_next),
	    TEST(nothing_comes_after_stop),
	    TEST(stop_waits_for_work_under_way),
	    TEST(it_starts_again),
	    TEST(a_forked_child_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
