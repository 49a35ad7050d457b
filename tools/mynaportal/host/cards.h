/* SPDX-License-Identifier: BSD-2-Clause */
/* The card that a request is about. */
#ifndef JPKI_PORTAL_CARDS_H
#define JPKI_PORTAL_CARDS_H

#include <jpki/jpki.h>

#include "word.h"

struct card {
	uint64_t number;
	char reader[JPKI_READER_NAME_SIZE];
	unsigned keys; /* JPKI_ROLE bits */
};

/* The one card with all of these keys, or, of several cards, the only one. Before, libjpki is
 * started. WORD_DONE, or what there is instead. */
enum word cards_find(unsigned keys, struct card *card);

/* How things are. */
struct cards_state {
	enum word service, reader, card; /* WORD_DONE is well */
	unsigned keys;			 /* of the card */
};
void cards_look(struct cards_state *state);

/* What has happened if libjpki gives this error in the middle of something: the card may have been
 * taken out. JPKI_OK is WORD_DONE. */
enum word cards_trouble(int error);

#endif
