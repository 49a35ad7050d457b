/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_MARK_H
#define BASE_MARK_H

#include <stdbool.h>

/*
 * A mark on a file of ours: the owner's permission to execute it. To write a byte instead would
 * fail on a full disk, and in a program that may not write files (RLIMIT_FSIZE) a signal could end
 * the program.
 */

/* Set or clear the mark of an open file. A failure leaves it as it is; errno is kept. */
void mark_set(int file, bool marked);

/* Is the mark set? False if that cannot be found out. errno is kept. */
bool mark_is_set(int file);

#endif
