/* SPDX-License-Identifier: BSD-2-Clause */
/* Ask a person for a PIN. It comes from --pin-fd, else from the program that JPKI_ASKPASS names,
 * else from the terminal, else through a window (pinentry): never from the command line or from a
 * variable, where others may see it. */
#ifndef JPKI_TOOL_ASK_H
#define JPKI_TOOL_ASK_H

#include <stdbool.h>

#include <jpki/jpki.h>
#include <jpki/secret.h>

#include "verb.h"

/* Where PINs come from, for as long as a verb runs. */
struct ask {
	int descriptor; /* of --pin-fd, or -1 */
};

/* What the options say. STATUS_DONE, or STATUS_USAGE and that was told. */
int ask_prepare(const struct words *words, struct ask *ask);

/* Whether it is a person who answers, as far as can be told. */
bool ask_is_person(const struct ask *ask);

/* Whether another answer may be better: of a person at a terminal or before a window. A program
 * that JPKI_ASKPASS names would say the same. */
bool ask_may_be_repeated(const struct ask *ask);

/* Ask once. `prompt` is a line; `why` is more lines for a window, or NULL. STATUS_DONE, and *secret
 * is the caller's, with what was typed, without the end of the line; else STATUS_PIN and why was
 * told: there is nobody to ask, or it was cancelled. */
int ask_secret(
    const struct ask *ask, const char *prompt, const char *why, struct jpki_secret **secret);

#endif
