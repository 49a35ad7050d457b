/* SPDX-License-Identifier: BSD-2-Clause */
/* What was looked at, point by point: how it stands, and what to do. */
#ifndef JPKI_TOOL_DIAGNOSIS_H
#define JPKI_TOOL_DIAGNOSIS_H

#include <stddef.h>

#include <jansson.h>

enum mark {
	MARK_GOOD,
	MARK_NEUTRAL, /* not used, or not there, which may be meant */
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

/* Add one; the texts are taken over. */
void diagnosis_add(
    struct diagnosis *diagnosis, const char *id, enum mark mark, char *text, char *remedy);

void diagnosis_free(struct diagnosis *diagnosis);

/* Print them on standard output, in colours where that is a terminal and NO_COLOR is not set. */
void diagnosis_print(const struct diagnosis *diagnosis);

json_t *diagnosis_json(const struct diagnosis *diagnosis);

#endif
