/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <stdbool.h>

/*
 * Start a detached thread that receives none of the program's signals. False if no thread can be
 * created.
 */
bool thread_start(void *(*run)(void *), void *data);

#endif
