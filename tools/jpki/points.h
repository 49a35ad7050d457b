/* SPDX-License-Identifier: BSD-2-Clause */
/* What was looked at, point by point: how it stands, and what to do. */
#ifndef JPKI_TOOL_POINTS_H
#define JPKI_TOOL_POINTS_H

#include <stddef.h>

#include <jansson.h>

enum mark {
	MARK_GOOD,
	MARK_NEUTRAL, /* not used, or not there, which may be meant */
	MARK_BAD,
};

struct point {
	const char *id; /* a word for scripts */
	enum mark mark;
	char *text;   /* what was found */
	char *remedy; /* or NULL */
};

struct points {
	struct point *rows;
	size_t count, bad;
};

/* Add one; the texts are taken over. */
void points_add(struct points *points, const char *id, enum mark mark, char *text, char *remedy);

void points_free(struct points *points);

/* Print them on standard output, in colours where that is a terminal and NO_COLOR is not set. */
void points_print(const struct points *points);

json_t *points_json(const struct points *points);

#endif
