/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_COMMON_UNIT_H
#define TESTS_COMMON_UNIT_H

/* cmocka, behind the headers that it wants included before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h> /* for the tests: nearly all want it */

#include <cmocka.h>

/* A test has its state given whether it wants it or not. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Remove a folder and all that is in it; returns 0 if that is done. */
int remove_tree(const char *path);

/*
 * All that is in a file, with a NUL behind it; free(). *length: how much that is, unless NULL. And
 * a file in which there is just that text. Where there is no such file and none can be made, the
 * test fails.
 */
char *read_file_text(const char *path, size_t *length);
void write_file_text(const char *path, const char *text);

/* How often a part is in a text. */
unsigned times_in(const char *text, const char *part);

#endif
