/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/ber.h"

#include <openssl/asn1.h>
#include <openssl/err.h>

bool
ber_head(const uint8_t *bytes, size_t available, struct ber *object)
{
	long length = 0;
	int flags;

	*object = (struct ber){.value = bytes};
	/* The header alone counts: that the value goes on past the bytes is no error here. */
	ERR_set_mark();
	flags = ASN1_get_object(
	    &object->value, &length, &object->tag, &object->tag_class, (long)available);
	ERR_pop_to_mark();
	if (object->value == bytes || (flags & 1) != 0 || length < 0)
		return false;
	object->constructed = (flags & V_ASN1_CONSTRUCTED) != 0;
	object->length = (size_t)length;
	return true;
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
