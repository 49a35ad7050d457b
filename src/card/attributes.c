/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/attributes.h"

#include <string.h>

#include <openssl/asn1.h>

#include "card/apdu.h"
#include "card/ber.h"
#include "card/credential.h"
#include "card/file.h"
#include "card/state.h"
#include "card/status.h"

#define BLOCK 256

/* ---------------------------------------------------------------- attributes */

/* The parts of the structure in the file, by the numbers of their tags DF22 to DF25. */
static const struct {
	int tag;
	size_t offset; /* of the text in struct jpki_attributes */
} parts[] = {
    {0x22, offsetof(struct jpki_attributes, name)},
    {0x23, offsetof(struct jpki_attributes, address)},
    {0x24, offsetof(struct jpki_attributes, birth_date)},
    {0x25, offsetof(struct jpki_attributes, sex)},
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static bool
is_utf8(const uint8_t *text, size_t length)
{
	unsigned long c;

	while (length > 0) {
		int used = UTF8_getc(text, (int)length, &c);

		if (used <= 0 || c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
			return false;
		text += used;
		length -= (size_t)used;
	}
	return true;
}

/* The index of the object in parts[]; PARTS if it is none of them. */
static size_t
part_of(const struct ber *object)
{
	size_t i = 0;

	if (object->tag_class != V_ASN1_PRIVATE || object->constructed)
		return PARTS;
	while (i < PARTS && parts[i].tag != object->tag)
		i++;
	return i;
}

static bool
copy_text(char *text, const struct ber *object)
{
	if (object->length >= JPKI_ATTRIBUTE_SIZE || !is_utf8(object->value, object->length))
		return false;
	memcpy(text, object->value, object->length);
	text[object->length] = '\0';
	return true;
}

/* Other objects are skipped. A part that comes twice is an error: choosing one would be a guess. */
static int
take_parts(const struct ber *whole, struct jpki_attributes *attributes)
{
	const uint8_t *at = whole->value, *end = at + whole->length;
	bool seen[PARTS] = {false}, any = false;
	struct ber object;

	while (ber_next(&at, end, &object)) {
		size_t part = part_of(&object);

		if (part == PARTS)
			continue;
		if (seen[part] || !copy_text((char *)attributes + parts[part].offset, &object))
			return JPKI_ERR_DATA;
		seen[part] = any = true;
	}
	return at == end && any ? JPKI_OK : JPKI_ERR_DATA;
}

int
attributes_parse(const uint8_t *bytes, size_t length, struct jpki_attributes *attributes)
{
	const uint8_t *at = bytes, *end = bytes + length;
	struct ber whole;

	if (!ber_next(&at, end, &whole) || at != end || !whole.constructed)
		return JPKI_ERR_DATA;
	return take_parts(&whole, attributes);
}

/* Size of the structure at `bytes`, header included; 0 if there is none or it is too large. */
static size_t
total(const uint8_t *bytes, size_t length)
{
	struct ber whole;
	size_t header;

	if (!ber_head(bytes, length, &whole) || !whole.constructed)
		return 0;
	header = (size_t)(whole.value - bytes);
	return whole.length <= sizeof(((struct jpki_der *)0)->bytes) - header
		   ? header + whole.length
		   : 0;
}

/* Read the file up to the end of its structure: filler may follow. */
static int
read_file(struct jpki_card *card, struct jpki_der *file)
{
	size_t length = 0;
	int rv = file_read_first(card, EF_ATTRIBUTES, file->bytes, BLOCK, &length);

	if (rv != JPKI_OK)
		return rv;
	file->total = total(file->bytes, length);
	for (;;) {
		size_t left = file->total - file->have;

		if (length == 0 || file->total == 0)
			return JPKI_ERR_DATA; /* no structure, or the file ends inside it */
		if (length >= left)
			return JPKI_OK;
		file->have += length;
		left -= length;
		rv = file_read_next(card, file->have, file->bytes + file->have,
		    left < BLOCK ? left : BLOCK, &length);
		if (rv != JPKI_OK)
			return rv;
	}
}

int
jpki_card_read_attributes(struct jpki_card *card, struct jpki_attributes *attributes)
{
	struct jpki_der file = {.have = 0};
	int rv;

	memset(attributes, 0, sizeof(*attributes));
	if (card->selected_in_transaction != APPLICATION_ATTRIBUTES)
		return JPKI_ERR_ARGUMENT;
	rv = read_file(card, &file);
	if (rv == JPKI_OK)
		rv = attributes_parse(file.bytes, file.total, attributes);
	explicit_bzero(&file, sizeof(file));
	if (rv != JPKI_OK)
		explicit_bzero(attributes, sizeof(*attributes));
	return rv;
}

/* ---------------------------------------------------------------- manufacture number */

#define INS_READ_RECORD 0xB2
/*
 * P2 of READ RECORD: P1 is a record number, the file is given by short EF identifier (ISO 7816-4,
 * 7.3.3).
 */
#define RECORD_OF(ef) ((ef) << 3 | 0x04)
/* Where the number begins in the value (F-MANUFACTURE-NUMBER). */
#define NUMBER_OFFSET 2
#define NUMBER_LENGTH (JPKI_MANUFACTURE_NUMBER_SIZE - 1)

int
attributes_parse_number(
    const uint8_t *bytes, size_t length, char number[JPKI_MANUFACTURE_NUMBER_SIZE])
{
	const uint8_t *at = bytes;
	struct ber object;

	if (!ber_next(&at, bytes + length, &object) ||
	    object.length < NUMBER_OFFSET + NUMBER_LENGTH)
		return JPKI_ERR_DATA;
	for (size_t i = 0; i < NUMBER_LENGTH; i++)
		if (object.value[NUMBER_OFFSET + i] <= 0x20 ||
		    object.value[NUMBER_OFFSET + i] > 0x7E)
			return JPKI_ERR_DATA;
	memcpy(number, object.value + NUMBER_OFFSET, NUMBER_LENGTH);
	number[NUMBER_LENGTH] = '\0';
	return JPKI_OK;
}

int
jpki_card_read_number(struct jpki_card *card, char number[JPKI_MANUFACTURE_NUMBER_SIZE])
{
	const struct command read = {
	    .ins = INS_READ_RECORD, .p1 = 1, .p2 = RECORD_OF(EF_NUMBER), .expected = 256};
	struct response response;
	int rv;

	if (card->selected_in_transaction != APPLICATION_NUMBER)
		return JPKI_ERR_ARGUMENT;
	rv = apdu_exchange(card, &read, &response);
	if (rv == JPKI_OK && response.sw != SW_END_OF_FILE)
		rv = status_error(card, response.sw);
	if (rv == JPKI_OK)
		rv = attributes_parse_number(response.data, response.length, number);
	return rv;
}
