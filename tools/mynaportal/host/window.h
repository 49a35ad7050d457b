/* SPDX-License-Identifier: BSD-2-Clause */
/* The window that asks a person for a PIN: who wants what, which PIN it is, and what it may cost.
 */
#ifndef JPKI_PORTAL_WINDOW_H
#define JPKI_PORTAL_WINDOW_H

#include <stdbool.h>

#include <jpki/secret.h>

#include "credential.h"

struct window {
	const struct request *request;
	const struct credential *credential;
	const char *terminal;	/* where to ask if there is no screen; NULL: nowhere */
	unsigned left, maximum; /* tries left (at least one), and tries in all */
	size_t document;	/* the number of the document that the PIN is for, from 1; 0: all */
	int wrong;  /* why it asks again, an error of libjpki; JPKI_OK: it asks the first time */
	bool spent; /* the PIN before has cost a try */
};

/* Ask once. WORD_DONE, and the caller owns *secret; WORD_CANCELLED, also if nobody answers for a
 * long time; WORD_NO_PINENTRY if there is no program that asks. */
enum word window_ask(const struct window *window, struct jpki_secret **secret);

#endif
