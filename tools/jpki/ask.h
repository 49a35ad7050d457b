/* SPDX-License-Identifier: BSD-2-Clause */
/* Ask a person for a PIN. It comes from --pin-fd, else from the program that JPKI_ASKPASS names,
 * else from the terminal, else from a window (pinentry); never from the command line or a
 * variable, where others may see it. */
#ifndef JPKI_TOOL_ASK_H
#define JPKI_TOOL_ASK_H

#include <stdbool.h>

#include <jpki/jpki.h>
#include <jpki/secret.h>

#include "verb.h"

/* Where PINs come from while a verb runs. */
struct ask {
	int descriptor; /* from --pin-fd, or -1 */
};

/* Read the options. STATUS_DONE, or STATUS_USAGE after telling what is wrong. */
int ask_prepare(const struct words *words, struct ask *ask);

/* Whether a person answers, as far as is known. */
bool ask_is_person(const struct ask *ask);

/* Whether it makes sense to ask again: a person at a terminal or a window may answer differently,
 * a program named by JPKI_ASKPASS would not. */
bool ask_may_be_repeated(const struct ask *ask);

/* Ask once. `prompt` is a line; `why` is more lines for a window, or NULL. STATUS_DONE: the caller
 * owns *secret, which is what was typed, without the end of the line. STATUS_PIN if there is
 * nobody to ask, or the question was cancelled: that was told. */
int ask_secret(
    const struct ask *ask, const char *prompt, const char *why, struct jpki_secret **secret);

#endif
