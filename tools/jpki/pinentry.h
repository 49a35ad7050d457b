/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_PINENTRY_H
#define JPKI_TOOL_PINENTRY_H

#include <jpki/secret.h>

enum pinentry_answer {
	PINENTRY_GIVEN,
	PINENTRY_CANCELLED,
	PINENTRY_MISSING, /* there is no such program, or it cannot ask here */
};

/* Ask for a PIN with the program pinentry: a window that other programs cannot read from, as far
 * as the system supports that. `prompt` is the label of the field, `why` (or NULL) the text above
 * it, both UTF-8. `terminal` is the path of a terminal to ask at if there is no screen, or NULL.
 * PINENTRY_GIVEN: *secret holds what was typed. */
enum pinentry_answer pinentry_ask(
    const char *prompt, const char *why, const char *terminal, struct jpki_secret *secret);

#endif
