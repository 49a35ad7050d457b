/* SPDX-License-Identifier: BSD-2-Clause */

/* The hand that pulls cards and readers, and other programs. */

#include "stress.h"

atomic_bool hand_over;
struct vcard *cards[PEOPLE], *second_card;
static struct vcard *in_first; /* the hand's, while there is one */

static void
pull_first(uint64_t *random)
{
	in_first = cards[below(random, 3) == 0];
	(void)inprocess_eject(READER);
	sleep_us(below(random, 3000));
	(void)inprocess_insert(READER, in_first);
}

static unsigned second_pulls; /* how often its card has been out */

static void
pull_second(uint64_t *random)
{
	second_pulls++;
	(void)inprocess_eject(READER_2);
	sleep_us(below(random, 3000));
	(void)inprocess_insert(READER_2, second_card);
}

static void
unplug_second(uint64_t *random)
{
	(void)inprocess_remove_reader(READER_2);
	sleep_us(below(random, 3000));
	(void)inprocess_add_reader(READER_2);
	(void)inprocess_insert(READER_2, second_card);
	/* the service counts anew: as often as before, and nobody could tell until the card is used
	 */
	second_pulls++;
	for (unsigned i = 0; i < second_pulls; i++) {
		(void)inprocess_eject(READER_2);
		(void)inprocess_insert(READER_2, second_card);
	}
}

/* Rarely, since who waits for events then pauses for a second. */
static void
restart_service(uint64_t *random)
{
	if (below(random, 12) > 0)
		return;
	inprocess_service(false);
	sleep_us(below(random, 3000));
	inprocess_service(true);
}

static void
cut_power(uint64_t *random)
{
	(void)inprocess_power_cut(below(random, 2) ? READER : READER_2);
}

static void
meddle_with_card(uint64_t *random, bool first)
{
	const char *reader = first ? READER : READER_2;

	switch (below(random, 3)) {
	case 0:
		(void)inprocess_warm_reset(reader);
		break;
	case 1:
		(void)inprocess_power_cut(reader);
		break;
	default:
		(void)vcard_select_other(first ? in_first : second_card, NULL, 0, NULL);
	}
}

/* Another program, which takes its turn as programs do. */
static void
other_program(uint64_t *random)
{
	bool first = below(random, 2) == 0;
	struct jpki_connection *connection = NULL;
	struct jpki_service *service = NULL;

	if (jpki_transport.start(&service) != JPKI_OK)
		return;
	if (jpki_transport.open(service, first ? READER : READER_2, -1, &connection) == JPKI_OK &&
	    jpki_transport.begin(connection, -1) == JPKI_OK) {
		meddle_with_card(random, first);
		(void)jpki_transport.end(connection);
	}
	(void)jpki_transport.close(&connection, below(random, 4) == 0, -1);
	jpki_transport.stop(&service);
}

static void
act(void (*action)(uint64_t *), uint64_t *random)
{
	atomic_fetch_add(&hand.begun, 1);
	action(random);
	atomic_fetch_add(&hand.ended, 1);
	atomic_fetch_add(&totals.hands, 1);
}

void *
use_the_hand(void *context)
{
	static void (*const actions[])(uint64_t *) = {pull_first, pull_first, pull_first,
	    pull_second, unplug_second, restart_service, cut_power, other_program, other_program,
	    other_program};
	uint64_t *random = context;

	if (late_reader)
		act(unplug_second, random);
	while (!atomic_load(&hand_over)) {
		unsigned before = exchanges(), patience = below(random, 40);

		/* let something happen in between, but now and then next to nothing */
		for (unsigned i = 0; i < 50 && exchanges() - before < patience; i++)
			sleep_us(200);
		act(actions[below(random, LENGTH_OF(actions))], random);
	}
	return NULL;
}

void
tidy_up(void)
{
	inprocess_service(true);
	reinsert();
	in_first = card;
	(void)inprocess_add_reader(READER_2);
	(void)inprocess_eject(READER_2);
	assert_int_equal(inprocess_insert(READER_2, second_card), 0);
}
