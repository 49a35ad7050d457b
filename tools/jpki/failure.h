/* SPDX-License-Identifier: BSD-2-Clause */
/* What has gone wrong last, for programs: with --json it is an object on standard output, while
 * people read the same on standard error. Who tells those (message.h, trouble.h) notes it here. */
#ifndef JPKI_TOOL_FAILURE_H
#define JPKI_TOOL_FAILURE_H

#include <stdbool.h>

#include <jpki/types.h>

/* Longer than any sentence is; one with a longer name of a file in it is cut. */
#define FAILURE_ROOM 2048

struct failure {
	char sentence[FAILURE_ROOM]; /* empty: nothing was noted */
	const char *code;	     /* NULL: the one of the exit status */
	bool has_try, has_tries;
	enum jpki_try spent;
	unsigned left;
};

/* A sentence, translated: what was noted before is forgotten. */
void failure_note(const char *sentence);

/* More about the one that was noted: a word that never changes, listed in jpki(1); whether a try
 * was spent; how many are left. Without a word it is the one of the exit status. */
void failure_code(const char *code);
void failure_try(enum jpki_try spent);
void failure_tries(unsigned left);

const struct failure *failure_last(void);

#endif
