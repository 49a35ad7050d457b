/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_EXPIRE_H
#define TESTS_EXPIRE_H

#include <stdbool.h>

/* What the thread would do whose moment has come (reader/expiry.h). False if it has not. */
bool expire(void);

/* There is no thread, and none to be had. */
extern bool expire_nobody;

#endif
