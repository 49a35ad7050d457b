/* SPDX-License-Identifier: BSD-2-Clause */
/* The findings of a diagnosis, and what to do about each. */
#ifndef JPKI_TOOL_DIAGNOSIS_H
#define JPKI_TOOL_DIAGNOSIS_H

#include <stddef.h>

#include <jansson.h>

enum mark {
	MARK_GOOD,
	MARK_NEUTRAL, /* not used or not there, which may be intended */
	MARK_BAD,
};

struct finding {
	const char *id; /* a word for scripts */
	enum mark mark;
	char *text;   /* what was found */
	char *remedy; /* or NULL */
};

struct diagnosis {
	struct finding *rows;
	size_t count, bad;
};

/* Add a finding, and take over its texts. */
void diagnosis_add(
    struct diagnosis *diagnosis, const char *id, enum mark mark, char *text, char *remedy);

void diagnosis_free(struct diagnosis *diagnosis);

/* Print the findings on standard output, in colours if that is a terminal and NO_COLOR is not set.
 */
void diagnosis_print(const struct diagnosis *diagnosis);

json_t *diagnosis_json(const struct diagnosis *diagnosis);

#endif
