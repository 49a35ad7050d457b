/* SPDX-License-Identifier: BSD-2-Clause */
/* The last error, for programs: with --json it is an object on standard output, while people read
 * it on standard error. The functions that tell people (message.h, trouble.h) record it here. */
#ifndef JPKI_TOOL_FAILURE_H
#define JPKI_TOOL_FAILURE_H

#include <stdbool.h>

#include <jpki/types.h>

/* Longer than any sentence; one with a very long file name is cut. */
#define FAILURE_ROOM 2048

struct failure {
	char sentence[FAILURE_ROOM]; /* empty: no error so far */
	const char *code;	     /* NULL: that of the exit status */
	bool has_try, has_tries;
	enum jpki_try spent;
	unsigned left;
};

/* Record a sentence, translated. What was recorded before is forgotten. */
void failure_note(const char *sentence);

/* Add to the recorded sentence: a code, a fixed word listed in jpki(1) (without it, that of the
 * exit status); whether a try was spent; how many are left. */
void failure_code(const char *code);
void failure_try(enum jpki_try spent);
void failure_tries(unsigned left);

const struct failure *failure_last(void);

#endif
