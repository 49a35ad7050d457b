/* SPDX-License-Identifier: BSD-2-Clause */
/* The results of a check, point by point, and the verdict. */
#ifndef JPKI_TOOL_POINT_H
#define JPKI_TOOL_POINT_H

#include <stdbool.h>

#include <jansson.h>

enum point_state {
	POINT_LEFT_OUT, /* not part of this check */
	POINT_OK,
	POINT_WRONG,
	POINT_UNKNOWN,	   /* checked, without a clear result */
	POINT_UNCHECKED,   /* not asked for */
	POINT_UNAVAILABLE, /* asked for, but there is no answer */
};

enum point_id {
	POINT_PERIOD,
	POINT_CHAIN,
	POINT_KEY,
	POINT_USAGE,
	POINT_POLICY,
	POINT_ISSUE,
	POINT_REVOCATION, /* if neither of the next two was asked for */
	POINT_OCSP,
	POINT_CRL,
	POINTS,
};

struct points {
	struct {
		enum point_state state;
		char *why;
	} row[POINTS]; /* by enum point_id */
};

enum verdict {
	VERDICT_VALID,
	VERDICT_NOT_VALID, /* a point is wrong */
	VERDICT_UNKNOWN,   /* none is wrong, but one is unknown or unavailable */
};

/* Set the state of a point, and take over the text. */
void points_set(struct points *points, enum point_id id, enum point_state state, char *why);

void points_free(struct points *points);

enum verdict points_verdict(const struct points *points);

/* Whether there is a valid answer about revocation. */
bool points_revocation_told(const struct points *points);

/* The verdict as a word, for scripts. */
const char *verdict_word(enum verdict verdict);

/* The verdict as a sentence. */
const char *points_sentence(const struct points *points);

/* Print a line for each point on standard output. */
void points_print(const struct points *points);

json_t *points_to_json(const struct points *points);

#endif
