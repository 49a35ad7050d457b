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

/* The options that unlock_prepare() reads. */
#define UNLOCK_OPTIONS OPTION_PIN_FD, OPTION_LAST_TRY

int unlock_prepare(const struct words *words, const struct found *found, enum jpki_role role,
    struct unlock *unlock);

/* Check that a try may be spent: not if the PIN is blocked, nor, without --last-try, if only one
 * is left. STATUS_DONE; otherwise it was told, and nobody is asked for the PIN. */
int unlock_check(const struct unlock *unlock, unsigned *left, unsigned *maximum);

/* Ask for the PIN, and show the tries left, until it could be right: at a terminal several times,
 * otherwise once. The card is not involved. STATUS_DONE: the caller owns *secret. */
int unlock_ask(const struct unlock *unlock, struct jpki_secret **secret);

/* Check, ask, and give the PIN to the card, once. STATUS_DONE: logged in. */
int unlock(const struct unlock *unlock);

#endif
