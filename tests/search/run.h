/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SEARCH_RUN_H
#define SEARCH_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "report.h"
#include "sequence.h"

/* What came of it; CHECK_NONE: all is well. */
struct outcome {
	enum check check;
	char text[256];
	uint64_t sequence;
	size_t step;
};

/*
 * Run sequences in a child process, so that a crash or a hang is an outcome, too: those of a seed
 * from number `first` on, until `steps` steps have been made, or one fails.
 */
struct outcome run_many(uint64_t seed, uint64_t first, uint64_t steps);
/* One; `tells`: print what happens. It is a hang after that time. */
struct outcome run_one(const struct sequence *sequence, bool tells, unsigned seconds);

/* Make a failing sequence as short and simple as it goes while the same check fails. */
void shrink(struct sequence *sequence, enum check check);

#endif
