/* SPDX-License-Identifier: BSD-2-Clause */
/* For a card that is taken out, or a reader that is unplugged, during work: the error can then be
 * any. So these functions ask what is in the reader now. */
#ifndef JPKI_TOOL_PULLED_H
#define JPKI_TOOL_PULLED_H

#include <stdint.h>

#include <jpki/jpki.h>

/* Set the card and reader in use; 0: a card that could not be asked. */
void pulled_watch(uint64_t card, const char *reader);

/* The number of that card; 0: none. */
uint64_t pulled_card(void);

/* After an error of libjpki: what is in the reader instead, if the card has gone and that could be
 * the cause: nothing, no reader, a mute card. JPKI_HOLDS_CARD if the card is still there, or the
 * error is of another kind. May take a second, because the service polls only now and then. */
enum jpki_holds pulled_instead(int error);

#endif
