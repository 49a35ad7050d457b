/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <stdbool.h>

/*
 * A thread of ours in a program of others: it gets none of the program's signals, and nobody joins
 * it. False if there can be none.
 */
bool thread_start(void *(*run)(void *), void *data);

#endif
