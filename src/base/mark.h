/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_MARK_H
#define BASE_MARK_H

#include <stdbool.h>

/*
 * A mark on a file of ours that takes no room in it: on a full disk, and in a program that may
 * write no files (RLIMIT_FSIZE), a letter would be lost, or a signal end the program. It is the
 * owner's permission to execute the file.
 */

/* Set or take off the mark of an open file. What fails leaves it as it is; errno is kept. */
void mark_set(int file, bool marked);

/* Has it the mark? False if it cannot be told. errno is kept. */
bool mark_is_set(int file);

#endif
