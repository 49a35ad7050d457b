/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <string.h>

#include <openssl/asn1.h>

#include "frame.h"

/* The most bytes of a tag and a length. */
#define HEADER_MAX 10

#define CONSTRUCTED 0x20
#define CONTEXT_0 (V_ASN1_CONTEXT_SPECIFIC | CONSTRUCTED | 0)
#define SEQUENCE (V_ASN1_SEQUENCE | CONSTRUCTED)

/* The identifiers of "signed data" and "data" (RFC 5652), DER. */
static const uint8_t signed_data[] = {
    V_ASN1_OBJECT, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02};
static const uint8_t data[] = {
    V_ASN1_OBJECT, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01};

/* ---------------------------------------------------------------- read */

struct cursor {
	const uint8_t *at, *end; /* the bytes that are present */
	uint64_t left;		 /* bytes of the structure from `at` on */
};

/* Move past the header of an element that has this tag and a definite length. */
static bool
enter(struct cursor *cursor, int wanted, uint64_t *length)
{
	const unsigned char *at = cursor->at;
	int tag, class, flags;
	long found;

	if (cursor->end - cursor->at < HEADER_MAX || cursor->left > LONG_MAX)
		return false;
	flags = ASN1_get_object(&at, &found, &tag, &class, (long)cursor->left);
	if ((flags & 0x81) != 0 || (class | (flags & CONSTRUCTED) | tag) != wanted)
		return false;
	*length = (uint64_t)found;
	cursor->left -= (uint64_t)(at - cursor->at);
	cursor->at = at;
	return true;
}

/* Enter an element that contains all the rest. */
static bool
enter_last(struct cursor *cursor, int wanted)
{
	uint64_t length;

	return enter(cursor, wanted, &length) && length == cursor->left;
}

static bool
skip(struct cursor *cursor, int wanted)
{
	uint64_t length;

	if (!enter(cursor, wanted, &length) || length > (uint64_t)(cursor->end - cursor->at))
		return false;
	cursor->at += length;
	cursor->left -= length;
	return true;
}

static bool
skip_bytes(struct cursor *cursor, const uint8_t *bytes, size_t length)
{
	if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, bytes, length) != 0)
		return false;
	cursor->at += length;
	cursor->left -= length;
	return true;
}

/* Read the type of the content, of `length` bytes with the content, and enter the content's
 * headers if it is there. */
static bool
read_content(struct frame *frame, struct cursor *cursor, const uint8_t *start, uint64_t length)
{
	uint64_t outer;

	if (length < sizeof(data) || !skip_bytes(cursor, data, sizeof(data)))
		return false;
	frame->has_content = length > sizeof(data);
	if (!frame->has_content)
		return true;
	if (!enter(cursor, CONTEXT_0, &outer))
		return false;
	length = cursor->left;
	if (!enter(cursor, V_ASN1_OCTET_STRING, &frame->content_length))
		return false;
	frame->content_from = (uint64_t)(cursor->at - start);
	return outer == frame->content_length + (length - cursor->left);
}

bool
frame_read(struct frame *frame, const uint8_t *der, size_t length, uint64_t whole)
{
	struct cursor cursor = {der, der + length, whole};
	uint64_t content, before;

	*frame = (struct frame){0};
	if (!enter_last(&cursor, SEQUENCE) ||
	    !skip_bytes(&cursor, signed_data, sizeof(signed_data)) ||
	    !enter_last(&cursor, CONTEXT_0) || !enter_last(&cursor, SEQUENCE))
		return false;
	frame->head = cursor.at;
	if (!skip(&cursor, V_ASN1_INTEGER) || !skip(&cursor, V_ASN1_SET | CONSTRUCTED))
		return false;
	frame->head_length = (size_t)(cursor.at - frame->head);
	if (!enter(&cursor, SEQUENCE, &content))
		return false;
	before = cursor.left;
	if (!read_content(frame, &cursor, der, content) ||
	    content != before - cursor.left + frame->content_length)
		return false;
	frame->tail_length = (size_t)(cursor.left - frame->content_length);
	if (!frame->has_content)
		frame->tail = cursor.at;
	return true;
}

/* ---------------------------------------------------------------- write */

static size_t
length_bytes(uint64_t length)
{
	size_t count = 0;

	for (; length > 0; length >>= 8)
		count++;
	return count;
}

/* The length of an element with contents of that length. */
static uint64_t
element(uint64_t length)
{
	return 2 + (length < 0x80 ? 0 : length_bytes(length)) + length;
}

/* Not with ASN1_put_object(), which is limited to 2 GiB. */
static uint8_t *
put_header(uint8_t *out, int tag, uint64_t length)
{
	size_t count = length_bytes(length);

	*out++ = (uint8_t)tag;
	if (length < 0x80) {
		*out++ = (uint8_t)length;
		return out;
	}
	*out++ = (uint8_t)(0x80 | count);
	while (count-- > 0)
		*out++ = (uint8_t)(length >> (8 * count));
	return out;
}

static uint8_t *
put(uint8_t *out, const uint8_t *bytes, size_t length)
{
	memcpy(out, bytes, length);
	return out + length;
}

size_t
frame_begin(const struct frame *frame, bool with_content, uint64_t content_length, uint8_t *out)
{
	uint64_t octets = element(content_length);
	uint64_t content = sizeof(data) + (with_content ? element(octets) : 0);
	uint64_t all = frame->head_length + element(content) + frame->tail_length;
	uint8_t *at = put_header(out, SEQUENCE, sizeof(signed_data) + element(element(all)));

	at = put(at, signed_data, sizeof(signed_data));
	at = put_header(at, CONTEXT_0, element(all));
	at = put_header(at, SEQUENCE, all);
	at = put(at, frame->head, frame->head_length);
	at = put_header(at, SEQUENCE, content);
	at = put(at, data, sizeof(data));
	if (with_content) {
		at = put_header(at, CONTEXT_0, octets);
		at = put_header(at, V_ASN1_OCTET_STRING, content_length);
	}
	return (size_t)(at - out);
}
