/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_STATE_H
#define CARD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <jpki/card.h>

/* A fact about the card that an answer settles. */
enum known { UNKNOWN, YES, NO };

/* What is known of a card, and of the way to it. */
struct jpki_card {
	struct jpki_service *service;
	char reader[JPKI_READER_NAME_SIZE];
	struct jpki_connection *connection; /* NULL: none */
	bool in_transaction;
	bool selected; /* this object has selected the application since it was connected */
	bool fresh;    /* ... at the beginning of the transaction under way */
	/* Does the card take short EF identifiers (card-facts: B)? */
	enum known short_read;
	enum known short_pin;
	enum known short_sign;
	bool small_reads; /* it refuses to read 256 bytes at once (6700), or its reader does */
};

#endif
