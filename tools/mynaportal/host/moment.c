/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "moment.h"

bool
moment_of_window(void)
{
	(void)alarm(0);
	return prctl(PR_SET_PDEATHSIG, SIGTERM) == 0;
}

bool
moment_of_card(unsigned seconds)
{
	(void)alarm(seconds);
	return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
}

void
moment_over(void)
{
	(void)alarm(0);
}
