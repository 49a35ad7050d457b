/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "applications.h"
#include "card_data.h"
#include "contents.h"
#include "files.h"
#include "pki.h"
#include "quirks.h"
#include "status_word.h"

/*
 * The JPKI rows follow F-CREDENTIALS, those of the input aid F-ATTRIBUTES, those of the common
 * application F-MANUFACTURE-NUMBER. The other applications have PINs and keys under the same
 * identifiers on purpose: a command sent to the wrong application then acts on a wrong PIN, as on a
 * real card.
 */
static const struct file files[] = {
    {APPLICATION_JPKI, 0x0001, FILE_CERTIFICATE, VCARD_CERTIFICATE_SIGNATURE, VCARD_PIN_SIGNATURE},
    {APPLICATION_JPKI, 0x0002, FILE_CERTIFICATE, VCARD_CERTIFICATE_SIGNATURE_CA, NO_PIN},
    {APPLICATION_JPKI, 0x0006, FILE_TOKEN_INFO, 0, NO_PIN},
    {APPLICATION_JPKI, 0x0008, FILE_PRESENCE, 0, NO_PIN},
    {APPLICATION_JPKI, 0x000a, FILE_CERTIFICATE, VCARD_CERTIFICATE_AUTHENTICATION, NO_PIN},
    {APPLICATION_JPKI, 0x000b, FILE_CERTIFICATE, VCARD_CERTIFICATE_AUTHENTICATION_CA, NO_PIN},
    {APPLICATION_JPKI, 0x0017, FILE_KEY, KEY_AUTHENTICATION, VCARD_PIN_AUTHENTICATION},
    {APPLICATION_JPKI, 0x0018, FILE_PIN, VCARD_PIN_AUTHENTICATION, NO_PIN},
    {APPLICATION_JPKI, 0x001a, FILE_KEY, KEY_SIGNATURE, VCARD_PIN_SIGNATURE},
    {APPLICATION_JPKI, 0x001b, FILE_PIN, VCARD_PIN_SIGNATURE, NO_PIN},

    {APPLICATION_INPUT_AID, 0x0001, FILE_DATA, 0, VCARD_PIN_INPUT_AID},
    {APPLICATION_INPUT_AID, 0x0002, FILE_ATTRIBUTES, 0, VCARD_PIN_INPUT_AID},
    {APPLICATION_INPUT_AID, 0x0011, FILE_PIN, VCARD_PIN_INPUT_AID, NO_PIN},
    {APPLICATION_INPUT_AID, 0x0018, FILE_PIN, VCARD_PIN_INPUT_AID, NO_PIN},
    {APPLICATION_INPUT_AID, 0x001b, FILE_PIN, VCARD_PIN_INPUT_AID_NUMBER, NO_PIN},

    {APPLICATION_SURFACE, 0x0001, FILE_DATA, 1, NO_PIN},
    {APPLICATION_SURFACE, 0x0002, FILE_DATA, 2, VCARD_PIN_SURFACE},
    {APPLICATION_SURFACE, 0x0017, FILE_KEY, KEY_SURFACE, NO_PIN},
    {APPLICATION_SURFACE, 0x0018, FILE_PIN, VCARD_PIN_SURFACE, NO_PIN},
    {APPLICATION_SURFACE, 0x001a, FILE_KEY, KEY_SURFACE, NO_PIN},
    {APPLICATION_SURFACE, 0x001b, FILE_PIN, VCARD_PIN_SURFACE_NUMBER, NO_PIN},

    {APPLICATION_REGISTER, 0x0001, FILE_DATA, 3, VCARD_PIN_REGISTER},
    {APPLICATION_REGISTER, 0x0018, FILE_PIN, VCARD_PIN_REGISTER, NO_PIN},

    {APPLICATION_COMMON, 0x0001, FILE_RECORD, 0, NO_PIN},
};

static bool
file_exists(const struct vcard *card, const struct file *file)
{
	switch (file->kind) {
	case FILE_PRESENCE:
		return quirk(card, QUIRK_PRESENCE) != PRESENCE_MISSING;
	case FILE_TOKEN_INFO:
		return quirk(card, QUIRK_TOKEN_INFO) != TOKEN_INFO_MISSING;
	default:
		return true;
	}
}

const struct file *
file_find(const struct vcard *card, uint16_t id)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (card->application == &applications[files[i].application] && files[i].id == id)
			return file_exists(card, &files[i]) ? &files[i] : NULL;
	}
	return NULL;
}

/* The status word for a short EF identifier: SW_OK if the card supports them. */
static uint16_t
short_identifier_status(const struct vcard *card)
{
	unsigned value = quirk_number(card, QUIRK_SHORT_IDENTIFIERS, 16);

	return value == 0 ? SW_OK : (uint16_t)value;
}

const struct file *
file_of_p2(struct vcard *card, uint8_t p2, uint16_t *sw)
{
	const struct file *found = card->file;

	*sw = SW_REFERENCE;
	if ((p2 & 0xe0) != 0x80) {
		*sw = SW_P1P2;
		return NULL;
	}
	if (p2 == 0x80)
		return found;
	*sw = short_identifier_status(card);
	if (*sw != SW_OK)
		return NULL;
	*sw = SW_REFERENCE;
	found = file_find(card, p2 & 0x1f);
	if (found != NULL)
		card->file = found;
	return found;
}

const struct file *
file_of_short(struct vcard *card, uint8_t id, uint16_t *sw)
{
	const struct file *found;

	*sw = short_identifier_status(card);
	if (*sw != SW_OK)
		return NULL;
	found = file_find(card, id);
	if (found != NULL)
		card->file = found;
	else
		*sw = SW_NOT_FOUND;
	return found;
}

/* Find the EF and the offset that READ BINARY addresses (ISO 7816-4, 7.2.3). */
static uint16_t
read_address(struct vcard *card, const struct apdu *apdu, size_t *offset)
{
	uint16_t sw;

	if ((apdu->p1 & 0x80) == 0) {
		*offset = (size_t)apdu->p1 << 8 | apdu->p2;
		return card->file != NULL ? SW_OK : SW_NO_CURRENT_EF;
	}
	sw = short_identifier_status(card);
	if (sw != SW_OK)
		return sw;
	if ((apdu->p1 & 0x60) != 0 || (apdu->p1 & 0x1f) == 0 || (apdu->p1 & 0x1f) == 0x1f)
		return SW_P1P2;
	*offset = apdu->p2;
	file_of_short(card, apdu->p1 & 0x1f, &sw);
	return sw;
}

static uint16_t
read_permission(const struct vcard *card)
{
	const struct file *file = card->file;
	enum vcard_pin pin = file->pin;

	if (file->kind == FILE_PIN || file->kind == FILE_KEY || file->kind == FILE_RECORD)
		return SW_FILE_KIND;
	if (quirk(card, QUIRK_LABEL) == LABEL_ANDROID && file->kind == FILE_CERTIFICATE &&
	    file->index == VCARD_CERTIFICATE_AUTHENTICATION)
		pin = VCARD_PIN_AUTHENTICATION;
	return pin == NO_PIN || card->pins[pin].verified ? SW_OK : SW_NOT_VERIFIED;
}

/* The most bytes of one read on a card with QUIRK_WRONG_LE = 6700. */
#define READ_SMALL 128

uint16_t
give(
    const struct vcard *card, const uint8_t *bytes, size_t length, size_t ne, struct answer *answer)
{
	if (length < ne && quirk(card, QUIRK_WRONG_LE) == WRONG_LE_EXACT)
		return length > SHORT_DATA_MAX ? SW_LENGTH /* 6Cxx has no room for it */
					       : (uint16_t)(SW_EXACT_LENGTH | (length & 0xff));
	answer->length = length < ne ? length : ne;
	memcpy(answer->data, bytes, answer->length);
	if (length < ne && quirk(card, QUIRK_END_OF_FILE) == END_OF_FILE_WARNING)
		return SW_END_OF_FILE;
	return SW_OK;
}

static uint16_t
read_bytes(const struct vcard *card, size_t offset, size_t ne, struct answer *answer)
{
	uint8_t content[FILE_MAX];
	size_t length = file_content(card, card->file, content);
	unsigned limit = quirk_number(card, QUIRK_READ_LIMIT, 10);

	if (quirk(card, QUIRK_EXTENDED) == EXTENDED_SHORT && ne > SHORT_DATA_MAX)
		ne = SHORT_DATA_MAX;
	if (ne > READ_SMALL && quirk(card, QUIRK_WRONG_LE) == WRONG_LE_REFUSED)
		return SW_LENGTH;
	if (offset >= length)
		return SW_OFFSET;
	if (limit != 0 && ne > limit)
		ne = limit;
	return give(card, content + offset, length - offset, ne, answer);
}

uint16_t
command_read_binary(struct vcard *card, const struct apdu *apdu, struct answer *answer)
{
	size_t offset;
	uint16_t sw;

	if (apdu->lc != 0 || apdu->ne == 0)
		return SW_LENGTH;
	/* not known whether a real card accepts it (F-EXTENDED) */
	if (apdu->extended && quirk(card, QUIRK_EXTENDED) == EXTENDED_NO)
		return SW_LENGTH;
	sw = read_address(card, apdu, &offset);
	if (sw == SW_OK)
		sw = read_permission(card);
	if (sw == SW_OK)
		sw = read_bytes(card, offset, apdu->ne, answer);
	return sw;
}
