/* SPDX-License-Identifier: BSD-2-Clause */
/* Write the result of a verb to standard output or to a new file. */
#ifndef JPKI_TOOL_EXPORT_H
#define JPKI_TOOL_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct export
{
	const char *path; /* NULL: standard output; from export_path() */
	bool force;	  /* replace an existing file */
	mode_t mode;	  /* of a file, before the umask */
};

/* The path that was given; NULL for "-", and if none was given. */
const char *export_path(const char *given);

/* Check that it can be written: an existing file is not overwritten without --force. Call it
 * before a person is asked for a PIN. STATUS_DONE, or it was told. */
int export_check(const struct export *export);

/* Write the bytes; to a file either all or nothing. STATUS_DONE, or it was told. */
int export_write(const struct export *export, const void *bytes, size_t length);

/* A file that is written piece by piece, and gets its name when it is complete; signals are
 * blocked from beginning to end. For standard output the pieces are written at once. */
struct export_pieces;

/* Begin to write. NULL after telling what is wrong. */
struct export_pieces *export_begin(const struct export *export);

/* Write a piece. STATUS_DONE; otherwise it was told, or a signal that ends the program is pending:
 * then call export_end. */
int export_put(struct export_pieces *pieces, const void *bytes, size_t length);

/* End: the file gets its name if `whole`, otherwise it is removed. Frees *pieces. STATUS_DONE if
 * the file is complete; otherwise it was told. */
int export_end(struct export_pieces **pieces, bool whole);

#endif
