/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stdio.h>

#include "cards.h"
#include "found.h"
#include "names.h"
#include "pulled.h"
#include "trouble.h"

/* A search for a card, under way. */
struct search {
	unsigned keys;	       /* keys that are wanted, JPKI_ROLE bits */
	size_t readers;	       /* number of readers */
	size_t cards, fitting; /* cards with keys; cards with the wanted keys */
	enum jpki_holds holds; /* of readers without such a card, the one most worth reporting */
	int error;	       /* of a card whose keys could not be found out */
	struct card card; /* the first with the wanted keys, else the first with keys, else the one
			     most worth reporting */
};

static void
look_at_keys(struct search *search, struct card *card)
{
	int rv = jpki_keys(card->number, &card->keys);
	bool fits = rv == JPKI_OK && (card->keys & search->keys) == search->keys;

	if (search->error == JPKI_OK)
		search->error = rv;
	if ((fits && search->fitting == 0) || search->cards == 0)
		search->card = *card;
	search->cards++;
	search->fitting += fits;
}

static void
look_at(struct search *search, size_t reader)
{
	struct card card = {0};
	enum jpki_holds holds = JPKI_HOLDS_NO_READER;

	if (jpki_reader_name(reader, card.reader) != JPKI_OK ||
	    jpki_reader_card(reader, &holds, &card.number) != JPKI_OK)
		return;
	search->readers += holds != JPKI_HOLDS_NO_READER;
	if (holds_keys(holds))
		look_at_keys(search, &card);
	else if (search->cards == 0 && found_tells_more(holds, search->holds)) {
		search->holds = holds;
		search->card = card;
	}
}

/* The word for an error of a card, which may just have been taken out. */
static enum word
trouble_in(const struct card *card, uint64_t number, int error)
{
	pulled_watch(number, card->reader);
	return cards_trouble(error);
}

/* The result of the search. WORD_DONE: search->card is the card. */
static enum word
judge(const struct search *search)
{
	if (search->fitting > 1)
		return WORD_SEVERAL_CARDS;
	if (search->fitting == 1)
		return WORD_DONE;
	if (search->cards > 0 && search->error == JPKI_OK)
		return WORD_NO_KEY;
	if (search->cards > 0)
		return trouble_in(&search->card, search->card.number, search->error);
	if (search->holds == JPKI_HOLDS_UNKNOWN)
		return trouble_in(&search->card, 0, JPKI_ERR_BUSY);
	if (search->holds == JPKI_HOLDS_RESIDENT)
		return WORD_OTHER_CARD;
	return word_of_error(trouble_of_holds(search->holds));
}

static enum word
look_for(unsigned keys, struct search *search)
{
	size_t readers = 0;
	int rv = jpki_readers(&readers);

	*search = (struct search){.keys = keys, .holds = JPKI_HOLDS_NO_READER};
	if (rv != JPKI_OK)
		return word_of_error(rv);
	for (size_t i = 0; i < readers; i++)
		look_at(search, i);
	return judge(search);
}

enum word
cards_find(unsigned keys, struct card *card)
{
	struct search search;
	enum word word = look_for(keys, &search);

	*card = search.card;
	if (word == WORD_DONE)
		pulled_watch(card->number, card->reader);
	return word;
}

void
cards_look(struct cards_state *state)
{
	struct search search;
	enum word word = look_for(0, &search);
	bool served = word != WORD_NO_SERVICE && word != WORD_NOT_ALLOWED;

	state->service = served ? WORD_DONE : word;
	state->reader = search.readers > 0 ? WORD_DONE : WORD_NO_READER;
	state->card = search.readers > 0 ? word : WORD_NO_CARD;
	state->keys = word == WORD_DONE ? search.card.keys : 0;
}

/* Without the service it is not known whether a card was taken out. */
static enum word
removed(void)
{
	size_t readers;

	return jpki_readers(&readers) == JPKI_ERR_NO_SERVICE ? WORD_NO_SERVICE : WORD_CARD_REMOVED;
}

enum word
cards_trouble(int error)
{
	if (error == JPKI_OK || pulled_instead(error) == JPKI_HOLDS_CARD)
		return word_of_error(error) == WORD_NO_CARD ? removed() : word_of_error(error);
	return removed();
}
