/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_ATTRIBUTES_H
#define READER_ATTRIBUTES_H

#include "reader/attempt.h"

/*
 * What the card has in applications beside JPKI's: its holder's attributes, and its manufacture
 * number. Each is asked for in one transaction, which sees to it that the card is the one that is
 * known, and selects JPKI's again at the end: programs that trust that it is selected find it so.
 * The caller holds the reader's lock, and the card has been asked what it is.
 *
 * To select another application may undo a login on some cards (card-facts: security status, C).
 * So nothing is asked while the card is unlocked for this process, JPKI_ERR_LOGGED_IN; but with
 * the PIN of the attributes the logins of this process end.
 */

/*
 * Give the PIN of the attributes to the card, once, and read them. The rules of login.h hold. When
 * it has been sent, the power is cut before anybody else comes to the card, whatever came of it,
 * and whoever else is logged in. JPKI_ERR_NOT_FOUND if the card has none.
 */
int attributes_read(
    struct reader *reader, const struct given_pin *pin, struct jpki_attributes *attributes);

/* Tries left of that PIN, to be shown: asks the card if what it said last is too old for that. */
int attributes_tries(struct reader *reader, unsigned *tries);

/* The manufacture number; read from the card if need be. */
int attributes_number(struct reader *reader, char number[JPKI_MANUFACTURE_NUMBER_SIZE]);

#endif
