/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A mark by which a process recognises that it was forked. Some ways to fork call no handlers
 * (_Fork, clone), and getpid at each call would cost more than the call: so the mark lies in memory
 * that the kernel clears in a child.
 */

/* Mark this process. False if there is no memory. */
bool process_mark(void);

/* Was process_mark called in this process, and not only in a parent? */
bool process_is_marked(void);

/* The name of the program's file, without its folder; "" if it is not known or too long. */
void process_program(char *name, size_t size);

#endif
