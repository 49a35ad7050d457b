/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

#include "clock.h"

static atomic_uint_fast64_t skipped;
static atomic_uint readings;

uint64_t
clock_now_ms(void)
{
	struct timespec now;

	atomic_fetch_add(&readings, 1);
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 +
	       atomic_load(&skipped);
}

void
clock_skip_ms(uint64_t ms)
{
	atomic_fetch_add(&skipped, ms);
}

unsigned
clock_readings(void)
{
	return atomic_load(&readings);
}
