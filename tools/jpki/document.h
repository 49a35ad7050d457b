/* SPDX-License-Identifier: BSD-2-Clause */
/* The files to sign, and the files that are written for them. */
#ifndef JPKI_TOOL_DOCUMENT_H
#define JPKI_TOOL_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "content.h"

struct document {
	const char *path;
	char *output;
	struct stat info; /* of the file, when it was found */
	uint8_t digest[CONTENT_DIGEST];
	uint8_t *signature; /* DER, without the content; from OPENSSL_malloc() */
	size_t signature_length;
};

struct documents {
	struct document *list;
	size_t count;
	bool detached, force;
	mode_t mode; /* of the files written, before the umask */
};

/* Check all files before anybody is asked for anything: files that cannot be read, outputs that
 * exist already or could not be written, two of the same name. `output` is that of the only file,
 * or NULL for the usual names. "-" is standard input or output. STATUS_DONE, or it was told. The
 * caller frees *documents in either case. */
int documents_find(
    struct documents *documents, char *const *paths, size_t count, const char *output);
void documents_free(struct documents *documents);

/* Check that a file is unchanged since it was found. STATUS_DONE, or it was told. */
int document_check(const struct document *document);

/* Read the files and compute their hashes. STATUS_DONE, or it was told. */
int documents_digest(struct documents *documents);

/* Write the signatures, and tell the person of each. STATUS_DONE, or it was told what is wrong. */
int documents_write(const struct documents *documents);

#endif
