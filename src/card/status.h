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

/*
 * The error for a status word; JPKI_OK for 9000. No other functions translate status words. Use
 * status_pin_error for the response to a command with a PIN, and only there: 63Cx, 6983 and 6984
 * speak of the PIN then (F-BLOCKED).
 */
int status_error(uint16_t sw);
int status_pin_error(uint16_t sw);

/*
 * Did the card itself give this error by a status word? False for errors of the way to the card and
 * for invalid responses.
 */
bool status_is_from_card(int error);

/* Is it 63Cx? Then *tries is x. */
bool status_tries(uint16_t sw, unsigned *tries);

#endif
