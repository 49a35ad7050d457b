/* SPDX-License-Identifier: BSD-2-Clause */
/* The outermost structure of a CMS signature (RFC 5652, 5.1), DER, and the place of the content in
 * it. So contents of any size can be put in, and checked, without being in memory. OpenSSL reads
 * the rest. */
#ifndef JPKI_TOOL_FRAME_H
#define JPKI_TOOL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most bytes that frame_begin() writes besides the head. */
#define FRAME_ROOM 128

struct frame {
	const uint8_t *head; /* version, algorithms of the hashes */
	size_t head_length;
	const uint8_t *tail; /* certificates, signers */
	size_t tail_length;
	bool has_content;
	/* Offset from the beginning of the structure, and length. */
	uint64_t content_from, content_length;
};

/* Parse a structure of `whole` bytes, of which the first `length` are at `der`. If it has its
 * content, only the bytes before that need be there, and the tail stays NULL: it begins where the
 * content ends. False if it is not such a structure: BER, another type of content, cut off, or
 * followed by something. */
bool frame_read(struct frame *frame, const uint8_t *der, size_t length, uint64_t whole);

/* Write what comes before the content, or, without a content, before the tail. `out` has room for
 * the head and FRAME_ROOM bytes. Returns the number of bytes. */
size_t frame_begin(
    const struct frame *frame, bool with_content, uint64_t content_length, uint8_t *out);

#endif
