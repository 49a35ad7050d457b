/* SPDX-License-Identifier: BSD-2-Clause */
/* The contents of a file that is signed, of any size: read in pieces, once for its hash and maybe
 * again later. */
#ifndef JPKI_TOOL_CONTENT_H
#define JPKI_TOOL_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "progress.h"

#define CONTENT_DIGEST 32 /* SHA-256 */

struct content {
	int file;
	uint64_t from, size; /* which part of the file; at first the whole */
	bool is_stream;	     /* it is read once, up to its end: a pipe */
};

/* A word that stands for standard input, "-". */
bool content_is_input(const char *path);

/* What a file is called, fit to be shown; to be freed. */
char *content_name(const char *path);

/* Tell what is wrong with a file, whose name may hold anything: STATUS_FAILED. */
int content_refuse(const char *path, const char *what);

/* Open a file. STATUS_DONE, or what is wrong with it was told. */
int content_open(const char *path, struct content *content);
/* The same, or standard input, which may be a pipe, but no terminal. */
int content_open_any(const char *path, struct content *content);
void content_close(struct content *content);

/* Have what is not to be read at any place, but at most so many bytes, in memory instead. */
int content_keep(struct content *content, const char *path, uint64_t most);

/* Gets the next piece. STATUS_DONE to go on. */
typedef int (*content_taker)(void *to, const void *bytes, size_t length);

/* Give all of it to `take`. STATUS_DONE; what that has answered; or STATUS_FAILED, and it was told:
 * it could not be read, or is shorter than it was. */
int content_read(const struct content *content, const char *path, struct progress *progress,
    content_taker take, void *to);

/* Its SHA-256 hash; as above. */
int content_digest(const struct content *content, const char *path, struct progress *progress,
    uint8_t digest[CONTENT_DIGEST]);

#endif
