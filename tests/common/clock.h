/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_COMMON_CLOCK_H
#define TESTS_COMMON_CLOCK_H

#include <stdint.h>

/*
 * In place of the module's clock (base/clock.h), for all that link this: it goes as that one does
 * until it is told something else.
 */

/* This much time has passed without waiting for it. */
void clock_skip_ms(uint64_t ms);
/*
 * From here on no time passes but that, however slow the machine is. clock_stop_at: what it shows
 * then, which is not 0, so that a program sees the same times whenever it runs. clock_go, and the
 * tear_down of cards.h, end it.
 */
void clock_stop(void);
void clock_stop_at(uint64_t ms);
void clock_go(void);
/* How often the module has asked for the time. */
unsigned clock_readings(void);

#endif
