/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>

#include "ending.h"

static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

#define COUNT (sizeof(ends) / sizeof(ends[0]))

void
ending_signals(sigset_t *signals)
{
	struct sigaction action;

	sigemptyset(signals);
	for (size_t i = 0; i < COUNT; i++)
		if (sigaction(ends[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(signals, ends[i]);
}

bool
ending_is_asked(void)
{
	sigset_t signals, waiting;
	bool is = false;

	ending_signals(&signals);
	sigpending(&waiting);
	for (size_t i = 0; i < COUNT; i++)
		is |= sigismember(&signals, ends[i]) == 1 && sigismember(&waiting, ends[i]) == 1;
	return is;
}
