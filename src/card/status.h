/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_STATUS_H
#define CARD_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include <jpki/error.h>

/* Status words (ISO 7816-4, 5.6). */
#define SW_OK 0x9000
#define SW_END_OF_FILE 0x6282
#define SW_EXECUTION_ERROR 0x6F00
#define SW_APPLET_REFUSED 0x6999 /* Java Card: an applet will not be selected */
#define SW1_MORE_DATA 0x61
#define SW1_WRONG_LE 0x6C

struct jpki_card;

/*
 * The error for a status word; JPKI_OK for 9000. No other functions translate status words. Use
 * status_pin_error for the response to a command with a PIN, and only there: 63Cx, 6983 and 6984
 * speak of the PIN then (F-BLOCKED). JPKI_ERR_STATUS is logged with its word; of other errors the
 * card remembers the word, because often they are expected: a file that not all cards have.
 */
int status_error(struct jpki_card *card, uint16_t sw);
int status_pin_error(struct jpki_card *card, uint16_t sw);

/*
 * Work with the card has ended with `error`, which the caller is told as `told`: log the status
 * word that it was made from, once. Logs nothing if it was made from none since status_forget.
 * Returns `told`.
 */
int status_tell(struct jpki_card *card, int error, int told);
/* What the card has answered until now was expected, or is over. */
void status_forget(struct jpki_card *card);

/*
 * Did the card itself give this error by a status word? False for errors of the way to the card and
 * for invalid responses.
 */
bool status_is_from_card(int error);

/* Is it 63Cx? Then *tries is x. */
bool status_tries(uint16_t sw, unsigned *tries);

#endif
