/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_STATUS_H
#define CARD_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include <jpki/error.h>

/* Status words (ISO 7816-4, 5.6; card-facts: commands). */
#define SW_OK 0x9000
#define SW_END_OF_FILE 0x6282
#define SW_EXECUTION_ERROR 0x6F00
#define SW_APPLET_REFUSED 0x6999 /* Java Card: an applet will not be selected */
#define SW1_MORE_DATA 0x61
#define SW1_WRONG_LE 0x6C

/*
 * The error that a status word stands for; JPKI_OK for 9000. The only places that decide it:
 * what 63Cx, 6983 and 6984 say of a PIN counts as an answer to a command with a PIN alone.
 */
int status_error(uint16_t sw);
int status_pin_error(uint16_t sw);

/* Is it the card's own word, not a failure on the way to it or an answer that is none? */
static inline bool
status_said(int error)
{
	return error <= JPKI_ERR_NOT_JPKI && error >= JPKI_ERR_STATUS && error != JPKI_ERR_DATA;
}

/* Is it 63Cx? Then *tries is x. */
bool status_tries(uint16_t sw, unsigned *tries);

#endif
