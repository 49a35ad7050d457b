/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "attributes.h"
#include "card_data.h"
#include "citizen.h"
#include "pki.h"
#include "quirks.h"

/*
 * The file is larger than its content, as those of certificates are. The tag of the structure and
 * the content of its header are not known; these are made up.
 */
#define ATTRIBUTES_FILE 1024
#define TAG_ATTRIBUTES 0xff20
#define TAG_HEADER 0xdf21
#define PARTS_MAX 4096
/* The difference between a wrong length and the right one. */
#define LENGTH_ERROR 16
/* Bytes of a large address: it takes several READ BINARY. */
#define LARGE_ADDRESS 700

#define ATTRIBUTE_ROW(constant, name, tag) [constant] = {name, tag},

static const struct {
	const char *name;
	uint16_t tag;
} attributes[VCARD_ATTRIBUTES] = {VCARD_ATTRIBUTE_TABLE(ATTRIBUTE_ROW)};

static const char *
of_citizen(const struct citizen *citizen, enum vcard_attribute which)
{
	switch (which) {
	case VCARD_ATTRIBUTE_NAME:
		return citizen->name;
	case VCARD_ATTRIBUTE_ADDRESS:
		return citizen->address;
	case VCARD_ATTRIBUTE_BIRTH_DATE:
		return citizen->birth_date + 1; /* without the era */
	default:
		return citizen->sex;
	}
}

static void
attribute_text(
    const struct vcard *card, enum vcard_attribute which, char text[VCARD_ATTRIBUTE_SIZE])
{
	const char *value = of_citizen(pki_citizen(card->pki), which);
	size_t length = (size_t)snprintf(text, VCARD_ATTRIBUTE_SIZE, "%s", value);

	if (which != VCARD_ATTRIBUTE_ADDRESS || quirk(card, QUIRK_ATTRIBUTES) != ATTRIBUTES_LARGE)
		return;
	while (length < LARGE_ADDRESS)
		length +=
		    (size_t)snprintf(text + length, VCARD_ATTRIBUTE_SIZE - length, "　第二別館");
}

/* Write tag and length in BER, the length in as few bytes as possible. */
static uint8_t *
put_header(uint8_t *at, uint16_t tag, size_t length)
{
	*at++ = (uint8_t)(tag >> 8);
	*at++ = (uint8_t)tag;
	if (length > 0xff) {
		*at++ = 0x82;
		*at++ = (uint8_t)(length >> 8);
	} else if (length > 0x7f) {
		*at++ = 0x81;
	}
	*at++ = (uint8_t)length;
	return at;
}

static uint8_t *
put_part(uint8_t *at, uint16_t tag, const void *value, size_t length)
{
	at = put_header(at, tag, length);
	memcpy(at, value, length);
	return at + length;
}

/* Write header and attributes, without the structure around them; returns their length. */
static size_t
put_parts(const struct vcard *card, uint8_t parts[PARTS_MAX])
{
	/* not text, so that tests find a program that takes it for text */
	static const uint8_t header[] = {0x01, 0x00, 0x00, 0x80, 0xff, 0xfe, 0x00, 0x04};
	uint8_t *at = put_part(parts, TAG_HEADER, header, sizeof(header));
	char text[VCARD_ATTRIBUTE_SIZE];

	for (enum vcard_attribute i = 0; i < VCARD_ATTRIBUTES; i++) {
		if (i == VCARD_ATTRIBUTE_NAME &&
		    quirk(card, QUIRK_ATTRIBUTES) == ATTRIBUTES_NO_NAME)
			continue;
		attribute_text(card, i, text);
		at = put_part(at, attributes[i].tag, text, strlen(text));
	}
	return (size_t)(at - parts);
}

static uint8_t *
put_outer_header(unsigned kind, uint8_t *at, size_t length)
{
	switch (kind) {
	case ATTRIBUTES_LENGTH_LONGER:
		return put_header(at, TAG_ATTRIBUTES, length + LENGTH_ERROR);
	case ATTRIBUTES_LENGTH_SHORTER:
		return put_header(at, TAG_ATTRIBUTES, length - LENGTH_ERROR);
	case ATTRIBUTES_INDEFINITE:
		at = put_header(at, TAG_ATTRIBUTES, 0);
		at[-1] = 0x80;
		return at;
	default:
		return put_header(at, TAG_ATTRIBUTES, length);
	}
}

size_t
attributes_content(const struct vcard *card, uint8_t content[FILE_MAX])
{
	unsigned kind = quirk(card, QUIRK_ATTRIBUTES);
	uint8_t parts[PARTS_MAX];
	size_t length = put_parts(card, parts);
	uint8_t *at;

	if (kind == ATTRIBUTES_EMPTY)
		return 0;
	memset(content, kind == ATTRIBUTES_GARBLED ? NOT_BER : 0xff, FILE_MAX);
	if (kind == ATTRIBUTES_GARBLED)
		return ATTRIBUTES_FILE;
	at = put_outer_header(kind, content, length);
	memcpy(at, parts, length);
	at += length;
	if (kind == ATTRIBUTES_INDEFINITE) {
		*at++ = 0x00;
		*at++ = 0x00;
	}
	length = (size_t)(at - content);
	return length < ATTRIBUTES_FILE ? ATTRIBUTES_FILE : length + LENGTH_ERROR;
}

const char *
vcard_attribute_name(enum vcard_attribute which)
{
	return (unsigned)which < VCARD_ATTRIBUTES ? attributes[which].name : NULL;
}

void
vcard_attribute(struct vcard *card, enum vcard_attribute which, char text[VCARD_ATTRIBUTE_SIZE])
{
	pthread_mutex_lock(&card->lock);
	attribute_text(card, which, text);
	pthread_mutex_unlock(&card->lock);
}
