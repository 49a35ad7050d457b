/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_STATE_H
#define CARD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <jpki/card.h>

#include "card/credential.h"

/*
 * A fact about the card that an answer settles. LIKELY: somebody remembers that it was YES; the
 * card has to show it again, and until then counts for nothing that cannot be taken back.
 */
enum known { UNKNOWN, YES, NO, LIKELY };

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
	bool guarded; /* the connection */
	/* Which application this object has selected last, since it was connected ... */
	enum application selected;
	enum application fresh; /* ... and in the transaction under way */
	struct forms forms[APPLICATIONS];
	bool pin_sent; /* by the last command that was to bring one */
	enum known
	    small_reads;      /* it refuses to read 256 bytes at once (6700), or its reader does */
	enum known long_read; /* READ BINARY with extended Le, by the card and its reader */
	bool try_long;	      /* that may be found out */
	size_t longest;	      /* jpki_transport.longest; 0: not asked yet */
};

/* What is known of the application that commands go to. */
static inline struct forms *
forms_of(struct jpki_card *card)
{
	return &card->forms[card->selected];
}

#endif
