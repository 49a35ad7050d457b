/* SPDX-License-Identifier: BSD-2-Clause */

/* C_WaitForSlotEvent. */

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "../common/module.h"
#include "../common/slowness.h"

#define NO_SLOT 99

/* The slots with an event, as bits. */
static unsigned
events(void)
{
	unsigned seen = 0;
	CK_SLOT_ID slot = NO_SLOT;

	while (p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL) == CKR_OK) {
		assert_in_range(slot, 0, 31);
		assert_false(seen & 1u << slot);
		seen |= 1u << slot;
	}
	assert_rv(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL), CKR_NO_EVENT);
	return seen;
}

static void
nothing_has_happened(void **state)
{
	assert_int_equal(events(), 0);
	assert_true(token_present(JPKI_AUTHENTICATION));
	assert_int_equal(events(), 0);
}

static void
cards_go_and_come(void **state)
{
	assert_int_equal(events(), 0);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(inprocess_eject(READER), 0);
		assert_int_equal(events(), 0x3);
		assert_int_equal(inprocess_insert(READER, card), 0);
		assert_int_equal(events(), 0x3);
	}
	assert_int_equal(exchanges(), 0);
}

static void
events_wait_to_be_asked_for(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	CK_SESSION_INFO info;

	assert_int_equal(inprocess_eject(READER), 0);
	assert_rv(p11->C_GetSessionInfo(session, &info), CKR_DEVICE_REMOVED);
	assert_false(token_present(JPKI_SIGNATURE));
	assert_int_equal(events(), 0x3);
}

static void
swapped_cards_are_an_event(void **state)
{
	assert_true(token_present(JPKI_AUTHENTICATION));
	reinsert();
	assert_int_equal(events(), 0x3);
}

/* All events since C_Initialize count, also before the first look at the slot. */
static void
cards_move_before_the_first_look(void **state)
{
	assert_int_equal(inprocess_eject(READER), 0);
	assert_int_equal(events(), 0x3);
}

static void
readers_go_and_come(void **state)
{
	assert_int_equal(events(), 0);
	assert_int_equal(inprocess_remove_reader(READER), 0);
	assert_int_equal(events(), 0x3);
	assert_int_equal(inprocess_add_reader(READER), 0);
	assert_int_equal(events(), 0);
	assert_int_equal(inprocess_insert(READER, card), 0);
	assert_int_equal(events(), 0x3);
}

static void
the_first_reader_comes(void **state)
{
	assert_ok(p11->C_Initialize(NULL));
	assert_int_equal(events(), 0);
	assert_int_equal(inprocess_add_reader(READER), 0);
	assert_int_equal(inprocess_insert(READER, card), 0);
	assert_int_equal(events(), 0x3);
}

static void
second_readers_events(void **state)
{
	assert_int_equal(inprocess_add_reader(READER_2), 0);
	assert_int_equal(events(), 0);
	assert_int_equal(inprocess_insert(READER_2, another_card(SERIAL_2)), 0);
	assert_int_equal(events(), 0xc);
}

/* A reader with its card in it, as a stick is. */
static void
a_reader_comes_with_its_card(void **state)
{
	assert_int_equal(inprocess_add_reader(READER_2), 0);
	assert_int_equal(inprocess_insert(READER_2, another_card(SERIAL_2)), 0);
	assert_int_equal(events(), 0xc);
	assert_ok(p11->C_Finalize(NULL));
	assert_ok(p11->C_Initialize(NULL));
	assert_int_equal(events(), 0);
}

static void
events_end_with_the_module(void **state)
{
	assert_int_equal(events(), 0);
	assert_int_equal(inprocess_eject(READER), 0);
	assert_false(token_present(JPKI_AUTHENTICATION));
	assert_ok(p11->C_Finalize(NULL));
	assert_ok(p11->C_Initialize(NULL));
	assert_int_equal(events(), 0);
}

struct waiter {
	pthread_t thread;
	CK_SLOT_ID slot;
	CK_RV rv;
};

static void *
wait_for_event(void *context)
{
	struct waiter *waiter = context;

	waiter->slot = NO_SLOT;
	waiter->rv = p11->C_WaitForSlotEvent(0, &waiter->slot, NULL);
	return NULL;
}

/* Returns when the thread has got as far as the service. */
static void
start_waiting(struct waiter *waiter)
{
	unsigned before = inprocess_calls(INPROCESS_WAIT);
	struct deadline deadline = {0};

	assert_int_equal(pthread_create(&waiter->thread, NULL, wait_for_event, waiter), 0);
	while (inprocess_calls(INPROCESS_WAIT) == before)
		wait_a_moment(&deadline);
}

static void
assert_woken(struct waiter *waiter, CK_RV rv)
{
	assert_int_equal(pthread_join(waiter->thread, NULL), 0);
	assert_rv(waiter->rv, rv);
	if (rv == CKR_OK)
		assert_in_range(waiter->slot, 0, 1);
}

static void
waiting_ends_with_an_event(void **state)
{
	struct waiter waiter;

	start_waiting(&waiter);
	assert_int_equal(inprocess_eject(READER), 0);
	assert_woken(&waiter, CKR_OK);
	assert_int_equal(events(), 0x3 & ~(1u << waiter.slot));
	start_waiting(&waiter);
	assert_int_equal(inprocess_insert(READER, card), 0);
	assert_woken(&waiter, CKR_OK);
}

static void
waiting_for_the_first_reader(void **state)
{
	struct waiter waiter;

	assert_ok(p11->C_Initialize(NULL));
	start_waiting(&waiter);
	assert_int_equal(inprocess_add_reader(READER), 0);
	assert_int_equal(inprocess_insert(READER, card), 0);
	assert_woken(&waiter, CKR_OK);
	assert_true(token_present(JPKI_AUTHENTICATION));
}

static void
waiting_ends_with_the_module(void **state)
{
	struct waiter waiter;

	start_waiting(&waiter);
	assert_ok(p11->C_Finalize(NULL));
	assert_woken(&waiter, CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_ok(p11->C_Initialize(NULL));
	assert_true(token_present(JPKI_AUTHENTICATION));
}

/* Rounds of a millisecond: what C_Finalize gets of a head start, and what it may take. */
#define HEAD_START 100
#define FINALIZE_ROUNDS 5000

static atomic_bool finalized;

static bool
finalized_within(int rounds)
{
	const struct timespec moment = {.tv_nsec = 1000000};

	for (int i = 0; i < rounds && !atomic_load(&finalized); i++)
		nanosleep(&moment, NULL);
	return atomic_load(&finalized);
}

/* In the waiting thread, at a call to the service: let C_Finalize go as far as it will. */
static void
let_finalize_go_first(void *context)
{
	(void)finalized_within(HEAD_START);
}

static void *
finalize(void *context)
{
	*(CK_RV *)context = p11->C_Finalize(NULL);
	atomic_store(&finalized, true);
	return NULL;
}

/* C_Finalize while the waiting thread is about to make that call for the first time. */
static void
assert_finalize_gets_it_out(enum inprocess_call call)
{
	unsigned before = inprocess_calls(call);
	struct deadline deadline = {0};
	struct waiter waiter;
	pthread_t finalizer;
	bool in_time;
	CK_RV rv;

	atomic_store(&finalized, false);
	inprocess_plan(call, 1, JPKI_OK, let_finalize_go_first, NULL);
	assert_int_equal(pthread_create(&waiter.thread, NULL, wait_for_event, &waiter), 0);
	while (inprocess_calls(call) == before)
		wait_a_moment(&deadline);
	assert_int_equal(pthread_create(&finalizer, NULL, finalize, &rv), 0);
	in_time = finalized_within(FINALIZE_ROUNDS);
	inprocess_service(false); /* which ends the wait if nothing else did */
	assert_int_equal(pthread_join(finalizer, NULL), 0);
	assert_woken(&waiter, CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_ok(rv);
	assert_true(in_time);
	inprocess_service(true);
	assert_ok(p11->C_Initialize(NULL));
	assert_int_equal(events(), 0);
}

/* Readers are looked for, and each is looked at, before the wait. */
static void
finalize_before_the_wait_has_begun(void **state)
{
	assert_finalize_gets_it_out(INPROCESS_READERS_CALL);
	assert_finalize_gets_it_out(INPROCESS_POLL);
	assert_finalize_gets_it_out(INPROCESS_WAIT);
}

/* Whoever hangs is ended by the alarm, in seconds. */
#define HANG 100
#define RACES 400
#define STORMS 60
#define WAITERS 2

/* Between its first check and the wait, before and after. */
static void
finalize_meets_a_waiter_anywhere(void **state)
{
	alarm(HANG * slowness());
	for (int round = 0; round < RACES; round++) {
		const struct timespec moment = {.tv_nsec = round % 7 * 20000L};
		struct waiter waiter;

		assert_int_equal(pthread_create(&waiter.thread, NULL, wait_for_event, &waiter), 0);
		for (int i = 0; i < round % 40; i++)
			sched_yield();
		if (moment.tv_nsec > 0)
			nanosleep(&moment, NULL);
		assert_ok(p11->C_Finalize(NULL));
		assert_woken(&waiter, CKR_CRYPTOKI_NOT_INITIALIZED);
		assert_ok(p11->C_Initialize(NULL));
	}
	alarm(0);
}

static atomic_bool storm_over;

static void *
make_storm(void *context)
{
	while (!atomic_load(&storm_over)) {
		(void)inprocess_eject(READER);
		(void)inprocess_insert(READER, card);
	}
	return NULL;
}

static void *
wait_until_the_end(void *context)
{
	struct waiter *waiter = context;

	do
		wait_for_event(waiter);
	while (waiter->rv == CKR_OK);
	return NULL;
}

/* Waiters are between two waits, looking at readers, as often as in one. */
static void
finalize_in_a_storm_of_events(void **state)
{
	struct waiter waiters[WAITERS];
	pthread_t storm;

	alarm(HANG * slowness());
	for (int round = 0; round < STORMS; round++) {
		const struct timespec moment = {.tv_nsec = round % 10 * 100000L};

		atomic_store(&storm_over, false);
		assert_int_equal(pthread_create(&storm, NULL, make_storm, NULL), 0);
		for (int i = 0; i < WAITERS; i++)
			assert_int_equal(pthread_create(&waiters[i].thread, NULL,
					     wait_until_the_end, &waiters[i]),
			    0);
		nanosleep(&moment, NULL);
		assert_ok(p11->C_Finalize(NULL));
		for (int i = 0; i < WAITERS; i++)
			assert_woken(&waiters[i], CKR_CRYPTOKI_NOT_INITIALIZED);
		atomic_store(&storm_over, true);
		assert_int_equal(pthread_join(storm, NULL), 0);
		assert_ok(p11->C_Initialize(NULL));
	}
	alarm(0);
}

static void
others_work_while_one_waits(void **state)
{
	struct waiter waiter;
	CK_SESSION_HANDLE session;

	start_waiting(&waiter);
	session = open_user_session(JPKI_SIGNATURE);
	assert_int_equal(find_class(session, CKO_CERTIFICATE, NULL, 0), 2);
	assert_ok(p11->C_Logout(session));
	assert_int_equal(inprocess_eject(READER), 0);
	assert_woken(&waiter, CKR_OK);
}

static void
waiting_outlives_the_service(void **state)
{
	struct waiter waiter;

	start_waiting(&waiter);
	inprocess_service(false);
	assert_woken(&waiter, CKR_OK);
	assert_int_equal(events(), 0x3 & ~(1u << waiter.slot));
	start_waiting(&waiter);
	inprocess_service(true);
	assert_woken(&waiter, CKR_OK);
	assert_true(token_present(JPKI_AUTHENTICATION));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing_has_happened),
	    TEST(cards_go_and_come),
	    TEST(events_wait_to_be_asked_for),
	    TEST(swapped_cards_are_an_event),
	    TEST(cards_move_before_the_first_look),
	    TEST(readers_go_and_come),
	    TEST_STOPPED(the_first_reader_comes),
	    TEST(second_readers_events),
	    TEST(a_reader_comes_with_its_card),
	    TEST(events_end_with_the_module),
	    TEST(waiting_ends_with_an_event),
	    TEST_STOPPED(waiting_for_the_first_reader),
	    TEST(waiting_ends_with_the_module),
	    TEST(finalize_meets_a_waiter_anywhere),
	    TEST(finalize_in_a_storm_of_events),
	    TEST(others_work_while_one_waits),
	    TEST(waiting_outlives_the_service),
	    TEST(finalize_before_the_wait_has_begun),
	};

	return RUN(tests);
}
