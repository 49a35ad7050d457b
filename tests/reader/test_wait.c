/* SPDX-License-Identifier: BSD-2-Clause */

/* Waiting for readers and cards, with several threads. */

#include <pthread.h>
#include <time.h>

#include "../common/slowness.h"
#include "fixture.h"

/* In steps of a millisecond: longer than any machine takes. */
#define ROUNDS_MAX 60000
#define WAITERS 4

static void
expect_change(uint64_t *seen)
{
	assert_ok(jpki_wait(seen, 0));
	assert_rv(jpki_wait(seen, 0), JPKI_ERR_TIMEOUT);
}

static void
what_happens_is_seen(void **state)
{
	uint64_t seen = 0;

	expect_change(&seen);
	assert_int_equal(inprocess_eject(READER), 0);
	expect_change(&seen);
	assert_int_equal(inprocess_insert(READER, card), 0);
	expect_change(&seen);
	reinsert();
	expect_change(&seen);
	assert_int_equal(inprocess_eject(READER), 0);
	assert_int_equal(inprocess_insert(READER, NULL), 0); /* upside down */
	expect_change(&seen);
	assert_int_equal(inprocess_eject(READER), 0);
	expect_change(&seen);
	assert_int_equal(inprocess_add_reader(READER_2), 0);
	expect_change(&seen);
	assert_int_equal(inprocess_remove_reader(READER_2), 0);
	expect_change(&seen);
	assert_int_equal(inprocess_add_reader(READER_2), 0);
	expect_change(&seen);
	inprocess_service(false);
	expect_change(&seen);
	inprocess_service(true);
	expect_change(&seen);
}

static void
what_was_seen_otherwise_is_not_lost(void **state)
{
	uint64_t seen = 0, seen_by_another = 0;

	assert_ok(jpki_wait(&seen, 0));
	assert_ok(jpki_wait(&seen_by_another, 0));
	assert_int_equal(inprocess_eject(READER), 0);
	assert_int_equal(holds(0), JPKI_HOLDS_NOTHING);
	expect_change(&seen);
	expect_change(&seen_by_another);
}

static void
a_wait_has_an_end(void **state)
{
	uint64_t seen = 0;

	assert_ok(jpki_wait(&seen, -1));
	assert_rv(jpki_wait(&seen, 20), JPKI_ERR_TIMEOUT);
	inprocess_service(false);
	assert_ok(jpki_wait(&seen, 20));
	assert_rv(jpki_wait(&seen, 20), JPKI_ERR_TIMEOUT);
}

struct waiter {
	pthread_t thread;
	uint64_t seen;
	int rv;
};

static void *
wait_for_ever(void *context)
{
	struct waiter *waiter = context;

	waiter->rv = jpki_wait(&waiter->seen, -1);
	return NULL;
}

/* Threads that wait, with what has been seen up to now; they are in the wait when it returns. */
static void
begin(struct waiter waiters[WAITERS])
{
	const struct timespec moment = {.tv_nsec = 1000000};
	unsigned rounds = 0;

	inprocess_forget_calls();
	for (int i = 0; i < WAITERS; i++) {
		waiters[i].seen = 0;
		assert_ok(jpki_wait(&waiters[i].seen, 0));
	}
	for (int i = 0; i < WAITERS; i++)
		assert_int_equal(
		    pthread_create(&waiters[i].thread, NULL, wait_for_ever, &waiters[i]), 0);
	while (inprocess_calls(INPROCESS_WAIT) < WAITERS) {
		assert_true(++rounds < ROUNDS_MAX * slowness());
		nanosleep(&moment, NULL);
	}
}

static void
expect_all(struct waiter waiters[WAITERS], int rv)
{
	for (int i = 0; i < WAITERS; i++) {
		assert_int_equal(pthread_join(waiters[i].thread, NULL), 0);
		assert_int_equal(waiters[i].rv, rv);
	}
}

static void
all_who_wait_see_it(void **state)
{
	struct waiter waiters[WAITERS];

	begin(waiters);
	assert_int_equal(inprocess_eject(READER), 0);
	expect_all(waiters, JPKI_OK);
	begin(waiters);
	assert_int_equal(inprocess_add_reader(READER_2), 0);
	expect_all(waiters, JPKI_OK);
}

static void
cancel_ends_all_waits(void **state)
{
	struct waiter waiters[WAITERS];

	for (int round = 0; round < 50; round++) {
		begin(waiters);
		assert_ok(jpki_cancel());
		expect_all(waiters, JPKI_ERR_CANCELLED);
	}
}

/* Whoever was about to wait hears of it, too, once; who begins anew does not. */
static void
cancel_before_the_wait(void **state)
{
	uint64_t seen = 0, another = 0;

	assert_ok(jpki_wait(&seen, 0));
	assert_ok(jpki_cancel());
	assert_rv(jpki_wait(&seen, -1), JPKI_ERR_CANCELLED);
	assert_rv(jpki_wait(&seen, 0), JPKI_ERR_TIMEOUT);
	assert_ok(jpki_wait(&another, -1));
}

static void
cancel_without_the_service(void **state)
{
	struct waiter waiters[WAITERS];

	inprocess_service(false);
	begin(waiters);
	assert_ok(jpki_cancel());
	expect_all(waiters, JPKI_ERR_CANCELLED);
}

static void
stop_ends_all_waits(void **state)
{
	struct waiter waiters[WAITERS];

	begin(waiters);
	assert_ok(jpki_stop());
	expect_all(waiters, JPKI_ERR_CANCELLED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_happens_is_seen),
	    TEST(what_was_seen_otherwise_is_not_lost),
	    TEST(a_wait_has_an_end),
	    TEST(all_who_wait_see_it),
	    TEST(cancel_ends_all_waits),
	    TEST(cancel_before_the_wait),
	    TEST(cancel_without_the_service),
	    TEST(stop_ends_all_waits),
	};

	return RUN(tests);
}
