/* SPDX-License-Identifier: BSD-2-Clause */
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "inprocess.h"
#include "support.h"

#define READER "Reader A"
static const struct jpki_transport *const way = &jpki_transport;
static struct jpki_service *service;
static struct jpki_connection *connection;

static int
set_up(void **state)
{
	inprocess_reset();
	if (make_card(state) != 0 || inprocess_add_reader(READER) != 0)
		return -1;
	vcard_power_off(*state);
	vcard_ledger_mark(*state);
	return inprocess_insert(READER, *state) != 0 || way->start(&service) != JPKI_OK;
}

static int
tear_down(void **state)
{
	way->close(&connection, false, -1);
	way->stop(&service);
	inprocess_reset();
	return drop_card(state);
}

static struct jpki_connection *
open_card(void)
{
	struct jpki_connection *opened;

	assert_int_equal(way->open(service, READER, -1, &opened), JPKI_OK);
	return opened;
}

/* Set-up with a connection to the card. */
static int
set_up_open(void **state)
{
	return set_up(state) != 0 || way->open(service, READER, -1, &connection) != JPKI_OK;
}

static int
transmit_hex(struct jpki_connection *over, const char *hex)
{
	unsigned char command[JPKI_COMMAND_MAX];
	size_t length;

	assert_int_equal(OPENSSL_hexstr2buf_ex(command, sizeof(command), &length, hex, '\0'), 1);
	answer_length = JPKI_RESPONSE_MAX;
	return way->transmit(over, command, length, answer, &answer_length);
}

static struct jpki_reader_state
look(const char *name)
{
	struct jpki_reader_state state = {.attached = false};

	snprintf(state.name, sizeof(state.name), "%s", name);
	assert_int_equal(way->poll(service, &state, 1), JPKI_OK);
	return state;
}

static void
readers_are_listed(void **state)
{
	char names[2][JPKI_READER_NAME_SIZE];
	size_t count;

	assert_int_equal(inprocess_add_reader("Reader B"), 0);
	assert_int_equal(inprocess_add_reader("Reader B"), -1);
	assert_int_equal(way->readers(service, names, 2, &count), JPKI_OK);
	assert_int_equal(count, 2);
	assert_string_equal(names[1], "Reader B");
	assert_int_equal(way->readers(service, names, 1, &count), JPKI_ERR_BUFFER);
	assert_int_equal(count, 2);
	assert_int_equal(inprocess_rename_reader("Reader B", "Reader C"), 0);
	assert_true(look("Reader C").attached);
	assert_false(look("Reader B").attached);
}

static void
poll_tells_insertions_apart(void **state)
{
	struct jpki_reader_state first = look(READER), second;

	assert_true(first.attached && first.present);
	assert_int_equal(inprocess_eject(READER), 0);
	assert_false(look(READER).present);
	assert_int_equal(inprocess_insert(READER, *state), 0);
	second = look(READER);
	assert_true(second.present);
	assert_int_not_equal(first.events, second.events);
}

static void
mute_cards_are_not_present(void **state)
{
	assert_int_equal(inprocess_eject(READER), 0);
	assert_int_equal(inprocess_insert(READER, NULL), 0);
	assert_false(look(READER).present);
	assert_true(look(READER).mute);
	assert_int_equal(way->open(service, READER, -1, &connection), JPKI_ERR_MUTE);
	assert_null(connection);
	assert_int_equal(way->open(service, "nobody", -1, &connection), JPKI_ERR_NO_READER);
}

static void
open_gives_power_and_close_takes_it(void **state)
{
	assert_false(vcard_powered(*state));
	connection = open_card();
	assert_true(vcard_powered(*state));
	assert_int_equal(way->close(&connection, false, -1), JPKI_OK);
	assert_null(connection);
	assert_true(vcard_powered(*state));
	connection = open_card();
	assert_int_equal(way->close(&connection, true, -1), JPKI_OK);
	assert_false(vcard_powered(*state));
	assert_int_equal(way->close(&connection, true, -1), JPKI_OK);
}

/* Is a file that had a mark and one byte still marked after the close? Its byte stays. */
static bool
marked_after_close(struct jpki_connection *ours, bool power_off)
{
	int file = memfd_create("share", MFD_CLOEXEC), held = dup(file);
	struct stat info;

	assert_int_equal(write(file, "x", 1), 1);
	assert_int_equal(fchmod(file, 0700), 0);
	(void)way->close(&ours, power_off, held);
	assert_int_equal(fstat(file, &info), 0);
	assert_int_equal(info.st_size, 1);
	assert_int_equal(info.st_mode & 0677, 0600);
	close(file);
	return (info.st_mode & S_IXUSR) != 0;
}

static void
close_takes_the_mark_when_it_cuts_the_power(void **state)
{
	struct jpki_connection *ours;

	assert_false(marked_after_close(open_card(), true));
	assert_true(marked_after_close(open_card(), false));
	ours = open_card();
	assert_int_equal(inprocess_eject(READER), 0);
	assert_true(marked_after_close(ours, true));
}

static void
exchanges_reach_the_card(void **state)
{
	assert_int_equal(transmit_hex(connection, SELECT_JPKI), JPKI_OK);
	assert_int_equal(answer_length, 2);
	assert_memory_equal(answer, "\x90\x00", 2);
	assert_int_equal(inprocess_calls(INPROCESS_TRANSMIT), 1);
}

static void
answers_must_fit(void **state)
{
	const uint8_t challenge[] = {0x00, 0x84, 0x00, 0x00, 0x10};

	answer_length = 17;
	assert_int_equal(
	    way->transmit(connection, challenge, sizeof(challenge), answer, &answer_length),
	    JPKI_ERR_DATA);
	answer_length = 18;
	assert_int_equal(
	    way->transmit(connection, challenge, sizeof(challenge), answer, &answer_length),
	    JPKI_OK);
	assert_int_equal(answer_length, 18);
	assert_int_equal(
	    way->transmit(connection, challenge, 3, answer, &answer_length), JPKI_ERR_ARGUMENT);
}

static void
power_cut_is_noticed_by_the_others(void **state)
{
	struct jpki_connection *ours = open_card(), *theirs = open_card();

	assert_int_equal(way->begin(ours, -1), JPKI_OK);
	assert_int_equal(way->close(&ours, true, -1), JPKI_OK);
	assert_int_equal(way->check(theirs), JPKI_ERR_RESET);
	assert_int_equal(way->begin(theirs, -1), JPKI_ERR_RESET);
	assert_int_equal(transmit_hex(theirs, SELECT_JPKI), JPKI_ERR_RESET);
	way->close(&theirs, false, -1);
	ours = open_card();
	assert_int_equal(way->check(ours), JPKI_OK);
	assert_int_equal(inprocess_warm_reset(READER), 0);
	assert_int_equal(way->check(ours), JPKI_ERR_RESET);
	way->close(&ours, false, -1);
}

static void
who_resets_it_goes_on(void **state)
{
	struct jpki_connection *ours = open_card(), *theirs = open_card();
	uint8_t atr[JPKI_ATR_MAX];
	size_t length = 0;

	assert_int_equal(way->begin(ours, -1), JPKI_OK);
	assert_int_equal(way->atr(ours, atr, &length), JPKI_OK);
	assert_in_range(length, 2, sizeof(atr));
	assert_int_equal(atr[0], 0x3B);
	assert_int_equal(way->reset(ours), JPKI_OK);
	assert_int_equal(transmit_hex(ours, SELECT_JPKI), JPKI_OK);
	assert_int_equal(way->end(ours), JPKI_OK);
	assert_int_equal(way->check(theirs), JPKI_ERR_RESET);
	assert_int_equal(way->reset(theirs), JPKI_ERR_RESET);
	way->close(&ours, false, -1);
	way->close(&theirs, false, -1);
}

static void
new_card_is_not_the_old_one(void **state)
{
	assert_int_equal(inprocess_eject(READER), 0);
	assert_int_equal(way->check(connection), JPKI_ERR_NO_CARD);
	assert_int_equal(inprocess_insert(READER, *state), 0);
	assert_int_equal(way->check(connection), JPKI_ERR_NO_CARD);
	assert_int_equal(transmit_hex(connection, SELECT_JPKI), JPKI_ERR_NO_CARD);
	assert_int_equal(inprocess_remove_reader(READER), 0);
	assert_int_equal(way->check(connection), JPKI_ERR_NO_READER);
	assert_int_equal(inprocess_add_reader(READER), 0);
	assert_int_equal(way->check(connection), JPKI_ERR_NO_READER);
}

static void
service_may_go_and_return(void **state)
{
	struct jpki_service *second;

	inprocess_service(false);
	assert_false(vcard_powered(*state));
	assert_int_equal(way->check(connection), JPKI_ERR_NO_SERVICE);
	assert_int_equal(way->poll(service, NULL, 0), JPKI_ERR_NO_SERVICE);
	assert_int_equal(way->start(&second), JPKI_OK);
	assert_int_equal(way->poll(second, NULL, 0), JPKI_ERR_NO_SERVICE);
	inprocess_service(true);
	assert_int_equal(way->check(connection), JPKI_ERR_NO_SERVICE);
	assert_int_equal(way->poll(service, NULL, 0), JPKI_OK);
	assert_int_equal(way->poll(second, NULL, 0), JPKI_OK);
	way->close(&connection, true, -1);
	way->stop(&second);
}

static void
stop_orphans_connections(void **state)
{
	struct jpki_service *second;
	struct jpki_connection *ours = open_card();

	assert_int_equal(way->start(&second), JPKI_OK);
	assert_int_equal(way->open(second, READER, -1, &connection), JPKI_OK);
	assert_int_equal(way->begin(connection, -1), JPKI_OK);
	way->stop(&second);
	assert_null(second);
	assert_int_equal(way->check(connection), JPKI_ERR_NO_SERVICE);
	assert_int_equal(way->begin(ours, -1), JPKI_OK);
	assert_int_equal(way->end(ours), JPKI_OK);
	way->close(&ours, false, -1);
}

static void
transactions_nest(void **state)
{
	assert_int_equal(way->end(connection), JPKI_ERR_ARGUMENT);
	assert_int_equal(way->begin(connection, -1), JPKI_OK);
	assert_int_equal(way->begin(connection, -1), JPKI_OK);
	assert_int_equal(way->end(connection), JPKI_OK);
	assert_int_equal(way->end(connection), JPKI_OK);
	assert_int_equal(way->end(connection), JPKI_ERR_ARGUMENT);
}

static void
pause_briefly(void)
{
	const struct timespec pause = {.tv_nsec = 30000000};

	nanosleep(&pause, NULL);
}

struct thread {
	pthread_t id;
	struct jpki_connection *connection;
	struct jpki_reader_state state;
	int timeout;
	int result;
};

static void *
begin_in_thread(void *context)
{
	struct thread *thread = context;

	thread->result = way->begin(thread->connection, -1);
	return NULL;
}

static void *
wait_in_thread(void *context)
{
	struct thread *thread = context;

	thread->result = way->wait(service, &thread->state, 1, thread->timeout);
	return NULL;
}

static void
begin_waits_for_the_other(void **state)
{
	struct jpki_connection *ours = open_card();
	struct thread thread = {.connection = open_card(), .result = 1};

	assert_int_equal(way->begin(ours, -1), JPKI_OK);
	assert_int_equal(pthread_create(&thread.id, NULL, begin_in_thread, &thread), 0);
	pause_briefly();
	assert_int_equal(transmit_hex(ours, SELECT_JPKI), JPKI_OK);
	assert_int_equal(way->end(ours), JPKI_OK);
	pthread_join(thread.id, NULL);
	assert_int_equal(thread.result, JPKI_OK);
	assert_int_equal(way->end(thread.connection), JPKI_OK);
	way->close(&ours, false, -1);
	way->close(&thread.connection, false, -1);
}

static void
begin_ends_when_the_card_leaves(void **state)
{
	struct jpki_connection *ours = open_card();
	struct thread thread = {.connection = open_card(), .result = 1};

	assert_int_equal(way->begin(ours, -1), JPKI_OK);
	assert_int_equal(pthread_create(&thread.id, NULL, begin_in_thread, &thread), 0);
	pause_briefly();
	assert_int_equal(inprocess_eject(READER), 0);
	pthread_join(thread.id, NULL);
	assert_int_equal(thread.result, JPKI_ERR_NO_CARD);
	assert_int_equal(way->end(ours), JPKI_ERR_NO_CARD);
	way->close(&ours, true, -1);
	way->close(&thread.connection, true, -1);
}

static void
start_waiting(struct thread *thread)
{
	assert_int_equal(pthread_create(&thread->id, NULL, wait_in_thread, thread), 0);
	pause_briefly();
}

static void
wait_sees_a_card_leave(void **state)
{
	struct thread thread = {.state = look(READER), .timeout = -1};

	start_waiting(&thread);
	assert_int_equal(inprocess_eject(READER), 0);
	pthread_join(thread.id, NULL);
	assert_int_equal(thread.result, JPKI_OK);
}

static void
wait_compares_with_what_was_seen(void **state)
{
	struct jpki_reader_state before = look(READER);

	assert_int_equal(way->wait(service, &before, 1, 1), JPKI_ERR_TIMEOUT);
	assert_int_equal(inprocess_eject(READER), 0);
	assert_int_equal(inprocess_insert(READER, *state), 0);
	assert_int_equal(way->wait(service, &before, 1, -1), JPKI_OK);
	before = look(READER);
	assert_int_equal(inprocess_add_reader("Reader B"), 0);
	assert_int_equal(way->wait(service, &before, 1, -1), JPKI_OK);
}

static void
wait_is_cancelled(void **state)
{
	struct thread thread = {.state = look(READER), .timeout = -1};

	start_waiting(&thread);
	way->cancel(service);
	pthread_join(thread.id, NULL);
	assert_int_equal(thread.result, JPKI_ERR_CANCELLED);
}

static void
stop_ends_a_wait(void **state)
{
	struct thread thread = {.state = look(READER), .timeout = -1};
	struct jpki_service *stopped = service;

	start_waiting(&thread);
	way->stop(&stopped);
	pthread_join(thread.id, NULL);
	assert_int_equal(thread.result, JPKI_ERR_CANCELLED);
	assert_int_equal(way->start(&service), JPKI_OK);
}

static void
wait_ends_with_the_service(void **state)
{
	struct thread thread = {.state = look(READER), .timeout = 60000};

	start_waiting(&thread);
	inprocess_service(false);
	pthread_join(thread.id, NULL);
	assert_int_equal(thread.result, JPKI_ERR_NO_SERVICE);
}

static void
select_other(void *context)
{
	vcard_select_other(context, NULL, 0, NULL);
}

static void
plans_happen_at_their_call(void **state)
{
	inprocess_plan(INPROCESS_TRANSMIT, 2, JPKI_OK, select_other, *state);
	assert_int_equal(transmit_hex(connection, SELECT_JPKI), JPKI_OK);
	assert_int_equal(transmit_hex(connection, VERIFY_AUTHENTICATION), JPKI_OK);
	assert_int_equal(vcard_pin_tries(*state, VCARD_PIN_INPUT_AID), 2);
	inprocess_plan(INPROCESS_TRANSMIT, 1, JPKI_ERR_IO, NULL, NULL);
	assert_int_equal(transmit_hex(connection, SELECT_JPKI), JPKI_ERR_IO);
	assert_int_equal(vcard_ledger_count(*state, VCARD_EVENT_SELECT), 1);
	inprocess_plan(INPROCESS_ANSWER, 1, JPKI_ERR_IO, NULL, NULL);
	assert_int_equal(transmit_hex(connection, SELECT_JPKI), JPKI_ERR_IO);
	assert_int_equal(vcard_ledger_count(*state, VCARD_EVENT_SELECT), 2);
	inprocess_plan(INPROCESS_BEGIN, 1, JPKI_ERR_NO_CARD, NULL, NULL);
	assert_int_equal(way->begin(connection, -1), JPKI_ERR_NO_CARD);
}

static void
card_faults_reach_the_reader(void **state)
{
	assert_int_equal(vcard_fault_add(*state, VCARD_FAULT_EMPTY, 1, 0, NULL), 0);
	assert_int_equal(transmit_hex(connection, SELECT_JPKI), JPKI_OK);
	assert_int_equal(answer_length, 0);
	assert_int_equal(vcard_fault_add(*state, VCARD_FAULT_OVERLONG, 1, 0, NULL), 0);
	assert_int_equal(transmit_hex(connection, SELECT_JPKI), JPKI_ERR_DATA);
	assert_int_equal(vcard_fault_add(*state, VCARD_FAULT_EJECT, 1, 0, NULL), 0);
	assert_int_equal(transmit_hex(connection, SELECT_JPKI), JPKI_ERR_NO_CARD);
	assert_false(look(READER).present);
}

static void
idle_cards_lose_their_power(void **state)
{
	assert_int_equal(inprocess_idle(READER), -1);
	way->close(&connection, false, -1);
	assert_int_equal(inprocess_idle(READER), 0);
	assert_false(vcard_powered(*state));
}

static void
exclusive_cards_are_busy(void **state)
{
	assert_int_equal(inprocess_exclusive(READER, true), 0);
	assert_int_equal(way->open(service, READER, -1, &connection), JPKI_ERR_BUSY);
	assert_int_equal(inprocess_exclusive(READER, false), 0);
	connection = open_card();
}

static void
readers_carry_long_answers_or_not(void **state)
{
	assert_int_equal(way->longest(connection), 256);
	assert_int_equal(inprocess_longest(READER, JPKI_LONG_DATA_MAX), 0);
	assert_int_equal(way->longest(connection), JPKI_LONG_DATA_MAX);
	assert_int_equal(inprocess_calls(INPROCESS_LONGEST), 2);
	assert_int_equal(inprocess_longest("no such reader", 256), -1);
}

static void
long_answers_come_through(void **state)
{
	static const uint8_t read[] = {0x00, 0xb0, 0x8a, 0x00, 0x00, 0x04, 0x00};
	uint8_t response[1026];
	size_t length = sizeof(response);

	set_quirk(*state, "extended", "yes");
	assert_int_equal(transmit_hex(connection, SELECT_JPKI), JPKI_OK);
	assert_int_equal(way->transmit(connection, read, sizeof(read), response, &length), JPKI_OK);
	assert_int_equal(length, sizeof(response));
	set_quirk(*state, "extended", "chokes");
	assert_int_equal(
	    way->transmit(connection, read, sizeof(read), response, &length), JPKI_ERR_IO);
}

/* Many exchanges in short transactions; the card's own answers must never mix. */
static void *
work(void *context)
{
	struct thread *thread = context;
	const uint8_t select[] = {
	    0x00, 0xa4, 0x04, 0x0c, 0x0a, 0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0, 0, 0, 0x01};
	const uint8_t read[] = {0x00, 0xb0, 0x86, 0x00, 0x00};
	uint8_t response[JPKI_RESPONSE_MAX];

	for (int i = 0; i < 200 && thread->result == JPKI_OK; i++) {
		size_t length = sizeof(response);

		thread->result = way->begin(thread->connection, -1);
		way->transmit(thread->connection, select, sizeof(select), response, &length);
		length = sizeof(response);
		way->transmit(thread->connection, read, sizeof(read), response, &length);
		if (length != 162 || memcmp(response, "JPKI", 4) != 0)
			thread->result = JPKI_ERR_DATA;
		way->end(thread->connection);
	}
	return NULL;
}

static void
threads_share_a_card(void **state)
{
	struct thread threads[4];

	for (size_t i = 0; i < 4; i++) {
		threads[i] = (struct thread){.connection = open_card()};
		assert_int_equal(pthread_create(&threads[i].id, NULL, work, &threads[i]), 0);
	}
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i].id, NULL);
		assert_int_equal(threads[i].result, JPKI_OK);
		way->close(&threads[i].connection, false, -1);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TEST_OPEN(name) cmocka_unit_test_setup_teardown(name, set_up_open, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(readers_are_listed),
	    TEST(poll_tells_insertions_apart),
	    TEST(mute_cards_are_not_present),
	    TEST(open_gives_power_and_close_takes_it),
	    TEST(close_takes_the_mark_when_it_cuts_the_power),
	    TEST_OPEN(exchanges_reach_the_card),
	    TEST_OPEN(answers_must_fit),
	    TEST(power_cut_is_noticed_by_the_others),
	    TEST(who_resets_it_goes_on),
	    TEST_OPEN(new_card_is_not_the_old_one),
	    TEST_OPEN(service_may_go_and_return),
	    TEST(stop_orphans_connections),
	    TEST_OPEN(transactions_nest),
	    TEST(begin_waits_for_the_other),
	    TEST(begin_ends_when_the_card_leaves),
	    TEST(wait_sees_a_card_leave),
	    TEST(wait_compares_with_what_was_seen),
	    TEST(wait_is_cancelled),
	    TEST(stop_ends_a_wait),
	    TEST(wait_ends_with_the_service),
	    TEST_OPEN(plans_happen_at_their_call),
	    TEST_OPEN(card_faults_reach_the_reader),
	    TEST_OPEN(idle_cards_lose_their_power),
	    TEST(exclusive_cards_are_busy),
	    TEST_OPEN(readers_carry_long_answers_or_not),
	    TEST_OPEN(long_answers_come_through),
	    TEST(threads_share_a_card),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
