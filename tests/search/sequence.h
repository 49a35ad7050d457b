/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SEARCH_SEQUENCE_H
#define SEARCH_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A sequence is plain numbers: which row of the table of steps, and four arguments that the row
 * takes modulo what there is when it is its turn. Any part of a sequence means something.
 */
#define STEP_ARGUMENTS 4
struct step {
	uint16_t row;
	uint16_t arguments[STEP_ARGUMENTS];
};

#define SEQUENCE_MAX 512
struct sequence {
	struct step steps[SEQUENCE_MAX];
	size_t count;
};

/* The sequence of that number that a seed gives: always the same. */
void sequence_make(struct sequence *sequence, uint64_t seed, uint64_t number);

/* One line, which sequence_parse takes back: "name:a.b.c.d name:…", zeros at the end left out. */
void sequence_print(const struct sequence *sequence);
/* False if the text is none. */
bool sequence_parse(struct sequence *sequence, const char *text);

#endif
