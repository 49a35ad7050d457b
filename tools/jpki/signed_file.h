/* SPDX-License-Identifier: BSD-2-Clause */
/* A file with a CMS signature (RFC 5652), DER, BER or PEM, with or without what is signed. */
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
	bool has_content; /* what is signed is in it */
	uint64_t beside;  /* bytes before and behind the signature, which it does not cover */
	/* What is signed, by content_read(), or, if `memory` is not NULL, that. */
	struct content content;
	const uint8_t *memory;
	size_t memory_length;
	char *content_path; /* where it was found, if that is another file */
};

/* Read one. STATUS_DONE; else it was told: it cannot be read, or is none. To be closed. */
int signed_file_open(const char *path, struct signed_file *file);
void signed_file_close(struct signed_file *file);

/* Find what is signed, if the signature is without: the file `path`, or, if that is NULL, the one
 * whose name the signature's name begins with. STATUS_DONE, or it was told. */
int signed_file_find_content(struct signed_file *file, const char *path);

/* Give what is signed to a chain of OpenSSL's that hashes. STATUS_DONE, or it was told. */
int signed_file_feed(const struct signed_file *file, BIO *chain);

#endif
