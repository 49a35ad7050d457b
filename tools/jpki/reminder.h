/* SPDX-License-Identifier: BSD-2-Clause */
/* Reminds of the end of certificates without the card. Stored are the last day of each certificate
 * that was seen last, and the day of the last reminder; no name, no number. The file exists only
 * if the person has set this up (jpki setup reminder). */
#ifndef JPKI_TOOL_REMINDER_H
#define JPKI_TOOL_REMINDER_H

#include "state.h"

/* The path of the file; the caller frees it. */
char *reminder_path(void);

/* Store what a card says, if reminding is set up. Errors are told, and change nothing else. */
void reminder_note(const struct card_state *state);

/* Remind of certificates that should be renewed or have ended: on standard output, and once a day
 * by a notification on the desktop. Returns an exit status. */
int reminder_run(void);

#endif
