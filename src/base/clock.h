/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/*
 * Milliseconds since some moment, never going back, and counting while the machine sleeps
 * (CLOCK_BOOTTIME): what was unlocked before a lid was closed is not still unlocked after.
 */
uint64_t clock_now_ms(void);

#endif
