/* SPDX-License-Identifier: BSD-2-Clause */

/* Another program has a transaction and does not end it. */

#include <pthread.h>
#include <unistd.h>

#include "base/clock.h"
#include "fixture.h"

#define PATIENCE_MS 50
#define CLOSE_MS 1500

static struct jpki_card *other;

static void
hold(void)
{
	assert_int_equal(jpki_card_new(service, READER, &other), JPKI_OK);
	assert_int_equal(jpki_card_begin(other, JPKI_BEGIN_SELECT, -1), JPKI_OK);
}

static void
let_go(void)
{
	assert_int_equal(jpki_card_end(other), JPKI_OK);
	jpki_card_free(&other);
}

static void
assert_held(int patience_ms)
{
	uint64_t since = clock_now_ms();

	assert_int_equal(jpki_card_begin(card, JPKI_BEGIN_SELECT, patience_ms), JPKI_ERR_HELD);
	assert_true(clock_now_ms() - since >= (uint64_t)patience_ms);
}

/* No longer than that, and then it goes on. */
static void
assert_waits_so_long(void)
{
	hold();
	assert_held(PATIENCE_MS);
	assert_held(0);
	let_go();
	assert_int_equal(jpki_card_begin(card, JPKI_BEGIN_SELECT, PATIENCE_MS), JPKI_OK);
	end();
}

static void
a_transaction_waits_so_long(void **state)
{
	begin();
	end();
	assert_waits_so_long();
}

static void
so_does_a_connection(void **state)
{
	assert_waits_so_long();
}

static void *
let_go_in_thread(void *context)
{
	let_go();
	return context;
}

static void
it_comes_in_time(void **state)
{
	pthread_t thread;

	hold();
	assert_int_equal(pthread_create(&thread, NULL, let_go_in_thread, NULL), 0);
	assert_int_equal(jpki_card_begin(card, JPKI_BEGIN_SELECT, 60000), JPKI_OK);
	assert_int_equal(pthread_join(thread, NULL), 0);
	end();
}

/* What is read ends when the other end is closed. */
static int
held_file(int *held)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	*held = ends[1];
	return ends[0];
}

static void
wait_until_closed(int file)
{
	char byte;

	assert_int_equal(read(file, &byte, 1), 0);
	(void)close(file);
}

static void
locking_waits_and_goes_on(void **state)
{
	uint64_t since;
	int file, held;

	login(JPKI_AUTHENTICATION);
	end();
	hold();
	file = held_file(&held);
	since = clock_now_ms();
	assert_int_equal(jpki_card_disconnect(card, true, held), JPKI_ERR_HELD);
	assert_true(clock_now_ms() - since >= CLOSE_MS);
	assert_true(vcard_powered(vcard));
	assert_int_equal(jpki_card_end(other), JPKI_OK);
	wait_until_closed(file);
	assert_false(vcard_powered(vcard));
	jpki_card_free(&other);
}

static void
what_is_held_is_let_go_in_every_case(void **state)
{
	int file, held;

	file = held_file(&held);
	assert_int_equal(jpki_card_disconnect(card, true, held), JPKI_OK);
	wait_until_closed(file);
	begin();
	file = held_file(&held);
	assert_int_equal(jpki_card_disconnect(card, true, held), JPKI_OK);
	wait_until_closed(file);
	begin();
	end();
	inprocess_eject(READER);
	file = held_file(&held);
	assert_int_equal(jpki_card_disconnect(card, true, held), JPKI_ERR_NO_CARD);
	wait_until_closed(file);
	(void)inprocess_insert(READER, vcard);
	begin();
	file = held_file(&held);
	inprocess_plan(INPROCESS_CLOSE, 1, JPKI_ERR_IO, NULL, NULL);
	assert_int_equal(jpki_card_disconnect(card, true, held), JPKI_ERR_IO);
	wait_until_closed(file);
}

static void
the_guard_knows_who_shares(void **state)
{
	jpki_card_guard(card, "/a/file", 1);
	assert_false(inprocess_guarded(READER));
	begin();
	jpki_card_guard(card, "/a/file", 1);
	assert_true(inprocess_guarded(READER));
	assert_true(inprocess_guarded_by(READER, "/a/file"));
	assert_false(inprocess_guarded_by(READER, "/another"));
	jpki_card_guard(card, NULL, 1);
	assert_true(inprocess_guarded_by(READER, NULL));
	jpki_card_guard(card, "/a/file", 1);
	assert_true(inprocess_guarded_by(READER, "/a/file"));
	assert_int_equal(jpki_card_disconnect(card, true, -1), JPKI_OK);
	assert_false(inprocess_guarded(READER));
}

static uint64_t
insertion(void)
{
	struct jpki_reader_state now = {.name = READER};

	assert_int_equal(jpki_transport.poll(service, &now, 1), JPKI_OK);
	return now.insertion;
}

static void
an_insertion_has_a_name(void **state)
{
	uint64_t first = insertion(), second;

	assert_true(first != 0 && insertion() == first);
	inprocess_eject(READER);
	assert_true(insertion() == 0);
	(void)inprocess_insert(READER, vcard);
	second = insertion();
	assert_true(second != 0 && second != first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_transaction_waits_so_long),
	    TEST(so_does_a_connection),
	    TEST(it_comes_in_time),
	    TEST(locking_waits_and_goes_on),
	    TEST(what_is_held_is_let_go_in_every_case),
	    TEST(the_guard_knows_who_shares),
	    TEST(an_insertion_has_a_name),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
