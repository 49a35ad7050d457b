/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_MODULE_CLOCK_H
#define TESTS_MODULE_CLOCK_H

#include <stdint.h>

/* In place of the module's clock (base/clock.h): this much time has passed without waiting for it.
 */
void clock_skip_ms(uint64_t ms);
/* From here on no time passes but that, however slow the machine is; drop_world ends it. */
void clock_stop(void);
void clock_go(void);
/* How often the module has asked for the time. */
unsigned clock_readings(void);

#endif
