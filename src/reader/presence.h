/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_PRESENCE_H
#define READER_PRESENCE_H

#include "reader/reader.h"

/*
 * Is there a card, and is it the one that was there? Asks the PC/SC service, never the card, and
 * waits for no other program.
 */

/* For how long what was seen of a reader is good without asking the service again, in ms. */
extern uint64_t presence_fresh_ms;

/* Look, unless that was done a moment ago; lock what has expired. */
void presence_update(struct reader *reader);

/* Look, for what is about to depend on it. */
void presence_look(struct reader *reader);

/* The card is gone: forget it and all that was known of it. */
void presence_forget(struct reader *reader);

/* It is gone, as was found while it was used. */
void presence_gone(struct reader *reader);

#endif
