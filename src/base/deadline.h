/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include <time.h>

/* `ms` (0 or more) milliseconds from now on the clock of pthread_cond_timedwait and the like. */
struct timespec deadline_in(long ms);

#endif
