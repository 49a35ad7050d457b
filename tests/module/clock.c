/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"

#include <time.h>

#include "clock.h"

static uint64_t skipped;

uint64_t
clock_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 + skipped;
}

void
clock_skip_ms(uint64_t ms)
{
	skipped += ms;
}
