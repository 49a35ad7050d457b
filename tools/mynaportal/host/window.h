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
	const char *terminal;	/* where it may ask if there is no screen; NULL */
	unsigned left, maximum; /* tries, at least one */
	size_t document;	/* the one that it asks for, counted from 1; 0: all */
	int wrong;		/* why it asks again: an error of libjpki; JPKI_OK */
	bool spent;		/* and that has cost a try */
};

/* Ask once. WORD_DONE, and *secret is the caller's; WORD_CANCELLED, also when nobody has answered
 * for long; WORD_NO_PINENTRY if there is no program that asks. */
enum word window_ask(const struct window *window, struct jpki_secret **secret);

#endif
