/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jpki/transport.h>

#include "../common/clock.h"
#include "base/clock.h"
#include "fake.h"
#include "pcsc/mute.h"

#define EMPTY(events) (SCARD_STATE_EMPTY | (DWORD)(events) << 16)
#define PRESENT(events) (SCARD_STATE_PRESENT | (DWORD)(events) << 16)

static const struct jpki_transport *const way = &jpki_transport;
static struct jpki_service *service;
static struct jpki_reader_state states[FAKE_READERS_MAX];

static int
begin_anew(void **state)
{
	fake_reset();
	mute_good_for_ms = 60000;
	memset(states, 0, sizeof(states));
	for (unsigned i = 0; i < FAKE_READERS_MAX; i++)
		snprintf(states[i].name, sizeof(states[i].name), "reader %u", i);
	return way->start(&service);
}

static int
end(void **state)
{
	clock_go();
	way->stop(&service);
	fake_await_nobody();
	return 0;
}

static void
set(unsigned reader, DWORD said)
{
	pthread_mutex_lock(&fake.lock);
	fake.states[reader] = said;
	if (fake.readers <= reader)
		fake.readers = reader + 1;
	pthread_cond_broadcast(&fake.changed);
	pthread_mutex_unlock(&fake.lock);
}

static void
poll_all(size_t count)
{
	assert_int_equal(way->poll(service, states, count), JPKI_OK);
}

static void
states_are_told(void **state)
{
	set(0, PRESENT(3) | SCARD_STATE_INUSE);
	set(1, PRESENT(1) | SCARD_STATE_MUTE);
	set(2, EMPTY(2));
	set(3, SCARD_STATE_UNAVAILABLE);
	poll_all(5);
	assert_true(states[0].attached && states[0].present && !states[0].mute);
	assert_int_equal(states[0].events, 3);
	assert_true(states[0].insertion != 0);
	assert_true(states[1].attached && !states[1].present && states[1].mute);
	assert_true(states[1].insertion == 0);
	assert_true(states[2].attached && !states[2].present && !states[2].mute);
	assert_false(states[3].attached || states[3].present);
	assert_false(states[4].attached);
}

static void *
put_in(void *context)
{
	fake_await(&fake.waits, 1);
	set(0, PRESENT(2));
	return context;
}

static void
meanwhile(void *(*work)(void *), size_t count, int expected)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, work, NULL), 0);
	assert_int_equal(way->wait(service, states, count, -1), expected);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

static void
waits(int expected, int timeout, unsigned calls_max)
{
	uint64_t since = clock_now_ms();

	assert_int_equal(way->wait(service, states, fake.readers, timeout), expected);
	if (timeout > 0)
		assert_true(clock_now_ms() - since >= (uint64_t)timeout);
	assert_in_range(fake.waits, 1, calls_max);
}

/* Asking about it takes long. */
static void
mute_cards_are_asked_for_seldom(void **state)
{
	set(0, PRESENT(1) | SCARD_STATE_MUTE);
	set(1, EMPTY(1));
	for (int i = 0; i < 10; i++)
		assert_int_equal(way->poll(service, states, 1), JPKI_OK);
	assert_true(states[0].mute);
	assert_int_equal(fake.polls, 1);
	set(1, EMPTY(2));
	poll_all(2);
	assert_true(states[0].mute);
	assert_int_equal(states[1].events, 2);
	mute_good_for_ms = 0;
	meanwhile(put_in, 2, JPKI_OK);
	poll_all(1);
	assert_true(states[0].present);
}

/* The mute one in reader 0 is looked at after so long, and no sooner. Others ask meanwhile. */
static void
next_look_comes_after(uint64_t ms)
{
	unsigned looks = fake_count(&fake.sleepers);

	clock_skip_ms(1);
	poll_all(2);
	clock_skip_ms(ms - 2);
	poll_all(2);
	assert_int_equal(fake_count(&fake.sleepers), looks);
	clock_skip_ms(1);
	do /* the last one may not have come back yet */
		poll_all(2);
	while (fake_count(&fake.sleepers) == looks);
	assert_int_equal(fake_count(&fake.sleepers), looks + 1);
}

static void
mute_cards_are_asked_for_more_and_more_seldom(void **state)
{
	set(0, PRESENT(1) | SCARD_STATE_MUTE);
	set(1, PRESENT(1));
	clock_stop();
	poll_all(2);
	next_look_comes_after(60000);
	next_look_comes_after(120000);
	set(0, PRESENT(1) | SCARD_STATE_MUTE | SCARD_STATE_INUSE); /* no news */
	next_look_comes_after(240000);
	next_look_comes_after(240000);
	set(0, PRESENT(3) | SCARD_STATE_MUTE);
	next_look_comes_after(240000);
	while (states[0].events != 3)
		poll_all(1);
	next_look_comes_after(60000);
	next_look_comes_after(120000);
}

/* There is nobody to be kept waiting, but perhaps somebody who turns the card round. */
static void
mute_cards_alone_are_asked_for_as_often_as_ever(void **state)
{
	set(0, PRESENT(1) | SCARD_STATE_MUTE);
	set(1, EMPTY(1));
	clock_stop();
	poll_all(2);
	for (int i = 0; i < 4; i++)
		next_look_comes_after(60000);
}

static void
mute_cards_keep_nobody_waiting(void **state)
{
	set(0, PRESENT(1) | SCARD_STATE_MUTE);
	set(1, PRESENT(1));
	poll_all(2);
	mute_good_for_ms = 0;
	fake_sleep(true);
	for (int i = 0; i < 3; i++) {
		poll_all(2);
		assert_true(states[0].mute && states[1].present);
	}
	fake_await(&fake.sleepers, 2);
	assert_int_equal(fake_count(&fake.sleepers), 2); /* the first look, and one that goes on */
	set(0, PRESENT(2));
	fake_sleep(false);
	do
		poll_all(2);
	while (!states[0].present);
}

/* Another program has tried, and the service does not say what came of it. */
static void
cards_without_an_answer_are_mute_too(void **state)
{
	set(0, PRESENT(1) | SCARD_STATE_UNPOWERED);
	set(1, EMPTY(1));
	poll_all(2);
	poll_all(2);
	assert_true(states[0].present && !states[0].mute);
	assert_int_equal(fake.sleepers, 1);
	waits(JPKI_ERR_TIMEOUT, 100, 1);
	assert_int_equal(fake.watched, 2);
}

static void
mute_cards_go_with_their_reader(void **state)
{
	char names[2][JPKI_READER_NAME_SIZE];
	size_t count;

	set(0, PRESENT(1) | SCARD_STATE_MUTE);
	set(1, EMPTY(1));
	poll_all(2);
	set(0, 0);
	assert_int_equal(way->readers(service, names, 2, &count), JPKI_OK);
	assert_int_equal(count, 1);
	poll_all(2);
	assert_false(states[0].attached || states[0].mute);
	assert_true(states[1].attached);
}

/* They are not waited for, and looked at beside. */
static void
mute_cards_end_no_wait(void **state)
{
	set(0, PRESENT(1) | SCARD_STATE_MUTE);
	set(1, EMPTY(1));
	poll_all(2);
	fake_sleep(true);
	waits(JPKI_ERR_TIMEOUT, 100, 1);
	assert_int_equal(fake.watched, 2);
	assert_int_equal(fake.sleepers, 1);
	mute_good_for_ms = 0;
	waits(JPKI_ERR_TIMEOUT, 100, 2);
	fake_sleep(false);
}

static void
one_call_asks_for_all(void **state)
{
	for (unsigned i = 0; i < 16; i++)
		set(i, EMPTY(1));
	poll_all(16);
	assert_int_equal(fake.polls, 1);
	for (unsigned i = 16; i < FAKE_READERS_MAX; i++)
		set(i, PRESENT(1));
	fake.most_at_once = 16;
	poll_all(FAKE_READERS_MAX);
	assert_int_equal(fake.polls, 4);
	assert_true(states[FAKE_READERS_MAX - 1].present);
}

static void
insertions_differ(void **state)
{
	uint64_t first, second;

	set(0, PRESENT(1));
	set(1, PRESENT(1));
	poll_all(2);
	first = states[0].insertion;
	assert_true(first != states[1].insertion);
	set(0, PRESENT(3));
	poll_all(2);
	second = states[0].insertion;
	assert_true(second != 0 && second != first);
	set(0, PRESENT(1));
	poll_all(2);
	assert_true(states[0].insertion == first);
}

/* Each of them is as it was: the wait goes on. */
static void
bad_states_do_not_end_a_wait(void **state)
{
	static const DWORD bad[] = {SCARD_STATE_UNAVAILABLE, PRESENT(5) | SCARD_STATE_MUTE,
	    PRESENT(2) | SCARD_STATE_INUSE, PRESENT(0) | SCARD_STATE_EXCLUSIVE};

	for (unsigned i = 0; i < LENGTH_OF(bad); i++)
		set(i, bad[i]);
	fake.states[3] &= ~(DWORD)SCARD_STATE_EXCLUSIVE;
	poll_all(4);
	waits(JPKI_ERR_TIMEOUT, 500, 1);
}

/* A service that has nothing new to tell, and says so without end. */
static void
needless_wake_ups_cost_little(void **state)
{
	set(0, PRESENT(1));
	fake.restless = true;
	poll_all(1);
	waits(JPKI_ERR_TIMEOUT, 2000, 8);
	assert_in_range(fake.polls, 2, 12);
}

static void *
plug_in(void *context)
{
	fake_await(&fake.waits, 1);
	set(1, EMPTY(0));
	return context;
}

static void *
cancel(void *context)
{
	fake_await(&fake.waits, 4); /* it rests between them by now */
	way->cancel(service);
	return context;
}

static void
changes_end_a_wait(void **state)
{
	set(0, EMPTY(1));
	poll_all(1);
	meanwhile(put_in, 1, JPKI_OK);
	poll_all(1);
	fake.waits = 0;
	meanwhile(plug_in, 1, JPKI_OK);
}

static void
a_rest_is_cancelled(void **state)
{
	set(0, EMPTY(1));
	fake.restless = true;
	poll_all(1);
	meanwhile(cancel, 1, JPKI_ERR_CANCELLED);
}

/* An old library refuses so many; the others are looked at all the same. */
static void
many_readers_are_watched(void **state)
{
	for (unsigned i = 0; i < FAKE_READERS_MAX; i++)
		set(i, EMPTY(1));
	poll_all(FAKE_READERS_MAX);
	waits(JPKI_ERR_TIMEOUT, 100, 1);
	assert_int_equal(fake.watched, FAKE_READERS_MAX + 1);
	fake.most_at_once = 16;
	waits(JPKI_ERR_TIMEOUT, 100, 2);
	assert_int_equal(fake.watched, 16);
	set(FAKE_READERS_MAX - 1, PRESENT(2));
	waits(JPKI_OK, -1, 2);
}

/* What a wait holds as a program forks, nobody gives back in the child. */
static unsigned forked, forked_in_a_wait;

static void
fork_now(void)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(fake.waiting > 0);
	forked++;
	if (waitpid(child, &status, 0) != child || status != 0)
		forked_in_a_wait++;
}

static void *
fork_and_put_in(void *context)
{
	for (unsigned i = 1; i <= 3; i++) {
		fake_await(&fake.waits, i); /* it goes on after the fork */
		fork_now();
	}
	set(0, PRESENT(2));
	return context;
}

static void
nobody_waits_while_a_program_forks(void **state)
{
	set(0, EMPTY(1));
	poll_all(1);
	forked = forked_in_a_wait = 0;
	meanwhile(fork_and_put_in, 1, JPKI_OK);
	assert_int_equal(forked, 3);
	assert_int_equal(forked_in_a_wait, 0);
}

/* It does not answer who cancels. Afterwards it does. */
static void *
fork_while_it_hangs(void *context)
{
	fake_await(&fake.waits, 1);
	fake_sleep(true);
	for (int i = 0; i < 3; i++)
		fork_now();
	fake_sleep(false);
	fake_await(&fake.cancels, 1);
	do {
		forked_in_a_wait = 0;
		fork_now();
	} while (forked_in_a_wait > 0);
	set(0, PRESENT(2));
	return context;
}

static void
a_service_that_hangs_keeps_nobody_from_forking(void **state)
{
	set(0, EMPTY(1));
	poll_all(1);
	forked = 0;
	meanwhile(fork_while_it_hangs, 1, JPKI_OK);
	assert_in_range(forked, 4, 1000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_anew, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(states_are_told),
	    TEST(mute_cards_are_asked_for_seldom),
	    TEST(mute_cards_are_asked_for_more_and_more_seldom),
	    TEST(mute_cards_alone_are_asked_for_as_often_as_ever),
	    TEST(mute_cards_keep_nobody_waiting),
	    TEST(cards_without_an_answer_are_mute_too),
	    TEST(mute_cards_go_with_their_reader),
	    TEST(mute_cards_end_no_wait),
	    TEST(one_call_asks_for_all),
	    TEST(insertions_differ),
	    TEST(bad_states_do_not_end_a_wait),
	    TEST(needless_wake_ups_cost_little),
	    TEST(changes_end_a_wait),
	    TEST(a_rest_is_cancelled),
	    TEST(many_readers_are_watched),
	    TEST(nobody_waits_while_a_program_forks),
	    TEST(a_service_that_hangs_keeps_nobody_from_forking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
