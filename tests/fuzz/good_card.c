/* SPDX-License-Identifier: BSD-2-Clause */
#include "good_card.h"

#include <string.h>

#include "fuzz.h"

const uint8_t good_digest_info[GOOD_DIGEST_INFO_SIZE] = {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60,
    0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20, 0x48, 0x16, 0x8F, 0xA9,
    0x9C, 0xB7, 0xE0, 0x14, 0xE7, 0x7D, 0xBF, 0x4A, 0xF7, 0x9F, 0xC5, 0xB2, 0xA5, 0x0C, 0xAA, 0xC8,
    0xE8, 0x20, 0x88, 0x3E, 0xA7, 0x32, 0x6F, 0x88, 0xBC, 0x71, 0x3A, 0xC9};

const struct good_file_row good_files[GOOD_FILES] = {
    [GOOD_AUTHENTICATION] = {"authentication.der", 0x000A},
    [GOOD_AUTHENTICATION_CA] = {"authentication-ca.der", 0x000B},
    [GOOD_SIGNATURE] = {"signature.der", 0x0001},
    [GOOD_SIGNATURE_CA] = {"signature-ca.der", 0x0002},
    [GOOD_INFO] = {"token-info", 0x0006},
    [GOOD_PRESENCE] = {"presence", 0x0008},
    [GOOD_AUTHENTICATION_PKCS1] = {"authentication.pkcs1", 0},
    [GOOD_AUTHENTICATION_PSS] = {"authentication.pss", 0},
    [GOOD_SIGNATURE_PKCS1] = {"signature.pkcs1", 0},
    [GOOD_SIGNATURE_PSS] = {"signature.pss", 0},
};

static struct {
	uint8_t bytes[GOOD_FILE_MAX];
	size_t length;
} contents[GOOD_FILES];

void
good_card_load(void)
{
	for (int i = 0; i < GOOD_FILES; i++) {
		char path[4096];
		FILE *file;

		(void)snprintf(path, sizeof(path), "%s/%s", FUZZ_CARD, good_files[i].name);
		file = fopen(path, "rb");
		if (file == NULL) {
			perror(path);
			exit(EXIT_FAILURE);
		}
		contents[i].length = fread(contents[i].bytes, 1, GOOD_FILE_MAX, file);
		(void)fclose(file);
	}
}

const uint8_t *
good_card_file(enum good_file file, size_t *length)
{
	*length = contents[file].length;
	return contents[file].bytes;
}

void
good_card_new(struct good_card *card)
{
	*card = (struct good_card){.pins = {GOOD_PIN, GOOD_PASSWORD, GOOD_ATTRIBUTES_PIN}};
}

static size_t
status(uint8_t *answer, size_t length, unsigned sw)
{
	answer[length] = (uint8_t)(sw >> 8);
	answer[length + 1] = (uint8_t)sw;
	return length + 2;
}

static size_t
select_file(struct good_card *card, const uint8_t *command, size_t length, uint8_t *answer)
{
	if (command[2] == 0x04 && length >= 15)
		card->elsewhere = command[7] == 0x10;
	if (command[2] == 0x02 && length >= 7)
		card->current = (uint16_t)(command[5] << 8 | command[6]);
	return status(answer, 0, 0x9000);
}

/* What is in the applications beside JPKI's: made up, and as short as can be. */
static const uint8_t attributes[] = "\xFF\x20\x27"
				    "\xDF\x21\x02\x00\xFF"
				    "\xDF\x22\x06\xE7\x95\xAA\xE5\x8F\xB7"
				    "\xDF\x23\x06\xE6\x9D\xB1\xE4\xBA\xAC"
				    "\xDF\x24\x04"
				    "1999"
				    "\xDF\x25\x01"
				    "1\xFF\xFF";
static const uint8_t record[] = "\x46\x0FJM1234567890123";
#define EF_ATTRIBUTES 0x0002

static const uint8_t *
file_contents(const struct good_card *card, uint16_t ef, size_t *length)
{
	if (card->elsewhere) {
		*length = sizeof(attributes) - 1;
		return ef == EF_ATTRIBUTES ? attributes : NULL;
	}
	if (card->instead.ef != 0 && card->instead.ef == ef) {
		*length = card->instead.length;
		return card->instead.bytes;
	}
	for (int i = 0; i < GOOD_FILES; i++)
		if (ef != 0 && good_files[i].ef == ef)
			return good_card_file((enum good_file)i, length);
	return NULL;
}

static size_t
read_file(struct good_card *card, const uint8_t *command, size_t length, uint8_t *answer)
{
	size_t wanted = command[4] == 0 ? 256 : command[4], offset = command[3], size;
	const uint8_t *bytes;

	if (length == 7) /* extended Le */
		wanted = (size_t)command[5] << 8 | command[6];

	if ((command[2] & 0x80) != 0)
		card->current = command[2] & 0x1F;
	else
		offset |= (size_t)command[2] << 8;
	bytes = file_contents(card, card->current, &size);
	if (bytes == NULL)
		return status(answer, 0, 0x6A82);
	if (card->elsewhere ? (card->verified & 1 << JPKI_ATTRIBUTES) == 0
			    : card->current == good_files[GOOD_SIGNATURE].ef &&
				  (card->verified & 1 << JPKI_SIGNATURE) == 0)
		return status(answer, 0, 0x6982);
	if (offset >= size)
		return status(answer, 0, 0x6B00);
	if (card->block != 0 && wanted > card->block)
		wanted = card->block;
	if (wanted > size - offset)
		wanted = size - offset;
	memcpy(answer, bytes + offset, wanted);
	return status(answer, wanted, 0x9000);
}

static int
role_of_pin(const struct good_card *card, uint8_t p2)
{
	uint16_t ef = p2 == 0x80 ? card->current : p2 & 0x1F;

	if (card->elsewhere)
		return ef == 0x0011 ? JPKI_ATTRIBUTES : -1;
	return ef == 0x0018 ? JPKI_AUTHENTICATION : ef == 0x001B ? JPKI_SIGNATURE : -1;
}

static size_t
verify(struct good_card *card, const uint8_t *command, size_t length, uint8_t *answer)
{
	int role = role_of_pin(card, command[3]);
	unsigned sw;

	if (role < 0)
		return status(answer, 0, 0x6A88);
	sw = role == JPKI_SIGNATURE ? 0x63C5 : 0x63C3;
	if (length <= 5)
		return status(answer, 0, sw);
	if (strlen(card->pins[role]) != command[4] ||
	    memcmp(card->pins[role], command + 5, command[4]) != 0)
		return status(answer, 0, sw - 1);
	card->verified |= 1 << role;
	return status(answer, 0, 0x9000);
}

static size_t
change(struct good_card *card, const uint8_t *command, uint8_t *answer)
{
	int role = role_of_pin(card, command[3]);

	if (role < 0 || (card->verified & 1 << role) == 0)
		return status(answer, 0, 0x6982);
	card->pins[role] = role == JPKI_AUTHENTICATION ? GOOD_NEW_PIN : GOOD_NEW_PASSWORD;
	return status(answer, 0, 0x9000);
}

static size_t
sign(struct good_card *card, const uint8_t *command, uint8_t *answer)
{
	uint16_t ef = command[3] == 0x80 ? card->current : command[3] & 0x1F;
	int role = ef == 0x0017 ? JPKI_AUTHENTICATION : JPKI_SIGNATURE;
	bool pss = command[2] == 0x04;
	const uint8_t *bytes;
	size_t length;

	if (ef != 0x0017 && ef != 0x001A)
		return status(answer, 0, 0x6A88);
	if ((card->verified & 1 << role) == 0)
		return status(answer, 0, 0x6982);
	if (role == JPKI_AUTHENTICATION)
		bytes = good_card_file(
		    pss ? GOOD_AUTHENTICATION_PSS : GOOD_AUTHENTICATION_PKCS1, &length);
	else
		bytes = good_card_file(pss ? GOOD_SIGNATURE_PSS : GOOD_SIGNATURE_PKCS1, &length);
	if (length > 256)
		length = 256;
	memcpy(answer, bytes, length);
	return status(answer, length, 0x9000);
}

size_t
good_card_answer(struct good_card *card, const uint8_t *command, size_t length, uint8_t *answer)
{
	switch (command[1]) {
	case 0xA4:
		return select_file(card, command, length, answer);
	case 0xB2:
		memcpy(answer, record, sizeof(record) - 1);
		return status(answer, sizeof(record) - 1, 0x9000);
	case 0xB0:
		return read_file(card, command, length, answer);
	case 0x20:
		return verify(card, command, length, answer);
	case 0x24:
		return change(card, command, answer);
	case 0x2A:
		return sign(card, command, answer);
	default:
		return status(answer, 0, 0x6D00);
	}
}
