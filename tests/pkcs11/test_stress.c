/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Eight threads that do what comes to their minds, while others wait for events and pull cards.
 * Each answer is held against those that the call may give at that moment, and each signature is
 * checked. Made for ThreadSanitizer (tests/run threads).
 *
 *	JPKI_STRESS_SECONDS  how long it takes in all; 3
 *	JPKI_STRESS_SEED     what the threads choose by; printed, another one each time
 */

#include "stress.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../common/slowness.h"

#define DEFAULT_SECONDS 3
#define ROUND_MS 1000
#define LONG_WINDOW_MS 3600000
/* No call takes that long: then something is stuck. */
#define STUCK_SECONDS 20
#define ROUNDS_MORE 20

static uint64_t seed;
static unsigned round_number;

/* --------------------------------------------------------------------------- watchdog */

static atomic_bool watched;
static pthread_t watchdog;
static unsigned long seen[WORKERS + 2];
static unsigned stuck[WORKERS + 2];

/* Say where each thread is, and end: nobody will ever join them. */
static void
give_up(void)
{
	fprintf(stderr,
	    "# stuck in %s, round %u, JPKI_STRESS_SEED=%llu; "
	    "%d is the main thread, %d waits for events\n",
	    weather_names[weather], round_number, (unsigned long long)seed, MAIN->number,
	    WAITER->number);
	for (int i = 0; i < WORKERS + 2; i++)
		fprintf(stderr, "# thread %d: %s for %u s, after %lu calls\n", i,
		    call_name((enum call)atomic_load(&workers[i].call)), stuck[i], seen[i]);
	fflush(NULL);
	abort();
}

/* The waiter may wait for ever; everybody else comes out of a call again. */
static void
look_at_thread(int i)
{
	unsigned long calls = atomic_load(&workers[i].calls);
	bool busy = atomic_load(&workers[i].call) != IDLING;

	stuck[i] = busy && calls == seen[i] ? stuck[i] + 1 : 0;
	seen[i] = calls;
}

/* A thread, not alarm(): a handler could run in whoever is stuck, and print little there. */
static void *
watch(void *context)
{
	while (atomic_load(&watched)) {
		for (int i = 0; i < 10 && atomic_load(&watched); i++)
			sleep_us(100000);
		for (int i = 0; i < WORKERS + 2; i++)
			look_at_thread(i);
		for (int i = 0; i < WORKERS + 1; i++)
			if (stuck[i] >= STUCK_SECONDS * slowness())
				give_up();
	}
	return NULL;
}

/* ----------------------------------------------------------------------------- rounds */

static void
create(pthread_t *thread, void *(*run)(void *), void *context)
{
	assert_int_equal(pthread_create(thread, NULL, run, context), 0);
}

static void
join(pthread_t thread)
{
	assert_int_equal(pthread_join(thread, NULL), 0);
}

/* In peace somebody keeps the tokens logged in. */
static void
keep_logged_in(CK_SESSION_HANDLE keepers[SLOTS])
{
	for (CK_SLOT_ID slot = 0; slot < SLOTS; slot++) {
		assert_ok(pkcs11_open_session(pkcs11_list(p11), slot, 0, &keepers[slot]));
		assert_ok(login_with(keepers[slot], pin_of((enum jpki_role)(slot % JPKI_ROLES))));
	}
}

static pthread_t hand_thread;
static uint64_t hand_random;
static bool waiter_runs;

/* In every other pair of rounds cards are slower, so that more happens during an exchange. */
static void
set_speed(void)
{
	const struct vcard_delays delays = {.exchange = round_number % 4 >= 2 ? 300 : 0};

	for (int person = 0; person < PEOPLE; person++)
		vcard_delays_set(cards[person], &delays);
	vcard_delays_set(second_card, &delays);
}

static void
start_threads(void)
{
	memset(&hand, 0, sizeof(hand));
	atomic_store(&over, false);
	atomic_store(&hand_over, false);
	for (int i = 0; i < WORKERS + 2; i++) {
		workers[i].number = i;
		workers[i].random = seed ^ (uint64_t)round_number << 32 ^ (uint64_t)i << 8;
	}
	for (int i = 0; i < WORKERS; i++)
		create(&workers[i].thread, work, &workers[i]);
	create(&WAITER->thread, wait_for_events, NULL);
	waiter_runs = true;
	hand_random = seed + round_number;
	if (weather == STORM)
		create(&hand_thread, use_the_hand, &hand_random);
}

static void
stop_workers(void)
{
	atomic_store(&over, true);
	for (int i = 0; i < WORKERS; i++)
		join(workers[i].thread);
}

static void
stop_hand(void)
{
	atomic_store(&hand_over, true);
	if (weather == STORM)
		join(hand_thread);
}

/* Nobody waits any longer once the module is finalized. */
static void
finalize(void)
{
	(void)DO(MAIN, FINALIZE, NULL, p11->C_Finalize(NULL));
	if (waiter_runs)
		join(WAITER->thread);
	waiter_runs = false;
}

static void
assert_no_sessions(void)
{
	for (CK_SLOT_ID slot = 0; slot < SLOTS; slot++) {
		CK_TOKEN_INFO info;

		assert_ok(p11->C_GetTokenInfo(slot, &info));
		assert_int_equal(info.ulSessionCount, 0);
		assert_int_equal(info.ulRwSessionCount, 0);
	}
}

/* All sessions have been closed, and everything works as if nothing had happened. */
static void
assert_recovered(void)
{
	assert_no_sessions();
	set_window(LONG_WINDOW_MS);
	for (int role = 0; role < JPKI_ROLES; role++)
		assert_signs(open_user_session(role), role, sha256_pkcs1);
}

static void
one_round(uint64_t window, unsigned ms)
{
	CK_SESSION_HANDLE keepers[SLOTS] = {0};
	bool stop_in_storm = weather == STORM && round_number % 2 == 0;

	set_window(window);
	set_speed();
	if (weather == PEACE)
		keep_logged_in(keepers);
	start_threads();
	sleep_us(1000L * ms);
	stop_workers();
	if (weather == PEACE) {
		for (CK_SLOT_ID slot = 0; slot < SLOTS; slot++)
			(void)p11->C_CloseSession(keepers[slot]);
		assert_true(locked());
	}
	if (!stop_in_storm) {
		stop_hand();
		if (weather == STORM)
			tidy_up();
		assert_recovered();
	}
	finalize();
	if (stop_in_storm)
		stop_hand();
}

#define SIGNATURE_PIN_FILE 0x001B
#define SIGNATURE_KEY_FILE 0x001A

/*
 * Each PIN that the card has seen was right. Where each signature needs its own, it has had one:
 * no thread signs with the PIN that another has given for its signature.
 */
static void
check_ledger(struct vcard *one, bool each_needs_pin)
{
	size_t count = vcard_ledger_entries(one, NULL, 0);
	struct vcard_entry *entries = calloc(count + 1, sizeof(*entries));
	bool unlocked = false;

	assert_non_null(entries);
	assert_int_equal(vcard_ledger_entries(one, entries, count), count);
	for (size_t i = 0; i < count; i++) {
		bool key = entries[i].ef == SIGNATURE_KEY_FILE;

		if (entries[i].event == VCARD_EVENT_VERIFY) {
			expect(MAIN, entries[i].sw == 0x9000, "PIN refused");
			unlocked |= entries[i].ef == SIGNATURE_PIN_FILE;
			atomic_fetch_add(&totals.pins, 1);
		} else if (entries[i].event == VCARD_EVENT_SIGN && key && entries[i].sw == 0x9000) {
			expect(MAIN, unlocked || !each_needs_pin, "signature without its PIN");
			unlocked = false;
			atomic_fetch_add(&totals.key_uses, 1);
		}
	}
	free(entries);
	vcard_ledger_mark(one);
}

static void
check_card(struct vcard *one, bool each_needs_pin)
{
	check_ledger(one, each_needs_pin);
	for (int role = 0; role < JPKI_ROLES; role++) {
		enum vcard_pin pin = card_pin_of((enum jpki_role)role);

		expect(MAIN, !vcard_pin_verified(one, pin), "card left unlocked");
		expect(MAIN, vcard_pin_tries(one, pin) == vcard_pin_tries_max(pin), "try spent");
	}
}

/* Begin anew, in some rounds of a storm with one reader only. */
static void
initialize(void)
{
	late_reader = false;
	(void)DO(MAIN, INITIALIZE, NULL, p11->C_Initialize(NULL));
	assert_no_sessions();
	if (weather != STORM || round_number % 4 != 1)
		return;
	assert_ok(p11->C_Finalize(NULL));
	late_reader = true;
	assert_int_equal(inprocess_remove_reader(READER_2), 0);
	(void)DO(MAIN, INITIALIZE, NULL, p11->C_Initialize(NULL));
}

static unsigned
seconds_in_all(void)
{
	const char *text = getenv("JPKI_STRESS_SECONDS");

	return text != NULL ? (unsigned)strtoul(text, NULL, 10) : DEFAULT_SECONDS;
}

static void
choose_seed(void)
{
	const char *text = getenv("JPKI_STRESS_SEED");

	seed = text != NULL ? strtoull(text, NULL, 10)
			    : (uint64_t)time(NULL) * 1000 + (uint64_t)getpid() % 1000;
	print_message("# JPKI_STRESS_SEED=%llu\n", (unsigned long long)seed);
	fflush(stdout);
}

static void
prepare(enum weather how)
{
	weather = how;
	round_number = 0;
	atomic_store(&failures, 0);
	memset(&totals, 0, sizeof(totals));
	choose_seed();
	cards[0] = card;
	cards[1] = card_of_another_person();
	second_card = another_card(SERIAL_2);
	assert_ok(p11->C_Finalize(NULL));
	tidy_up();
	initialize();
}

static bool
both_keys_have_signed(void)
{
	return atomic_load(&totals.signatures) > 0 && atomic_load(&totals.key_uses) > 0;
}

static void
report(void)
{
	print_message("# %s: %u rounds, %lu calls, %lu signatures (%lu of the signature key), "
		      "%lu verifications, %lu certificates, %lu logins (%lu PINs), "
		      "%lu acts of the hand, %lu events\n",
	    weather_names[weather], round_number, atomic_load(&totals.calls),
	    atomic_load(&totals.signatures), atomic_load(&totals.key_uses),
	    atomic_load(&totals.verified), atomic_load(&totals.certificates),
	    atomic_load(&totals.logins), atomic_load(&totals.pins), atomic_load(&totals.hands),
	    atomic_load(&totals.events));
	assert_true(both_keys_have_signed());
	assert_int_equal(atomic_load(&failures), 0);
}

/*
 * `share`: of the time, in sixths. Where the threads have had so little of it that nothing was
 * signed, more rounds follow.
 */
static void
stress(enum weather how, unsigned share)
{
	static const uint64_t windows[] = {LONG_WINDOW_MS, 0, 20};
	unsigned count = how == PEACE ? 1 : 3, budget = seconds_in_all() * 1000 * share / 6;
	unsigned rounds = budget / ROUND_MS > count ? budget / ROUND_MS : count;

	prepare(how);
	while (round_number < rounds ||
	       (!both_keys_have_signed() && round_number < ROUNDS_MORE * rounds)) {
		uint64_t signature_window = windows[round_number % count];

		one_round(signature_window, budget / rounds);
		for (int person = 0; person < PEOPLE; person++)
			check_card(cards[person], signature_window == 0);
		check_card(second_card, signature_window == 0);
		round_number++;
		tidy_up();
		initialize();
	}
	report();
}

static void
in_peace_everything_works(void **state)
{
	stress(PEACE, 1);
}

static void
threads_undo_what_others_do(void **state)
{
	stress(RIVALS, 2);
}

static void
cards_are_pulled_and_put_back(void **state)
{
	stress(STORM, 3);
}

static int
set_up_watched(void **state)
{
	if (set_up(state) != 0)
		return -1;
	atomic_store(&watched, true);
	return pthread_create(&watchdog, NULL, watch, NULL);
}

/* Whatever became of the test: no thread of it is left. */
static int
tear_down_watched(void **state)
{
	atomic_store(&over, true);
	finalize();
	atomic_store(&watched, false);
	(void)pthread_join(watchdog, NULL);
	return tear_down(state);
}

#define STRESS_TEST(test) cmocka_unit_test_setup_teardown(test, set_up_watched, tear_down_watched)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STRESS_TEST(in_peace_everything_works),
	    STRESS_TEST(threads_undo_what_others_do),
	    STRESS_TEST(cards_are_pulled_and_put_back),
	};

	return RUN(tests);
}
