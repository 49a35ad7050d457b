/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/*
 * Milliseconds since some moment; never goes back, and goes on while the machine sleeps
 * (CLOCK_BOOTTIME), so that a key does not stay unlocked for the time of the sleep.
 */
uint64_t clock_now_ms(void);

#endif
