/* SPDX-License-Identifier: BSD-2-Clause */
/* Reminding of the end of certificates without the card: what is kept is the last day of each that
 * was seen last, and when a person was reminded; no name, no number. Only who has set it up
 * (jpki setup reminder) has such a file. */
#ifndef JPKI_TOOL_REMINDER_H
#define JPKI_TOOL_REMINDER_H

#include "state.h"

/* The file; to be freed. */
char *reminder_path(void);

/* Keep what a card says, if reminding is set up. What goes wrong is told, and changes nothing. */
void reminder_note(const struct card_state *state);

/* Remind of what is to be renewed or has ended: on standard output, and once a day by a
 * notification on the desktop. An exit status. */
int reminder_run(void);

#endif
