/* SPDX-License-Identifier: BSD-2-Clause */
/* What a check has found, point by point, and what follows from it. */
#ifndef JPKI_TOOL_POINT_H
#define JPKI_TOOL_POINT_H

#include <stdbool.h>

#include <jansson.h>

enum point_state {
	POINT_LEFT_OUT, /* it is none of this check */
	POINT_OK,
	POINT_WRONG,
	POINT_UNKNOWN,	   /* it was looked at, and cannot be told */
	POINT_UNCHECKED,   /* nobody has asked for it */
	POINT_UNAVAILABLE, /* it was asked for, and no answer can be had */
};

enum point_id {
	POINT_PERIOD,
	POINT_CHAIN,
	POINT_KEY,
	POINT_USAGE,
	POINT_POLICY,
	POINT_ISSUE,
	POINT_REVOCATION, /* where neither of the next two was asked for */
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
	VERDICT_UNKNOWN,   /* none is wrong, but one cannot be told, or was asked for in vain */
};

/* Say how a point stands; the text is taken, and freed later. */
void points_set(struct points *points, enum point_id id, enum point_state state, char *why);

void points_free(struct points *points);

enum verdict points_verdict(const struct points *points);

/* Whether somebody has answered who could tell whether it was revoked. */
bool points_revocation_told(const struct points *points);

/* A word for scripts. */
const char *verdict_word(enum verdict verdict);

/* A sentence: what the points come to. */
const char *points_sentence(const struct points *points);

/* A line for each on standard output. */
void points_print(const struct points *points);

json_t *points_to_json(const struct points *points);

#endif
