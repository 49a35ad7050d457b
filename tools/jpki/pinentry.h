/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_PINENTRY_H
#define JPKI_TOOL_PINENTRY_H

#include <jpki/secret.h>

enum pinentry_answer {
	PINENTRY_GIVEN,
	PINENTRY_CANCELLED,
	PINENTRY_MISSING, /* there is no such program, or it cannot ask here */
};

/* Have the program pinentry ask: a window that no other one can read from, as far as the system
 * has that. `prompt` stands beside the field, `why` (or NULL) above it, both UTF-8. `terminal` is
 * the path of one that it may ask at where there is no screen, or NULL. */
enum pinentry_answer pinentry_ask(
    const char *prompt, const char *why, const char *terminal, struct jpki_secret *secret);

#endif
