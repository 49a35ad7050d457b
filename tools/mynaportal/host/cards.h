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

/* Find the card that has all of these keys (JPKI_ROLE bits). libjpki must have been started.
 * WORD_DONE if there is exactly one; otherwise what is wrong. */
enum word cards_find(unsigned keys, struct card *card);

/* The state of service, reader and card. */
struct cards_state {
	enum word service, reader, card; /* WORD_DONE: all is well */
	unsigned keys;			 /* of the card */
};
void cards_look(struct cards_state *state);

/* The word for an error of libjpki during a request: the card may have been taken out. WORD_DONE
 * for JPKI_OK. */
enum word cards_trouble(int error);

#endif
