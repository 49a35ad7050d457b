/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_STATE_H
#define CARD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <jpki/card.h>

#include "card/credential.h"

/* A fact about the card that an answer settles. */
enum known { UNKNOWN, YES, NO };

/* Does an application take short EF identifiers (card-facts: B)? Each answers for itself. */
struct forms {
	enum known short_read, short_pin, short_sign;
};

/* What is known of a card, and of the way to it. */
struct jpki_card {
	struct jpki_service *service;
	char reader[JPKI_READER_NAME_SIZE];
	struct jpki_connection *connection; /* NULL: none */
	bool in_transaction;
	/* Which application this object has selected last, since it was connected ... */
	enum application selected;
	enum application fresh; /* ... and in the transaction under way */
	struct forms forms[APPLICATIONS];
	bool pin_sent;	  /* by the last command that was to bring one */
	bool small_reads; /* it refuses to read 256 bytes at once (6700), or its reader does */
};

/* What is known of the application that commands go to. */
static inline struct forms *
forms_of(struct jpki_card *card)
{
	return &card->forms[card->selected];
}

#endif
