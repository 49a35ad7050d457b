/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <unistd.h>

#include "progress.h"

/* Up to so many bytes no progress is shown. */
#define SOON (16u << 20)

#define BAR 40

static void
draw(struct progress *progress)
{
	int filled = progress->shown * BAR / 100;

	fprintf(stderr, "\r%s ", progress->label);
	for (int i = 0; i < BAR; i++)
		fputc(i < filled ? '#' : '.', stderr);
	fprintf(stderr, " %3d %%", progress->shown);
	fflush(stderr);
}

void
progress_begin(struct progress *progress, const char *label, uint64_t total)
{
	bool show = total >= SOON && isatty(STDERR_FILENO) == 1;

	*progress = (struct progress){.label = show ? label : NULL, .total = total};
	if (show)
		draw(progress);
}

void
progress_add(struct progress *progress, uint64_t done)
{
	int percent;

	progress->done += done;
	if (progress->label == NULL || progress->done > progress->total)
		return;
	percent = (int)(progress->done / (progress->total / 100));
	if (percent <= progress->shown || percent > 100)
		return;
	progress->shown = percent;
	draw(progress);
}

void
progress_end(struct progress *progress)
{
	if (progress->label == NULL)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	progress->label = NULL;
}
