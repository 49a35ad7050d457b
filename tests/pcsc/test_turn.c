/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <unistd.h>

#include <jpki/transport.h>

#include "base/clock.h"
#include "fake.h"

#define PATIENCE_MS 50
#define CLOSE_MS 1500

#define assert_calls(name, calls) assert_int_equal(fake_count(&fake.name), calls)

static const struct jpki_transport *const way = &jpki_transport;
static struct jpki_service *service;
static struct jpki_connection *connection;

static int
begin_anew(void **state)
{
	fake_reset();
	return way->start(&service);
}

static int
end(void **state)
{
	fake_hold(false);
	(void)way->close(&connection, false, -1);
	way->stop(&service);
	return 0;
}

static int
open_card(int patience_ms)
{
	return way->open(service, "reader 0", patience_ms, &connection);
}

static void
open_held(void)
{
	assert_int_equal(open_card(-1), JPKI_OK);
	fake_hold(true);
}

static void
begin_is_tried_once(void **state)
{
	open_held();
	for (int i = 0; i < 3; i++)
		assert_int_equal(way->begin(connection, PATIENCE_MS), JPKI_ERR_HELD);
	fake_hold(false);
	fake_await(&fake.begun, 1);
	fake_await(&fake.ended, 1); /* nobody waited for it */
	assert_int_equal(way->begin(connection, 10000), JPKI_OK);
	assert_calls(begun, 2);
	assert_int_equal(way->end(connection), JPKI_OK);
	assert_calls(ended, 2);
}

static void *
let_go(void *context)
{
	fake_hold(false);
	return context;
}

static void
begin_goes_on_with_what_is_under_way(void **state)
{
	pthread_t thread;

	open_held();
	assert_int_equal(way->begin(connection, 0), JPKI_ERR_HELD);
	assert_int_equal(pthread_create(&thread, NULL, let_go, NULL), 0);
	assert_int_equal(way->begin(connection, -1), JPKI_OK);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_calls(begun, 1 + fake_count(&fake.ended));
}

static void
errors_of_begin_are_passed_on(void **state)
{
	assert_int_equal(open_card(PATIENCE_MS), JPKI_OK);
	fake_answer(SCARD_W_RESET_CARD);
	assert_int_equal(way->begin(connection, 10000), JPKI_ERR_RESET);
	fake_answer(SCARD_W_UNRESPONSIVE_CARD);
	assert_int_equal(way->begin(connection, 10000), JPKI_ERR_MUTE);
	fake_answer(SCARD_W_SECURITY_VIOLATION);
	assert_int_equal(way->check(connection), JPKI_ERR_NOT_ALLOWED);
	fake_answer(SCARD_S_SUCCESS);
}

static void
open_is_tried_once(void **state)
{
	fake_hold(true);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(open_card(PATIENCE_MS), JPKI_ERR_HELD);
		assert_null(connection);
	}
	fake_hold(false);
	fake_await(&fake.disconnected, 1); /* nobody waited for it */
	assert_calls(connected, 1);
	assert_int_equal(open_card(10000), JPKI_OK);
	assert_calls(connected, 2);
}

static void
a_service_ends_while_a_card_is_opened(void **state)
{
	fake_hold(true);
	assert_int_equal(open_card(0), JPKI_ERR_HELD);
	way->stop(&service);
	fake_hold(false);
	fake_await(&fake.disconnected, 1);
}

/* The other end of a pipe hears when it is closed. */
static int
pipe_end(int *held)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	*held = ends[1];
	return ends[0];
}

/* Waits for it. */
static void
assert_closed(int heard)
{
	char byte;

	assert_int_equal(read(heard, &byte, 1), 0);
	(void)close(heard);
}

static void
close_gives_up(void **state)
{
	uint64_t since;
	int heard, held;

	open_held();
	heard = pipe_end(&held);
	since = clock_now_ms();
	assert_int_equal(way->close(&connection, true, held), JPKI_ERR_HELD);
	assert_null(connection);
	assert_true(clock_now_ms() - since >= CLOSE_MS);
	assert_calls(cuts, 0);
	fake_hold(false);
	assert_closed(heard);
	assert_calls(cuts, 1);
	assert_calls(disconnected, 1);
}

static void
close_follows_a_begin(void **state)
{
	int heard, held;

	open_held();
	heard = pipe_end(&held);
	assert_int_equal(way->begin(connection, 0), JPKI_ERR_HELD);
	assert_int_equal(way->close(&connection, true, held), JPKI_ERR_HELD);
	fake_hold(false);
	assert_closed(heard);
	assert_calls(begun, 2); /* that one, and one for the cut */
	assert_calls(cuts, 1);
	assert_calls(disconnected, 1);
}

static void
close_without_a_cut_waits_for_nobody(void **state)
{
	int heard, held;

	open_held();
	heard = pipe_end(&held);
	assert_int_equal(way->close(&connection, false, held), JPKI_OK);
	assert_closed(heard);
	fake_hold(false);
	assert_int_equal(open_card(-1), JPKI_OK);
	fake_hold(true);
	heard = pipe_end(&held);
	assert_int_equal(way->begin(connection, 0), JPKI_ERR_HELD);
	assert_int_equal(way->close(&connection, false, held), JPKI_OK);
	fake_hold(false);
	assert_closed(heard);
	assert_calls(cuts, 0);
	assert_calls(disconnected, 2);
}

static void
what_is_held_is_closed_in_every_case(void **state)
{
	int heard, held;

	heard = pipe_end(&held);
	assert_int_equal(way->close(&connection, true, held), JPKI_OK);
	assert_closed(heard);
	assert_int_equal(open_card(-1), JPKI_OK);
	assert_int_equal(way->begin(connection, -1), JPKI_OK);
	heard = pipe_end(&held);
	fake_answer(SCARD_E_NO_SMARTCARD);
	assert_int_equal(way->close(&connection, true, held), JPKI_ERR_NO_CARD);
	assert_closed(heard);
	fake_answer(SCARD_S_SUCCESS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_anew, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(begin_is_tried_once),
	    TEST(begin_goes_on_with_what_is_under_way),
	    TEST(errors_of_begin_are_passed_on),
	    TEST(open_is_tried_once),
	    TEST(a_service_ends_while_a_card_is_opened),
	    TEST(close_gives_up),
	    TEST(close_follows_a_begin),
	    TEST(close_without_a_cut_waits_for_nobody),
	    TEST(what_is_held_is_closed_in_every_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
