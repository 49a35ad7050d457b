/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_STATE_H
#define CARD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <jpki/card.h>

#include "card/credential.h"

/*
 * A property of the card that an answer of the card settles. LIKELY: it was YES earlier, and was
 * remembered; until the card shows it again, nothing irrevocable (a PIN) may rest on it.
 */
enum known { UNKNOWN, YES, NO, LIKELY };

/*
 * Does an application accept short EF identifiers (F-READ-SHORT, F-VERIFY-SHORT, F-SIGN-SHORT)?
 * This is known for each application separately.
 */
struct forms {
	enum known short_read, short_pin, short_sign;
};

/* How many errors are the card's word: JPKI_ERR_NOT_JPKI to JPKI_ERR_NO_KEY. */
#define CARD_ERRORS (JPKI_ERR_NOT_JPKI - JPKI_ERR_NO_KEY + 1)

/* A card, its connection, and what is known of both. */
struct jpki_card {
	struct jpki_service *service;
	char reader[JPKI_READER_NAME_SIZE];
	struct jpki_connection *connection; /* NULL: none */
	bool in_transaction;
	bool guarded; /* the connection */
	/* Which application this object has selected last, since it was connected ... */
	enum application selected;
	enum application selected_in_transaction; /* ... and in the transaction under way */
	struct forms forms[APPLICATIONS];
	bool pin_sent; /* during the last verify or change */
	enum known
	    small_reads;      /* it refuses to read 256 bytes at once (6700), or its reader does */
	enum known long_read; /* READ BINARY with extended Le, by the card and its reader */
	bool try_long;	      /* long_read may be found out by trying */
	size_t longest;	      /* jpki_transport.longest; 0: not asked yet */
	/*
	 * The last status word that became each error, counted from JPKI_ERR_NOT_JPKI; 0: none
	 * since status_forget.
	 */
	uint16_t words[CARD_ERRORS];
};

/* Which short forms the selected application takes. */
static inline struct forms *
forms_of(struct jpki_card *card)
{
	return &card->forms[card->selected];
}

#endif
