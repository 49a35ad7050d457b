/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * make-seeds FOLDER: records a new virtual card into FOLDER/card and conversations of the module
 * with it into FOLDER/seeds/card, and makes the seeds of fuzz_certificate. FOLDER is tests/fuzz;
 * it must hold card/ and seeds/ with a folder a target, and this program has been built for it.
 */

#include <string.h>

#include "fuzz.h"
#include "fuzz_card.h"
#include "good_card.h"
#include "vcard.h"

static const char *folder;

static void
save(const char *name, const uint8_t *bytes, size_t length)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "wb");
	if (file == NULL || fwrite(bytes, 1, length, file) != length || fclose(file) != 0) {
		perror(path);
		exit(EXIT_FAILURE);
	}
}

/* ------------------------------------------------------------------------------ the card */

/* What comes before the status word; 0 bytes beyond the end of a file. */
static size_t
ask(struct vcard *card, const uint8_t *command, size_t length, uint8_t *response)
{
	size_t answered;

	fuzz_check(vcard_exchange(card, command, length, response, &answered) == VCARD_ANSWERED);
	fuzz_check(answered >= 2);
	fuzz_check(response[answered - 2] == 0x90 || response[answered - 2] == 0x6B);
	return answered - 2;
}

static void
verify(struct vcard *card, uint8_t p2, const char *pin)
{
	uint8_t command[32] = {0x00, 0x20, 0x00, p2, (uint8_t)strlen(pin)};
	uint8_t response[VCARD_RESPONSE_MAX];

	memcpy(command + 5, pin, strlen(pin));
	(void)ask(card, command, 5 + strlen(pin), response);
}

/* A file up to the end of what is in it; the filler after a certificate is not kept. */
static void
save_file(struct vcard *card, const struct good_file_row *row)
{
	uint8_t command[] = {0x00, 0xB0, (uint8_t)(0x80 | row->ef), 0x00, 0x00};
	uint8_t contents[GOOD_FILE_MAX], response[VCARD_RESPONSE_MAX];
	size_t length = 0, got, total;
	char name[64];

	do {
		got = ask(card, command, sizeof(command), response);
		memcpy(contents + length, response, got);
		length += got;
		command[2] = (uint8_t)(length >> 8);
		command[3] = (uint8_t)length;
	} while (got == 256 && length + 256 <= sizeof(contents));
	total = 4 + ((size_t)contents[2] << 8 | contents[3]);
	if (contents[0] == 0x30 && contents[1] == 0x82 && total + 8 < length)
		length = total + 8;
	(void)snprintf(name, sizeof(name), "card/%s", row->name);
	save(name, contents, length);
}

static void
save_signature(
    struct vcard *card, uint8_t ef, uint8_t p1, const uint8_t *data, size_t size, const char *file)
{
	uint8_t command[64] = {0x80, 0x2A, p1, (uint8_t)(0x80 | ef), (uint8_t)size};
	uint8_t response[VCARD_RESPONSE_MAX];
	char name[64];

	memcpy(command + 5, data, size);
	fuzz_check(ask(card, command, 5 + size + 1, response) == 256);
	(void)snprintf(name, sizeof(name), "card/%s", file);
	save(name, response, 256);
}

static void
save_signatures(struct vcard *card, uint8_t ef, const char *pkcs1, const char *pss)
{
	save_signature(card, ef, 0x00, good_digest_info, GOOD_DIGEST_INFO_SIZE, pkcs1);
	save_signature(card, ef, 0x04, good_hash, GOOD_HASH_SIZE, pss);
}

static void
record_card(void)
{
	static const uint8_t select[] = {
	    0x00, 0xA4, 0x04, 0x0C, 10, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};
	struct vcard_options options = {
	    .pins = {GOOD_PIN, GOOD_PASSWORD}, .serial = "JPKI000000000001"};
	uint8_t response[VCARD_RESPONSE_MAX];
	struct vcard_error error;
	struct vcard *card;

	if (vcard_new(&card, &options, &error) != 0) {
		fprintf(stderr, "%s\n", error.text);
		exit(EXIT_FAILURE);
	}
	vcard_power_on(card);
	(void)ask(card, select, sizeof(select), response);
	verify(card, 0x98, GOOD_PIN);
	verify(card, 0x9B, GOOD_PASSWORD);
	for (int i = 0; i < GOOD_FILES; i++)
		if (good_files[i].ef != 0)
			save_file(card, &good_files[i]);
	save_signatures(card, 0x17, good_files[GOOD_AUTHENTICATION_PKCS1].name,
	    good_files[GOOD_AUTHENTICATION_PSS].name);
	save_signatures(
	    card, 0x1A, good_files[GOOD_SIGNATURE_PKCS1].name, good_files[GOOD_SIGNATURE_PSS].name);
	vcard_free(&card);
}

/* ------------------------------------------------------------------------- conversations */

static uint8_t seed[1 << 16];
static size_t seed_length;

/* The answer as the record of an input. */
static void
watch(const uint8_t *command, size_t length, const uint8_t *answer, size_t answer_length)
{
	(void)command;
	(void)length;
	fuzz_check(seed_length + 2 + answer_length <= sizeof(seed));
	seed[seed_length++] = (uint8_t)(answer_length >> 8);
	seed[seed_length++] = (uint8_t)answer_length;
	memcpy(seed + seed_length, answer, answer_length);
	seed_length += answer_length;
}

static void
record_conversations(void)
{
	for (uint8_t i = 0; i < card_script_count; i++) {
		const uint8_t good[] = {i, 0x70, 0x00};
		char name[64];

		(void)snprintf(name, sizeof(name), "seeds/card/good-%u", i);
		save(name, good, sizeof(good));
		seed_length = 0;
		seed[seed_length++] = i;
		card_watcher = watch;
		(void)LLVMFuzzerTestOneInput(good, sizeof(good));
		card_watcher = NULL;
		(void)snprintf(name, sizeof(name), "seeds/card/answers-%u", i);
		save(name, seed, seed_length);
	}
}

/* ------------------------------------------------------------------- certificates, files */

static void
save_mode(const char *name, unsigned mode, const uint8_t *bytes, size_t length)
{
	char path[64];

	seed[0] = (uint8_t)mode;
	memcpy(seed + 1, bytes, length);
	(void)snprintf(path, sizeof(path), "seeds/certificate/%s", name);
	save(path, seed, 1 + length);
}

static void
make_certificates(void)
{
	static const struct {
		const char *name;
		enum good_file file;
		unsigned mode;
	} rows[] = {
	    {"authentication", GOOD_AUTHENTICATION, 0},
	    {"authentication-ca", GOOD_AUTHENTICATION_CA, 1},
	    {"signature", GOOD_SIGNATURE, 4},
	    {"signature-ca", GOOD_SIGNATURE_CA, 5},
	    {"in-small-blocks", GOOD_SIGNATURE, 12},
	    {"token-info", GOOD_INFO, 2},
	    {"presence", GOOD_PRESENCE, 3},
	    {"parsed", GOOD_SIGNATURE, 16},
	    {"parsed-ca", GOOD_SIGNATURE_CA, 17},
	    {"info-as-certificate", GOOD_INFO, 0},
	    {"own-as-ca", GOOD_AUTHENTICATION, 1},
	};
	const uint8_t *bytes;
	size_t length;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bytes = good_card_file(rows[i].file, &length);
		save_mode(rows[i].name, rows[i].mode, bytes, length);
	}
	save_mode("empty", 0, bytes, 0);
	save_mode("half", 0, bytes, length / 2);
	save_mode("short-info", 2, bytes, 40);
	save_mode("short-presence", 3, bytes, 2);
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: make-seeds FOLDER\n");
		return EXIT_FAILURE;
	}
	folder = argv[1];
	record_card();
	good_card_load();
	record_conversations();
	make_certificates();
	return EXIT_SUCCESS;
}
