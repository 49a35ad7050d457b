/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <jpki/card.h>

#include "card/credential.h"
#include "card/file.h"
#include "card/status.h"

/* Offsets in EF 0006 (F-TOKEN-INFO). */
#define INFO_SIZE 160
#define INFO_LABEL 0
#define INFO_MANUFACTURER 32
#define INFO_MODEL 64
#define INFO_SERIAL 80
#define INFO_HARDWARE 140
#define INFO_FIRMWARE 142

/* EF 0008 (F-PRESENCE). */
#define PRESENCE_SIZE 3
#define PRESENT 0x8F

/* (F-LABEL) */
static const struct {
	const char *label;
	enum jpki_kind kind;
} kinds[] = {
    {"JPKIAPICCTOKEN2", JPKI_KIND_CARD},
    {"JPKIAPGPSETOKEN", JPKI_KIND_ANDROID},
    {"JPKIAPIOSTOKEN", JPKI_KIND_IPHONE},
    {"JPKIAPICCTOKEN", JPKI_KIND_RESIDENT},
};

static enum jpki_kind
kind_of(const char *label)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].label, label) == 0)
			return kinds[i].kind;
	return JPKI_KIND_UNKNOWN;
}

/*
 * Copy printable ASCII, without the blanks or NULs at its end. Anything else gives an empty text.
 */
static void
copy_text(char *text, const uint8_t *field, size_t size)
{
	size_t length = size;

	while (length > 0 && (field[length - 1] == ' ' || field[length - 1] == '\0'))
		length--;
	for (size_t i = 0; i < length; i++)
		if (field[i] < 0x20 || field[i] > 0x7E)
			length = 0;
	memcpy(text, field, length);
	text[length] = '\0';
}

/* Two ASCII digits ("03", "01" were seen): major and minor version. Anything else leaves 0.0. */
static void
copy_version(uint8_t version[2], const uint8_t field[2])
{
	for (size_t i = 0; i < 2; i++)
		if (field[i] < '0' || field[i] > '9')
			return;
	version[0] = (uint8_t)(field[0] - '0');
	version[1] = (uint8_t)(field[1] - '0');
}

/* Read `size` bytes, or all if there are fewer, from a card that may return less at a time. */
static int
read_whole(struct jpki_card *card, uint16_t ef, uint8_t *bytes, size_t size, size_t *length)
{
	size_t more = 1;
	int rv;

	rv = file_read_first(card, ef, bytes, size, length);
	while (rv == JPKI_OK && *length > 0 && *length < size && more > 0) {
		rv = file_read_next(card, *length, bytes + *length, size - *length, &more);
		*length += more;
	}
	return rv;
}

int
jpki_card_read_info(struct jpki_card *card, struct jpki_token_info *info)
{
	uint8_t bytes[256];
	size_t length;
	int rv;

	memset(info, 0, sizeof(*info));
	rv = read_whole(card, EF_TOKEN_INFO, bytes, INFO_SIZE, &length);
	if (rv == JPKI_ERR_STATUS) /* an unexpected status word may be temporary */
		rv = read_whole(card, EF_TOKEN_INFO, bytes, INFO_SIZE, &length);
	if (status_is_from_card(rv)) /* there is no such file */
		return JPKI_OK;
	if (rv != JPKI_OK)
		return rv;
	if (length < INFO_SIZE)
		return JPKI_OK;
	copy_text(info->label, bytes + INFO_LABEL, 32);
	copy_text(info->manufacturer, bytes + INFO_MANUFACTURER, 32);
	copy_text(info->model, bytes + INFO_MODEL, 16);
	copy_text(info->serial, bytes + INFO_SERIAL, 16);
	copy_version(info->hardware_version, bytes + INFO_HARDWARE);
	copy_version(info->firmware_version, bytes + INFO_FIRMWARE);
	info->kind = kind_of(info->label);
	return JPKI_OK;
}

int
jpki_card_read_presence(struct jpki_card *card, bool present[JPKI_ROLES])
{
	uint8_t bytes[256];
	size_t length = 0;
	int rv;

	for (int role = 0; role < JPKI_ROLES; role++)
		present[role] = true;
	rv = file_read_first(card, EF_PRESENCE, bytes, PRESENCE_SIZE, &length);
	if (status_is_from_card(rv) || (rv == JPKI_OK && length < PRESENCE_SIZE))
		return JPKI_ERR_NOT_FOUND;
	if (rv != JPKI_OK)
		return rv;
	for (int role = 0; role < JPKI_ROLES; role++)
		present[role] =
		    bytes[credential_of((enum jpki_role)role)->presence_byte] == PRESENT;
	return JPKI_OK;
}
