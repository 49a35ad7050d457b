/* SPDX-License-Identifier: BSD-2-Clause */
/* A file with a CMS signature (RFC 5652), in DER, BER or PEM, with or without the signed content.
 */
#ifndef JPKI_TOOL_SIGNED_FILE_H
#define JPKI_TOOL_SIGNED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/cms.h>

#include "content.h"

struct signed_file {
	const char *path;
	CMS_ContentInfo *cms;
	bool has_content; /* it contains the content */
	uint64_t beside;  /* bytes before and after the signature, which it does not cover */
	/* The content, for content_read(); or, if `memory` is not NULL, these bytes. */
	struct content content;
	const uint8_t *memory;
	size_t memory_length;
	char *content_path; /* path of the content, if that is another file */
};

/* Open and read a file. STATUS_DONE; otherwise it was told: it cannot be read, or is not a
 * signature. The caller closes it. */
int signed_file_open(const char *path, struct signed_file *file);
void signed_file_close(struct signed_file *file);

/* Find the content, if the signature does not contain it: the file `path`, or, if that is NULL,
 * the file whose name is that of the signature without its ending. STATUS_DONE, or it was told. */
int signed_file_find_content(struct signed_file *file, const char *path);

/* Pass the content to a chain of OpenSSL's that hashes it. STATUS_DONE, or it was told. */
int signed_file_feed(const struct signed_file *file, BIO *chain);

#endif
