/* SPDX-License-Identifier: BSD-2-Clause */
/* The contents of a file to sign, of any size: read in pieces, once for the hash and maybe again
 * later. */
#ifndef JPKI_TOOL_CONTENT_H
#define JPKI_TOOL_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "progress.h"

#define CONTENT_DIGEST 32 /* SHA-256 */

struct content {
	int file;
	uint64_t from, size; /* the part of the file to read; at first the whole */
	bool is_stream;	     /* a pipe: it can be read only once, up to its end */
};

/* Whether the path is "-", which means standard input. */
bool content_is_input(const char *path);

/* The name of a file, cleaned for display; the caller frees it. */
char *content_name(const char *path);

/* Tell what is wrong with a file, whose name is cleaned for display. Returns STATUS_FAILED. */
int content_refuse(const char *path, const char *what);

/* Open a file. STATUS_DONE, or it was told what is wrong. */
int content_open(const char *path, struct content *content);
/* Open a file, or standard input ("-"), which may be a pipe but not a terminal. STATUS_DONE, or it
 * was told what is wrong. */
int content_open_any(const char *path, struct content *content);
void content_close(struct content *content);

/* Read a stream into memory, `most` bytes at most, so that it can be read at any position.
 * STATUS_DONE, or it was told what is wrong. */
int content_keep(struct content *content, const char *path, uint64_t most);

/* Takes the next piece. Returns STATUS_DONE to continue. */
typedef int (*content_taker)(void *to, const void *bytes, size_t length);

/* Pass all of it to `take`. STATUS_DONE; or what `take` has returned; or STATUS_FAILED after
 * telling that it could not be read, or has become shorter. */
int content_read(const struct content *content, const char *path, struct progress *progress,
    content_taker take, void *to);

/* Its SHA-256 hash. STATUS_DONE, or STATUS_FAILED as for content_read. */
int content_digest(const struct content *content, const char *path, struct progress *progress,
    uint8_t digest[CONTENT_DIGEST]);

#endif
