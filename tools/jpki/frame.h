/* SPDX-License-Identifier: BSD-2-Clause */
/* The outermost structure of a CMS signature (RFC 5652, 5.1), DER, and where in it the content is:
 * so that contents of any size can be put into it, and checked in it, without being in memory. What
 * is in the parts is OpenSSL's to read. */
#ifndef JPKI_TOOL_FRAME_H
#define JPKI_TOOL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What frame_begin() writes at most, beside the head. */
#define FRAME_ROOM 128

struct frame {
	const uint8_t *head; /* version, algorithms of the hashes */
	size_t head_length;
	const uint8_t *tail; /* certificates, signers */
	size_t tail_length;
	bool has_content;
	/* From the beginning of the structure. */
	uint64_t content_from, content_length;
};

/* Take one apart: `length` bytes of it are at `der`, `whole` is its size. If it has its content,
 * only what stands before that need be there, and the tail is left NULL: it begins where the
 * content ends. False if it is none, or of another form: BER, other contents than data, cut, or
 * with something behind it. */
bool frame_read(struct frame *frame, const uint8_t *der, size_t length, uint64_t whole);

/* What stands before the content, or, without one, before the tail; `out` has room for the head
 * and FRAME_ROOM. How many bytes that are. */
size_t frame_begin(
    const struct frame *frame, bool with_content, uint64_t content_length, uint8_t *out);

#endif
