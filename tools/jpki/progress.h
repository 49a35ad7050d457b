/* SPDX-License-Identifier: BSD-2-Clause */
/* A progress bar for long work, on standard error if that is a terminal. */
#ifndef JPKI_TOOL_PROGRESS_H
#define JPKI_TOOL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *label; /* NULL: nothing is shown */
	uint64_t total, done;
	int shown; /* percent */
};

/* Begin; `label` says what is done, translated: "Reading". Short work shows nothing. */
void progress_begin(struct progress *progress, const char *label, uint64_t total);
void progress_add(struct progress *progress, uint64_t done);
/* Clear the line. */
void progress_end(struct progress *progress);

#endif
