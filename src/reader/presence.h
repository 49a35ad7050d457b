/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_PRESENCE_H
#define READER_PRESENCE_H

#include "reader/reader.h"

/*
 * Is there a card, and the same one as before? Asks the PC/SC service, never the card, and does not
 * wait for other programs.
 */

/* How long the result of a poll is used, in ms. */
extern uint64_t presence_max_age_ms;

/* Poll, unless that was done less than presence_max_age_ms ago; lock what has expired. */
void presence_update(struct reader *reader);

/* Poll in any case, because something is about to depend on it. */
void presence_poll(struct reader *reader);

/* The card is gone: forget everything that was known of it. */
void presence_forget(struct reader *reader);

/* The card was found to be gone while it was used. */
void presence_gone(struct reader *reader);

#endif
