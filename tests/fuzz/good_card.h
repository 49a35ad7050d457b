/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FUZZ_GOOD_CARD_H
#define FUZZ_GOOD_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jpki/pin.h>

/*
 * A card made of files that were once recorded from the virtual card (make_seeds.c): what a
 * fuzzed card does where the input has nothing to say. It can sign one text only, but for that it
 * needs no key, and it does the same each time.
 */

#define GOOD_PIN "1234"
#define GOOD_PASSWORD "ABC123"
#define GOOD_ATTRIBUTES_PIN "2468"
#define GOOD_NEW_PIN "5678"
#define GOOD_NEW_PASSWORD "XYZ789"

/* What it can sign: a SHA-256 hash of this text, by PKCS#1 or PSS. */
#define GOOD_TEXT "made up"
#define GOOD_HASH_SIZE 32
#define GOOD_DIGEST_INFO_SIZE 51
extern const uint8_t good_digest_info[GOOD_DIGEST_INFO_SIZE]; /* it ends with */
#define good_hash (good_digest_info + GOOD_DIGEST_INFO_SIZE - GOOD_HASH_SIZE)

enum good_file {
	GOOD_AUTHENTICATION,
	GOOD_AUTHENTICATION_CA,
	GOOD_SIGNATURE,
	GOOD_SIGNATURE_CA,
	GOOD_INFO,
	GOOD_PRESENCE,
	GOOD_AUTHENTICATION_PKCS1,
	GOOD_AUTHENTICATION_PSS,
	GOOD_SIGNATURE_PKCS1,
	GOOD_SIGNATURE_PSS,
	GOOD_FILES,
};

struct good_file_row {
	const char *name;
	uint16_t ef; /* 0: a signature */
};
extern const struct good_file_row good_files[GOOD_FILES];

/* Where they are, and the largest one. */
#define GOOD_FILE_MAX 8448
struct good_card {
	uint16_t current;
	bool elsewhere; /* not JPKI's application is selected, but one beside it */
	int verified;	/* bits 1 << role */
	const char *pins[JPKI_CREDENTIALS];
	/* Stands for a file of the card, if its `ef` is not 0. */
	struct {
		uint16_t ef;
		const uint8_t *bytes;
		size_t length;
	} instead;
	size_t block; /* most bytes that one READ BINARY gives; 0: 256 */
};

/* Read the files, from the folder that was compiled in; once. */
void good_card_load(void);
const uint8_t *good_card_file(enum good_file file, size_t *length);

/* Without a PIN verified, as it is when power comes. */
void good_card_new(struct good_card *card);

/* The answer, status word last, into `answer`, which has room for 258 bytes; its length. */
size_t good_card_answer(
    struct good_card *card, const uint8_t *command, size_t length, uint8_t *answer);

#endif
