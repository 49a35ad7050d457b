/* SPDX-License-Identifier: BSD-2-Clause */
/* Write what a verb has made: to standard output or to a new file. */
#ifndef JPKI_TOOL_EXPORT_H
#define JPKI_TOOL_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct export
{
	const char *path; /* NULL: standard output; from export_path() */
	bool force;	  /* replace a file that is there */
	mode_t mode;	  /* of a file, before the umask */
};

/* The path that a person has given; NULL for "-", and if there is none. */
const char *export_path(const char *given);

/* Whether it can be begun: a file that is there is not overwritten without --force. To be asked
 * before a person gives a PIN for it. STATUS_DONE, or it was told. */
int export_check(const struct export *export);

/* Write the bytes: whole or not at all, where it is a file. STATUS_DONE, or it was told. */
int export_write(const struct export *export, const void *bytes, size_t length);

/* A file that is written piece by piece, and takes its name when it is whole; signals wait from the
 * beginning to the end. Or standard output, which has what was written. */
struct export_pieces;

/* NULL, and it was told. */
struct export_pieces *export_begin(const struct export *export);

/* STATUS_DONE; else it was told, or a signal waits that wants the program to end: then come to the
 * end. */
int export_put(struct export_pieces *pieces, const void *bytes, size_t length);

/* The end: the file takes its name if it is whole, else nothing is left of it; *pieces is given
 * back. STATUS_DONE if there is the whole file; else it was told. */
int export_end(struct export_pieces **pieces, bool whole);

#endif
