/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

#include "clock.h"

static atomic_uint_fast64_t skipped;
static atomic_uint_fast64_t stopped_at; /* 0: it goes */
static atomic_uint readings;

static uint64_t
real_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t
clock_now_ms(void)
{
	uint64_t stopped = atomic_load(&stopped_at);
	uint64_t now = (stopped != 0 ? stopped : real_now_ms()) + atomic_load(&skipped);

	atomic_fetch_add(&readings, 1); /* last: whoever sees it may skip what comes after */
	return now;
}

void
clock_skip_ms(uint64_t ms)
{
	atomic_fetch_add(&skipped, ms);
}

void
clock_stop(void)
{
	uint_fast64_t going = 0;

	atomic_compare_exchange_strong(&stopped_at, &going, real_now_ms());
}

void
clock_stop_at(uint64_t ms)
{
	atomic_store(&skipped, 0);
	atomic_store(&stopped_at, ms);
}

void
clock_go(void)
{
	atomic_store(&stopped_at, 0);
}

unsigned
clock_readings(void)
{
	return atomic_load(&readings);
}
