/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/deadline.h"

struct timespec
deadline_in(long ms)
{
	struct timespec moment;

	clock_gettime(CLOCK_REALTIME, &moment);
	moment.tv_nsec += ms % 1000 * 1000000;
	moment.tv_sec += ms / 1000 + moment.tv_nsec / 1000000000;
	moment.tv_nsec %= 1000000000;
	return moment;
}
