/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "pulled.h"

/* How long to wait until the service notices that a card has gone, in ms; and if that is unlikely,
 * because the card was only locked. */
#define MOST_MS 1000
#define LOCKED_MS 500

static struct {
	uint64_t card;
	char reader[JPKI_READER_NAME_SIZE]; /* empty: none is watched */
} watched;

void
pulled_watch(uint64_t card, const char *reader)
{
	watched.card = card;
	snprintf(watched.reader, sizeof(watched.reader), "%s", reader);
}

uint64_t
pulled_card(void)
{
	return watched.card;
}

/* What is in the reader now. A card that was put in meanwhile does not count as the one before. */
static enum jpki_holds
look(void)
{
	enum jpki_holds holds = JPKI_HOLDS_NO_READER;
	size_t readers = 0;

	if (jpki_readers(&readers) != JPKI_OK)
		return JPKI_HOLDS_CARD; /* that is a different error */
	for (size_t i = 0; i < readers; i++) {
		char name[JPKI_READER_NAME_SIZE];
		uint64_t card = 0;

		if (jpki_reader_name(i, name) != JPKI_OK || strcmp(name, watched.reader) != 0 ||
		    jpki_reader_card(i, &holds, &card) != JPKI_OK)
			continue;
		if (card != 0 && watched.card != 0 && card != watched.card)
			return JPKI_HOLDS_NOTHING;
	}
	return holds;
}

static bool
is_there(enum jpki_holds holds)
{
	return holds != JPKI_HOLDS_NO_READER && holds != JPKI_HOLDS_NOTHING &&
	       holds != JPKI_HOLDS_MUTE;
}

static long
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum jpki_holds
look_for_a_while(long left)
{
	long end = now_ms() + left;
	enum jpki_holds holds = look();
	uint64_t seen = 0;

	while (is_there(holds) && left > 0 && jpki_wait(&seen, (int)left) == JPKI_OK) {
		holds = look();
		left = end - now_ms();
	}
	return holds;
}

enum jpki_holds
pulled_instead(int error)
{
	enum jpki_holds holds;

	if (watched.reader[0] == '\0')
		return JPKI_HOLDS_CARD;
	switch (error) {
	case JPKI_ERR_NO_READER:
	case JPKI_ERR_NO_CARD:
		holds = look();
		break;
	case JPKI_ERR_NOT_VERIFIED:
		holds = look_for_a_while(LOCKED_MS);
		break;
	case JPKI_ERR_RESET:
	case JPKI_ERR_BUSY:
	case JPKI_ERR_TIMEOUT:
	case JPKI_ERR_IO:
	case JPKI_ERR_MUTE:
	case JPKI_ERR_NOT_JPKI:
	case JPKI_ERR_UNSUPPORTED:
	case JPKI_ERR_LENGTH:
	case JPKI_ERR_DATA:
	case JPKI_ERR_STATUS:
		holds = look_for_a_while(MOST_MS);
		break;
	default:
		return JPKI_HOLDS_CARD;
	}
	return is_there(holds) ? JPKI_HOLDS_CARD : holds;
}
