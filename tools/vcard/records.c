/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/sha.h>

#include "card_data.h"
#include "files.h"
#include "quirks.h"
#include "records.h"
#include "status_word.h"

/*
 * The record's tag is not known; this one is for pre-issuing data (ISO 7816-4, 8.1.1.2). The first
 * two characters of its value and those after the number have no meaning here.
 */
#define TAG_PRE_ISSUING 0x46
#define BEFORE "JM"
#define BEHIND "000"
#define RECORD_MAX (2 + sizeof(BEFORE) + VCARD_MANUFACTURE_NUMBER_SIZE + sizeof(BEHIND))
/* The length of a value that is one character too short. */
#define SHORT_VALUE 14

/*
 * Derive the manufacture number from the serial number: each card has its own, and it never
 * changes.
 */
static void
manufacture_number(const struct vcard *card, char number[VCARD_MANUFACTURE_NUMBER_SIZE])
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	SHA256((const uint8_t *)card->serial, strlen(card->serial), hash);
	for (size_t i = 0; i < VCARD_MANUFACTURE_NUMBER_SIZE - 1; i++)
		number[i] = (char)('0' + hash[i] % 10);
	number[VCARD_MANUFACTURE_NUMBER_SIZE - 1] = '\0';
}

static size_t
record_content(const struct vcard *card, uint8_t record[RECORD_MAX])
{
	unsigned kind = quirk(card, QUIRK_MANUFACTURE_NUMBER);
	char number[VCARD_MANUFACTURE_NUMBER_SIZE], value[RECORD_MAX];
	size_t length;

	manufacture_number(card, number);
	length = (size_t)snprintf(value, sizeof(value), "%s%s%s", BEFORE, number, BEHIND);
	if (kind == MANUFACTURE_NUMBER_SHORT)
		length = SHORT_VALUE;
	record[0] = TAG_PRE_ISSUING;
	record[1] = (uint8_t)length;
	memcpy(record + 2, value, length);
	if (kind == MANUFACTURE_NUMBER_GARBLED)
		memset(record, NOT_BER, 2 + length);
	return 2 + length;
}

/* The EF whose short identifier is in the upper five bits of P2; 0: the current one. */
static const struct file *
record_file(struct vcard *card, uint8_t id, uint16_t *sw)
{
	*sw = SW_NO_CURRENT_EF;
	if (id == 0)
		return card->file;
	*sw = SW_P1P2;
	return id == 0x1f ? NULL : file_of_short(card, id, sw);
}

/* P1 is the record's number, because the low three bits of P2 are 100 (ISO 7816-4, 7.3.3). */
uint16_t
command_read_record(struct vcard *card, const struct apdu *apdu, struct answer *answer)
{
	uint8_t record[RECORD_MAX];
	const struct file *file;
	size_t length;
	uint16_t sw;

	if (apdu->lc != 0 || apdu->ne == 0 || apdu->extended)
		return SW_LENGTH;
	if ((apdu->p2 & 0x07) != 0x04)
		return SW_P1P2;
	file = record_file(card, apdu->p2 >> 3, &sw);
	if (file == NULL)
		return sw;
	if (file->kind != FILE_RECORD)
		return SW_FILE_KIND;
	if (apdu->p1 != 1 || quirk(card, QUIRK_MANUFACTURE_NUMBER) == MANUFACTURE_NUMBER_NO_RECORD)
		return SW_NO_RECORD;
	length = record_content(card, record);
	return give(card, record, length, apdu->ne, answer);
}

void
vcard_manufacture_number(struct vcard *card, char number[VCARD_MANUFACTURE_NUMBER_SIZE])
{
	pthread_mutex_lock(&card->lock);
	manufacture_number(card, number);
	pthread_mutex_unlock(&card->lock);
}
