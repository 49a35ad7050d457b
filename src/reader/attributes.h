/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_ATTRIBUTES_H
#define READER_ATTRIBUTES_H

#include "reader/attempt.h"

/*
 * What the card has in other applications than JPKI: its holder's attributes, and its manufacture
 * number. Each is read in one transaction. It first checks that the card is the one that is known,
 * and at the end selects JPKI again, for programs that trust that it is selected. The caller holds
 * the reader's lock, and the card has been asked what it is.
 *
 * On some cards selecting another application may end a login (F-SELECT-CLEARS). So while the card
 * is unlocked for this process nothing is asked: JPKI_ERR_LOGGED_IN. attributes_read, which has a
 * PIN of its own, ends the logins of this process instead.
 */

/*
 * Give the PIN of the attributes to the card, once, and read them. PIN rules 1 to 5 hold (login.h).
 * Once it has been sent, the power is cut before any other program reaches the card, whether the
 * PIN was right or not, and whoever else is logged in. JPKI_ERR_NOT_FOUND if the card has no
 * attributes.
 */
int attributes_read(
    struct reader *reader, const struct given_pin *pin, struct jpki_attributes *attributes);

/*
 * The tries left of that PIN, to be shown, in *tries; asks the card if its last answer is too old
 * for that. JPKI_OK; JPKI_ERR_LOGGED_IN; JPKI_ERR_NOT_FOUND if the card has no such application;
 * JPKI_ERR_NOT_JPKI; JPKI_ERR_STATUS if it answers what it should not, JPKI_ERR_DATA if that makes
 * no sense; JPKI_ERR_MEMORY; or an error of the way to the card.
 */
int attributes_tries(struct reader *reader, unsigned *tries);

/*
 * The manufacture number; read from the card unless it is known. JPKI_OK; JPKI_ERR_LOGGED_IN;
 * JPKI_ERR_NOT_FOUND if the card has none; JPKI_ERR_DATA if it has another form; JPKI_ERR_NOT_JPKI;
 * JPKI_ERR_STATUS if the card answers what it should not; JPKI_ERR_MEMORY; or an error of the way
 * to the card. *number is set with JPKI_OK alone.
 */
int attributes_number(struct reader *reader, char number[JPKI_MANUFACTURE_NUMBER_SIZE]);

#endif
