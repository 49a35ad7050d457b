/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_DELAY_H
#define VCARD_DELAY_H

#include <stdint.h>

/* Sleep; `count` times `microseconds`. */
void delay_sleep(uint64_t count, uint32_t microseconds);

#endif
