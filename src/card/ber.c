/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/ber.h"

#include <limits.h>

/*
 * The first byte of a tag: class, constructed or primitive, number. TAG_NUMBER itself means that
 * the number is in the bytes that follow (X.690, 8.1.2.4).
 */
#define TAG_CLASS 0xC0
#define TAG_CONSTRUCTED 0x20
#define TAG_NUMBER 0x1F
/*
 * In a following byte of a tag, MORE: another one follows, and REST: bits of the number. In the
 * first byte of a length, MORE: the length is in as many following bytes as REST says.
 */
#define MORE 0x80
#define REST 0x7F

static bool
take_byte(const uint8_t **at, const uint8_t *end, uint8_t *byte)
{
	if (*at == end)
		return false;
	*byte = *(*at)++;
	return true;
}

static bool
take_tag(const uint8_t **at, const uint8_t *end, struct ber *object)
{
	uint8_t byte;

	if (!take_byte(at, end, &byte))
		return false;
	object->tag_class = byte & TAG_CLASS;
	object->constructed = (byte & TAG_CONSTRUCTED) != 0;
	object->tag = byte & TAG_NUMBER;
	if (object->tag != TAG_NUMBER)
		return true;
	object->tag = 0;
	do {
		if (object->tag > INT_MAX >> 7 || !take_byte(at, end, &byte))
			return false;
		object->tag = object->tag << 7 | (byte & REST);
	} while ((byte & MORE) != 0);
	return true;
}

/* The indefinite length (0x80) is refused: no object on the card has it. */
static bool
take_length(const uint8_t **at, const uint8_t *end, struct ber *object)
{
	uint8_t byte, count;

	if (!take_byte(at, end, &byte) || byte == MORE)
		return false;
	object->length = byte & REST;
	if ((byte & MORE) == 0)
		return true;
	object->length = 0;
	for (count = byte & REST; count > 0; count--) {
		if (object->length > SIZE_MAX >> 9 || !take_byte(at, end, &byte))
			return false;
		object->length = object->length << 8 | byte;
	}
	return true;
}

/*
 * Without OpenSSL: saving and restoring its error queue would cost more than the rest of a start.
 */
bool
ber_head(const uint8_t *bytes, size_t available, struct ber *object)
{
	const uint8_t *end = bytes + available;

	*object = (struct ber){.value = bytes};
	return take_tag(&object->value, end, object) && take_length(&object->value, end, object);
}

bool
ber_next(const uint8_t **at, const uint8_t *end, struct ber *object)
{
	if (*at == end || !ber_head(*at, (size_t)(end - *at), object) ||
	    object->length > (size_t)(end - object->value))
		return false;
	*at = object->value + object->length;
	return true;
}
