/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Is this the process that a mark was made in? Some ways to fork call no handler (_Fork, clone),
 * and to ask for the process's number at each call costs more than the call: so the mark lies in
 * memory that the kernel empties in a child.
 */

/* Mark this process. False if there is no memory. */
bool process_mark(void);

/* Is this process marked, and not only one that it comes from? */
bool process_is_marked(void);

/* The name of the program's file, without its folder: "" where that is not known, or is too long.
 */
void process_program(char *name, size_t size);

#endif
