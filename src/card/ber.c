/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/ber.h"

#include <limits.h>

/* Of the first byte of a tag: class, kind, number; this number says that it follows
 * (X.690, 8.1.2.4). */
#define TAG_CLASS 0xC0
#define TAG_CONSTRUCTED 0x20
#define TAG_NUMBER 0x1F
/* Of its further bytes, and of the first one of a length: more follow, so many. */
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

/* It may be without one, up to a mark: no object on the card is. */
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

/* Not by OpenSSL: to have its error queue left as it is costs more than all else of a start. */
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
