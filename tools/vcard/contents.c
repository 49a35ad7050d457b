/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "attributes.h"
#include "card_data.h"
#include "contents.h"
#include "pki.h"
#include "public_key.h"
#include "quirks.h"

/* End-entity certificates of the card are at most 2 kB; the EF is larger than that. */
#define CERTIFICATE_FILE 2560
#define CERTIFICATE_FILE_LARGE 8192
#define TOKEN_INFO_LENGTH 160
#define TOKEN_INFO_CUT 40

/* Made-up data of the other applications: a My Number first, its check digit last. */
static const char *const texts[] = {
    "123456789018",
    "card surface",
    "card surface, printed side",
    "resident register",
};

static unsigned
certificate_quirk(const struct vcard *card, enum vcard_certificate which)
{
	switch (which) {
	case VCARD_CERTIFICATE_AUTHENTICATION:
		return quirk(card, QUIRK_AUTHENTICATION_CERTIFICATE);
	case VCARD_CERTIFICATE_SIGNATURE:
		return quirk(card, QUIRK_SIGNATURE_CERTIFICATE);
	default:
		return quirk(card, QUIRK_CA_CERTIFICATES);
	}
}

/* Does the card say that it has this certificate? */
static bool
certificate_claimed(const struct vcard *card, enum vcard_certificate which)
{
	return certificate_quirk(card, which) != CERTIFICATE_ABSENT;
}

/* A DER header of four bytes, as every certificate of 256 bytes to 64 kB has. */
#define HEADER 4

static void
put_length(uint8_t *der, size_t length)
{
	der[2] = (uint8_t)(length >> 8);
	der[3] = (uint8_t)length;
}

static enum certificate_form
form_of(unsigned kind)
{
	switch (kind) {
	case CERTIFICATE_LARGE:
		return FORM_LARGE;
	case CERTIFICATE_OTHER_KEY:
		return FORM_OTHER_KEY;
	case CERTIFICATE_RSA_1024:
		return FORM_RSA_1024;
	case CERTIFICATE_RSA_4096:
		return FORM_RSA_4096;
	case CERTIFICATE_EC:
		return FORM_EC;
	default:
		return FORM_RIGHT;
	}
}

/* Damage a certificate of `length` bytes in the way that `kind` says. */
static void
spoil(unsigned kind, uint8_t *content, size_t length)
{
	switch (kind) {
	case CERTIFICATE_NOT_DER:
		memset(content + HEADER, 0x5a, length - HEADER);
		break;
	case CERTIFICATE_NOT_A_CERTIFICATE: /* an octet string in the sequence */
		memset(content + HEADER, 0x5a, length - HEADER);
		memcpy(content + HEADER, content, HEADER);
		content[HEADER] = 0x04;
		put_length(content + HEADER, length - HEADER - HEADER);
		break;
	case CERTIFICATE_LENGTH_HUGE:
		put_length(content, 0xffff);
		break;
	case CERTIFICATE_LENGTH_LONGER:
		put_length(content, length - HEADER + 16);
		break;
	case CERTIFICATE_LENGTH_SHORTER:
		put_length(content, length - HEADER - 16);
		break;
	case CERTIFICATE_LENGTH_INDEFINITE:
		content[1] = 0x80;
		break;
	case CERTIFICATE_LENGTH_4_BYTES:
		content[1] = 0x84;
		memset(content + 2, 0xff, 4);
		break;
	case CERTIFICATE_LENGTH_8192:
		put_length(content, 8192 - HEADER);
		break;
	case CERTIFICATE_LENGTH_8193:
		put_length(content, 8193 - HEADER);
		break;
	default:
		break;
	}
}

static size_t
file_size(unsigned kind)
{
	switch (kind) {
	case CERTIFICATE_LARGE:
		return CERTIFICATE_FILE_LARGE;
	case CERTIFICATE_LENGTH_8192:
	case CERTIFICATE_LENGTH_8193: /* the EF holds all the bytes that the length promises */
		return CERTIFICATE_FILE_LARGE + 256;
	default:
		return CERTIFICATE_FILE;
	}
}

static size_t
certificate_content(
    const struct vcard *card, enum vcard_certificate which, uint8_t content[FILE_MAX])
{
	unsigned kind = certificate_quirk(card, which);
	size_t size = file_size(kind);
	size_t length;

	memset(content, 0xff, FILE_MAX);
	if (kind == CERTIFICATE_EMPTY)
		return 0;
	if (kind == CERTIFICATE_ABSENT || kind == CERTIFICATE_CLAIMED)
		return size;
	length = pki_der(card->pki, which, form_of(kind), content);
	if (length >= size)
		size = length + 256;
	spoil(kind, content, length);
	return size;
}

static void
put_text(uint8_t **at, size_t width, const char *text)
{
	memset(*at, ' ', width);
	memcpy(*at, text, strlen(text) < width ? strlen(text) : width);
	*at += width;
}

static void
put_number(uint8_t **at, uint32_t number)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		*(*at)++ = (uint8_t)(number >> shift);
}

/* CK_TOKEN_INFO with big-endian numbers of four bytes (F-TOKEN-INFO). */
static void
token_info(const struct vcard *card, uint8_t content[FILE_MAX])
{
	static const char *const labels[] = {
	    "JPKIAPICCTOKEN2", "JPKIAPGPSETOKEN", "JPKIAPIOSTOKEN", "JPKIAPICCTOKEN"};
	/*
	 * flags: write protected, login required, user PIN initialised, token initialised; then
	 * session counts, PIN lengths, memory sizes (all unavailable)
	 */
	static const uint32_t numbers[] = {
	    0x40e, 0, 0, 0, 0, VCARD_PIN_MAX, 4, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff};
	uint8_t *at = content;

	put_text(&at, 32, labels[quirk(card, QUIRK_LABEL)]);
	put_text(&at, 32, "JPKI-TEST");
	put_text(&at, 16, "JPKI-TEST");
	put_text(&at, 16, card->serial);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		put_number(&at, numbers[i]);
	put_text(&at, 2, "03");
	put_text(&at, 2, "01");
	put_text(&at, 16, "9999999999999999");
}

static size_t
token_info_content(const struct vcard *card, uint8_t content[FILE_MAX])
{
	unsigned kind = quirk(card, QUIRK_TOKEN_INFO);

	if (kind == TOKEN_INFO_BLANK) {
		memset(content, 0xff, TOKEN_INFO_LENGTH);
		return TOKEN_INFO_LENGTH;
	}
	token_info(card, content);
	for (size_t i = 0; kind == TOKEN_INFO_BINARY && i < TOKEN_INFO_LENGTH; i++)
		content[i] = (uint8_t)(0x80 + i);
	return kind == TOKEN_INFO_SHORT ? TOKEN_INFO_CUT : TOKEN_INFO_LENGTH;
}

/* How a card marks an absent certificate was never observed (F-PRESENCE). */
static size_t
presence_content(const struct vcard *card, uint8_t content[FILE_MAX])
{
	bool none = quirk(card, QUIRK_PRESENCE) == PRESENCE_NONE;
	bool signature = certificate_claimed(card, VCARD_CERTIFICATE_SIGNATURE);
	bool authentication = certificate_claimed(card, VCARD_CERTIFICATE_AUTHENTICATION);

	content[0] = signature && !none ? 0x8f : 0x00;
	content[1] = authentication && !none ? 0x8f : 0x00;
	content[2] = 0x00;
	return quirk(card, QUIRK_PRESENCE) == PRESENCE_SHORT ? 1 : 3;
}

size_t
file_content(const struct vcard *card, const struct file *file, uint8_t content[FILE_MAX])
{
	switch (file->kind) {
	case FILE_CERTIFICATE:
		return certificate_content(card, (enum vcard_certificate)file->index, content);
	case FILE_TOKEN_INFO:
		return token_info_content(card, content);
	case FILE_PRESENCE:
		return presence_content(card, content);
	case FILE_ATTRIBUTES:
		return attributes_content(card, content);
	case FILE_DATA:
		memcpy(content, texts[file->index], strlen(texts[file->index]));
		return strlen(texts[file->index]);
	default:
		return 0;
	}
}
