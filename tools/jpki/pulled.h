/* SPDX-License-Identifier: BSD-2-Clause */
/* A card that is pulled, or a reader that is unplugged, in the middle of something: the error then
 * is whatever became of the answer. So the reader is asked what is in it now. */
#ifndef JPKI_TOOL_PULLED_H
#define JPKI_TOOL_PULLED_H

#include <stdint.h>

#include <jpki/jpki.h>

/* Which card, in which reader, is used from now on; 0: one that could not be asked. */
void pulled_watch(uint64_t card, const char *reader);

/* That card's number; 0: none. */
uint64_t pulled_card(void);

/* What is in its reader instead, after an error of libjpki that this could be the cause of:
 * nothing, no reader, a card that does not answer. JPKI_HOLDS_CARD if the card is still there, or
 * the error is of another kind. That may take a second: a service looks only now and then. */
enum jpki_holds pulled_instead(int error);

#endif
