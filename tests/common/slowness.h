/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_COMMON_SLOWNESS_H
#define TESTS_COMMON_SLOWNESS_H

#include <stdlib.h>

/*
 * How many times as long as usual things may take: JPKI_SLOWNESS, as tests/run gives it to what has
 * to share the processor. For limits that only end what hangs.
 */
static inline unsigned
slowness(void)
{
	const char *text = getenv("JPKI_SLOWNESS");
	unsigned long times = text != NULL ? strtoul(text, NULL, 10) : 0;

	return times > 0 ? (unsigned)times : 1;
}

#endif
