/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that are to be signed, and those that become of them. */
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
	struct stat info; /* of the file, as it was found */
	uint8_t digest[CONTENT_DIGEST];
	uint8_t *signature; /* DER, without the content; from OPENSSL_malloc() */
	size_t signature_length;
};

struct documents {
	struct document *list;
	size_t count;
	bool detached, force;
	mode_t mode; /* of what is written, before the umask */
};

/* Look at all of them, before anybody is asked for anything: files that cannot be read, outputs
 * that are there already or could not be written, two of the same name. `output` is that of the
 * only file, or NULL for the usual ones. "-" is standard input or output. STATUS_DONE, or it was
 * told. To be freed in any case. */
int documents_find(
    struct documents *documents, char *const *paths, size_t count, const char *output);
void documents_free(struct documents *documents);

/* Whether one is still as it was found. STATUS_DONE, or it was told. */
int document_check(const struct document *document);

/* Read them, for their hashes. STATUS_DONE, or it was told. */
int documents_digest(struct documents *documents);

/* Write their signatures, and tell each. STATUS_DONE, or it was told. */
int documents_write(const struct documents *documents);

#endif
