/* SPDX-License-Identifier: BSD-2-Clause */
/* Log in with the PIN that a person gives, once. */
#ifndef JPKI_TOOL_UNLOCK_H
#define JPKI_TOOL_UNLOCK_H

#include "ask.h"
#include "found.h"

struct unlock {
	const struct found *found;
	enum jpki_role role;
	struct ask ask;
	bool last_try; /* --last-try */
};

/* The options that unlock_prepare() looks at. */
#define UNLOCK_OPTIONS OPTION_PIN_FD, OPTION_LAST_TRY

int unlock_prepare(const struct words *words, const struct found *found, enum jpki_role role,
    struct unlock *unlock);

/* Is there a try to be spent: not with a PIN that is blocked, nor, without --last-try, with the
 * last one. STATUS_DONE, or another and it was told; nobody is asked for the PIN then. */
int unlock_check(const struct unlock *unlock, unsigned *left, unsigned *maximum);

/* Ask for the PIN, saying how many tries are left, until it could be right: at a terminal again and
 * again, otherwise once. The card has seen nothing yet. *secret is the caller's if STATUS_DONE. */
int unlock_ask(const struct unlock *unlock, struct jpki_secret **secret);

/* All of it, and give the PIN to the card, once. STATUS_DONE: logged in. */
int unlock(const struct unlock *unlock);

#endif
