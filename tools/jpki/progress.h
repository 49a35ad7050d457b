/* SPDX-License-Identifier: BSD-2-Clause */
/* How far a long work is: a bar on standard error, if that is a terminal. */
#ifndef JPKI_TOOL_PROGRESS_H
#define JPKI_TOOL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *label; /* NULL: nothing is shown */
	uint64_t total, done;
	int shown; /* percent */
};

/* `label` is what is done, translated: "Reading". Nothing is shown of what is soon done. */
void progress_begin(struct progress *progress, const char *label, uint64_t total);
void progress_add(struct progress *progress, uint64_t done);
/* The line is empty again. */
void progress_end(struct progress *progress);

#endif
