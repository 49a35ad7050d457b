/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * make-seeds FOLDER [card]: records conversations of the module with the good card into
 * FOLDER/seeds/card, and makes the seeds of fuzz_certificate and fuzz_calls; with the word card it
 * first records a new virtual card into FOLDER/card, which all of them are made of. FOLDER is
 * tests/fuzz; it must hold card/ and seeds/ with a folder a target, and this program has been built
 * for it.
 */

#include <glob.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "fuzz_calls.h"
#include "fuzz_card.h"
#include "good_card.h"
#include "vcard.h"

static const char *folder;

/* A file of that name in a folder of FOLDER. */
static void
save(const char *where, const char *name, const uint8_t *bytes, size_t length)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s/%s", folder, where, name);
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
	save("card", row->name, contents, length);
}

static void
save_signature(
    struct vcard *card, uint8_t ef, uint8_t p1, const uint8_t *data, size_t size, const char *file)
{
	uint8_t command[64] = {0x80, 0x2A, p1, (uint8_t)(0x80 | ef), (uint8_t)size};
	uint8_t response[VCARD_RESPONSE_MAX];

	memcpy(command + 5, data, size);
	fuzz_check(ask(card, command, 5 + size + 1, response) == 256);
	save("card", file, response, 256);
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

/* A script with the good card, as an input. */
static void
play(uint8_t script, card_watch *watcher)
{
	const uint8_t good[] = {script, 0x70, 0x00};

	card_watcher = watcher;
	(void)LLVMFuzzerTestOneInput(good, sizeof(good));
	card_watcher = NULL;
}

static void
record_conversations(void)
{
	for (size_t i = 0; i < card_script_count; i++) {
		const uint8_t good[] = {(uint8_t)i, 0x70, 0x00};
		char name[64];

		(void)snprintf(name, sizeof(name), "good-%zu", i);
		save("seeds/card", name, good, sizeof(good));
		seed_length = 0;
		seed[seed_length++] = (uint8_t)i;
		play((uint8_t)i, watch);
		(void)snprintf(name, sizeof(name), "answers-%zu", i);
		save("seeds/card", name, seed, seed_length);
	}
}

/* ----------------------------------------------------------- a good card but for one answer */

/* The first command of that kind in a script: which exchange is it? */
static uint8_t wanted_ins;
static unsigned exchanges, wanted_at;

static void
look_for(const uint8_t *command, size_t length, const uint8_t *answer, size_t answer_length)
{
	(void)answer;
	(void)answer_length;
	if (wanted_at == 0 && command[1] == wanted_ins && (wanted_ins != 0x20 || length > 5))
		wanted_at = exchanges;
	exchanges++;
}

static void
make_mishaps(void)
{
	static const struct {
		const char *name;
		uint8_t script, ins, record[4], length;
	} rows[] = {
	    {"wrong-signature", 1, 0x2A, {0x60, 0x05, 0x01}, 3},
	    {"short-signature", 1, 0x2A, {0x50, 0x64}, 2},
	    {"no-pss", 7, 0x2A, {0x40, 0x00, 0x6A, 0x86}, 4},
	    {"reset-at-signature", 2, 0x2A, {0x30, 0x01}, 2},
	    {"removed-at-signature", 2, 0x2A, {0x30, 0x05}, 2},
	    {"lost-at-signature", 1, 0x2A, {0x21, 0x00}, 2},
	    {"wrong-pin", 1, 0x20, {0x40, 0x00, 0x63, 0xC2}, 4},
	    {"pin-blocks", 2, 0x20, {0x40, 0x00, 0x63, 0xC0}, 4},
	    {"pin-blocked", 2, 0x20, {0x40, 0x00, 0x69, 0x84}, 4},
	    {"pin-refused-oddly", 1, 0x20, {0x40, 0x00, 0x6F, 0x00}, 4},
	    {"answer-to-pin-lost", 1, 0x20, {0x21, 0x00}, 2},
	    {"answer-to-pin-late", 2, 0x20, {0x21, 0x01}, 2},
	    {"reset-at-pin", 2, 0x20, {0x30, 0x01}, 2},
	    {"exchanged-at-pin", 1, 0x20, {0x30, 0x00}, 2},
	    {"more-than-the-pin", 1, 0x20, {0x40, 0x00, 0x61, 0x10}, 4},
	    {"change-refused", 4, 0x24, {0x40, 0x00, 0x69, 0x85}, 4},
	    {"change-lost", 5, 0x24, {0x21, 0x00}, 2},
	    {"no-application", 1, 0xA4, {0x40, 0x00, 0x6A, 0x82}, 4},
	    {"select-in-two", 1, 0xA4, {0x40, 0x00, 0x61, 0x02}, 4},
	    {"first-command-fails", 1, 0xA4, {0x40, 0x00, 0x6F, 0x00}, 4},
	    {"no-short-identifiers", 1, 0xB0, {0x40, 0x00, 0x6A, 0x86}, 4},
	    {"read-in-two", 1, 0xB0, {0x40, 0x00, 0x61, 0x10}, 4},
	    {"other-length", 1, 0xB0, {0x40, 0x00, 0x6C, 0x10}, 4},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		wanted_ins = rows[i].ins;
		exchanges = wanted_at = 0;
		play(rows[i].script, look_for);
		seed[0] = rows[i].script;
		seed_length = 1;
		if (wanted_at > 0) {
			seed[seed_length++] = 0x10;
			seed[seed_length++] = (uint8_t)(wanted_at - 1);
		}
		memcpy(seed + seed_length, rows[i].record, rows[i].length);
		seed_length += rows[i].length;
		seed[seed_length++] = 0x70;
		seed[seed_length++] = 0x00;
		save("seeds/card", rows[i].name, seed, seed_length);
	}
}

/* ------------------------------------------------------------ other attributes, other numbers */

#define ATTRIBUTES_SCRIPT 13

/* The exchange after the first PIN reads the attributes; the first record is the number's. */
static unsigned read_at, record_at;

static void
look_for_reading(const uint8_t *command, size_t length, const uint8_t *answer, size_t answer_length)
{
	(void)answer;
	(void)answer_length;
	if (read_at == 0 && command[1] == 0x20 && length > 5)
		read_at = exchanges + 1;
	if (record_at == 0 && command[1] == 0xB2)
		record_at = exchanges;
	exchanges++;
}

/* The good card, but this is what it answers to that exchange. */
static void
save_answer(const char *name, unsigned at, const uint8_t *bytes, size_t length)
{
	const uint8_t head[] = {
	    ATTRIBUTES_SCRIPT, 0x10, (uint8_t)(at - 1), 0x00, (uint8_t)(length + 2)};

	memcpy(seed, head, sizeof(head));
	seed_length = sizeof(head);
	memcpy(seed + seed_length, bytes, length);
	seed_length += length;
	memcpy(seed + seed_length, "\x90\x00\x70\x00", 4);
	save("seeds/card", name, seed, seed_length + 4);
}

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

static void
make_attributes(void)
{
	static const struct {
		const char *name;
		bool number;
		const uint8_t *bytes;
		size_t length;
	} rows[] = {
	    {"attributes-cut-off", false, BYTES("\xFF\x20\x0A\xDF\x22\x01Z\xDF\x23")},
	    {"attributes-twice", false, BYTES("\x30\x08\xDF\x22\x01Z\xDF\x22\x01Z")},
	    {"attributes-no-text", false, BYTES("\x30\x05\xDF\x22\x02\xC0\x80")},
	    {"attributes-without-end", false, BYTES("\x30\x80\xDF\x22\x01Z\x00\x00")},
	    {"attributes-long", false, BYTES("\xFF\x20\x82\x03\x00\xDF\x23\x82\x02\xF9Z")},
	    {"attributes-huge", false, BYTES("\x30\x84\x7F\xFF\xFF\xFF\xDF\x22\x01Z")},
	    {"number-short", true, BYTES("\x46\x0EJM123456789012")},
	    {"number-cut-off", true, BYTES("\x46\x7FJM1234567890123")},
	};

	exchanges = read_at = record_at = 0;
	play(ATTRIBUTES_SCRIPT, look_for_reading);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		save_answer(rows[i].name, rows[i].number ? record_at : read_at, rows[i].bytes,
		    rows[i].length);
}

/* ------------------------------------------------------------------- certificates, files */

static void
save_mode(const char *name, unsigned mode, const uint8_t *bytes, size_t length)
{
	seed[0] = (uint8_t)mode;
	memcpy(seed + 1, bytes, length);
	save("seeds/certificate", name, seed, 1 + length);
}

/* Another citizen's, which names an OCSP responder, as those of real cards may. */
static void
record_address(void)
{
	static const struct vcard_citizen citizen = {
	    .name = "番号　太郎", .sex = "1", .ocsp_address = "http://ocsp.example/jpki"};
	struct vcard_error error;
	struct vcard_pki *pki;
	uint8_t *der = NULL;
	int length;

	if (vcard_pki_open(&pki, NULL, &citizen, &error) != 0) {
		fprintf(stderr, "%s\n", error.text);
		exit(EXIT_FAILURE);
	}
	length = i2d_X509(vcard_pki_certificate(pki, VCARD_CERTIFICATE_SIGNATURE), &der);
	fuzz_check(length > 0);
	save_mode("ocsp-address", 4, der, (size_t)length);
	save_mode("parsed-ocsp-address", 16, der, (size_t)length);
	OPENSSL_free(der);
	vcard_pki_free(&pki);
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

/* ------------------------------------------------------------------- what is kept of a card */

/* All of it is read by the first scripts. The sum and the time are made right where it is used. */
static void
save_kept(const char *path)
{
	const uint8_t whole = 3;
	FILE *file = fopen(path, "rb");

	fuzz_check(file != NULL);
	seed[0] = whole;
	seed_length = 1 + fread(seed + 1, 1, sizeof(seed) - 1, file);
	memset(seed + 1 + 16, 0, 16);
	(void)fclose(file);
	save("seeds/cache", "whole", seed, seed_length);
	save("seeds/cache", "half", seed, seed_length / 2);
	save("seeds/cache", "no-certificates", seed, 1 + 168);
}

static void
make_kept(void)
{
	static const struct {
		const char *name;
		uint8_t bytes[8], length;
	} rows[] = {
	    {"good", {11}, 1},
	    {"good-model", {15}, 1},
	    {"old", {9, 0, 31, 0x80}, 4},
	    {"sum-wrong", {10, 0, 40, 1}, 4},
	    {"cut-off", {27, 1, 0}, 3},
	    {"no-signature-certificate", {11, 0, 140, 0xFF}, 4},
	    {"other-kind", {11, 0, 32, 1}, 4},
	    {"other-key", {11, 2, 0, 1}, 4},
	    {"length", {11, 0, 144, 1}, 4},
	    {"model-other", {15, 0, 32, 1}, 4},
	    {"model-cut-off", {31, 0, 30}, 3},
	};
	char folder_kept[] = "/tmp/jpki-seeds-XXXXXX", pattern[64];
	glob_t found;

	fuzz_check(mkdtemp(folder_kept) != NULL);
	fuzz_check(setenv("XDG_CACHE_HOME", folder_kept, 1) == 0);
	for (uint8_t i = 0; i < 4; i++)
		play(i, NULL);
	(void)snprintf(pattern, sizeof(pattern), "%s/jpki/card-*", folder_kept);
	fuzz_check(glob(pattern, 0, NULL, &found) == 0 && found.gl_pathc == 1);
	save_kept(found.gl_pathv[0]);
	(void)remove(found.gl_pathv[0]);
	globfree(&found);
	(void)snprintf(pattern, sizeof(pattern), "%s/jpki", folder_kept);
	(void)rmdir(pattern);
	(void)rmdir(folder_kept);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		save("seeds/cache", rows[i].name, rows[i].bytes, rows[i].length);
}

/* --------------------------------------------------------------------------------- calls */

/* A call: what, in which session, of which object or slot, no pointer left out, other arguments. */
#define CALL(name, session, object, ...) NUMBER_##name, session, object, 0, __VA_ARGS__
#define SHORT_CALL(name, session, object) NUMBER_##name, session, object, 0
#define READ_ONLY 0
#define READ_WRITE 2
#define AUTHENTICATION 0
#define SIGNATURE 1
#define RIGHT_PIN 0
#define RIGHT_PASSWORD 1
#define USER 0
#define CONTEXT_SPECIFIC 3
#define KEY 3 /* the private key is the fourth object */
#define PUBLIC_KEY 2
#define PKCS1 0
#define SHA256_PKCS1 3
#define PSS 6
#define SHA256_PSS 7
#define SHA256 10
#define PLAIN 0
#define ROOM_256 0x85
#define ROOM_32 0x20
#define TEXT 4, 't', 'e', 'x', 't'
#define HASH                                                                                       \
	32, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, \
	    25, 26, 27, 28, 29, 30, 31, 32

#define SEED(name, ...) static const uint8_t name[] = {__VA_ARGS__}

SEED(calls_slots, SHORT_CALL(call_get_info, 0, 0), CALL(call_get_slot_list, 0, 0, 4, 1),
    SHORT_CALL(call_get_slot_info, 0, AUTHENTICATION),
    SHORT_CALL(call_get_token_info, 0, SIGNATURE),
    CALL(call_get_mechanism_list, 0, AUTHENTICATION, 20),
    CALL(call_get_mechanism_info, 0, AUTHENTICATION, PSS), CALL(call_wait_for_slot_event, 0, 0, 0),
    CALL(call_lists, 0, 0, 2, 3, 0, 0, 0));
SEED(calls_authentication, CALL(call_open_session, 0, AUTHENTICATION, READ_ONLY),
    CALL(call_login, 0, 0, RIGHT_PIN, USER), SHORT_CALL(find_all, 0, 0), SHORT_CALL(read_all, 0, 0),
    CALL(call_sign_init, 0, KEY, SHA256_PKCS1, PLAIN), CALL(call_sign, 0, 0, TEXT, ROOM_256),
    CALL(call_sign_init, 0, KEY, PSS, PLAIN), CALL(call_sign, 0, 0, HASH, ROOM_256),
    SHORT_CALL(call_logout, 0, 0), SHORT_CALL(call_close_session, 0, 0));
SEED(calls_signature, CALL(call_open_session, 0, SIGNATURE, READ_ONLY),
    CALL(call_login_user, 0, 0, RIGHT_PASSWORD, 0, USER), SHORT_CALL(find_all, 0, 0),
    CALL(time_passes, 0, 0, 200), CALL(call_sign_init, 0, KEY, SHA256_PSS, PLAIN),
    CALL(call_login, 0, 0, RIGHT_PASSWORD, CONTEXT_SPECIFIC), CALL(call_sign_update, 0, 0, TEXT),
    CALL(call_sign_final, 0, 0, ROOM_256), SHORT_CALL(call_get_session_info, 0, 0),
    SHORT_CALL(call_close_all_sessions, 0, SIGNATURE));
SEED(calls_change, CALL(call_open_session, 0, AUTHENTICATION, READ_WRITE),
    CALL(call_set_pin, 0, 0, RIGHT_PIN, 3), CALL(call_login, 0, 0, 3, USER),
    CALL(call_open_session, 0, SIGNATURE, READ_WRITE), CALL(call_set_pin, 1, 0, RIGHT_PASSWORD, 4),
    CALL(call_login, 1, 0, 4, USER), CALL(call_finalize, 0, 0, 0),
    CALL(call_initialize, 0, 0, 0x80, 0x80), SHORT_CALL(call_get_token_info, 0, AUTHENTICATION));
SEED(calls_wrong, CALL(call_open_session, 0, AUTHENTICATION, READ_ONLY),
    CALL(call_login, 0, 0, 5, USER), CALL(call_login, 0, 0, 5, USER),
    CALL(call_login, 0, 0, 5, USER), CALL(call_login, 0, 0, RIGHT_PIN, USER),
    SHORT_CALL(call_get_token_info, 0, AUTHENTICATION));
SEED(calls_software, CALL(call_open_session, 0, AUTHENTICATION, READ_ONLY),
    SHORT_CALL(find_all, 0, 0), CALL(call_digest_init, 0, 0, SHA256, PLAIN),
    CALL(call_digest, 0, 0, TEXT, ROOM_32), CALL(call_digest_init, 0, 0, SHA256, PLAIN),
    CALL(call_digest_update, 0, 0, TEXT, 0), CALL(call_digest_final, 0, 0, ROOM_32),
    CALL(call_verify_init, 0, PUBLIC_KEY, PKCS1, PLAIN), CALL(call_verify, 0, 0, TEXT, ROOM_256),
    CALL(call_verify_init, 0, PUBLIC_KEY, SHA256_PSS, PLAIN), CALL(call_verify_update, 0, 0, TEXT),
    CALL(call_verify_final, 0, 0, ROOM_256), CALL(call_find_objects_init, 0, 0, 1, 0, 0x41),
    CALL(call_find_objects, 0, 0, 4), SHORT_CALL(call_find_objects_final, 0, 0),
    CALL(call_get_attribute_value, 0, 0, 2, 3, 32, 6, 0xFF),
    CALL(call_object_writers, 0, 0, 1, 0, 0x41, 0), CALL(call_refused, 0, 0, 3, 0));
SEED(calls_events, CALL(call_open_session, 0, AUTHENTICATION, READ_ONLY),
    CALL(call_login, 0, 0, RIGHT_PIN, USER), SHORT_CALL(find_all, 0, 0), CALL(others_work, 0, 0, 0),
    SHORT_CALL(call_get_session_info, 0, 0), CALL(call_login, 0, 0, RIGHT_PIN, USER),
    CALL(others_work, 0, 0, 4), CALL(others_are_quick, 0, 0, 1, 0), SHORT_CALL(find_all, 0, 0),
    CALL(call_sign_init, 0, KEY, SHA256_PKCS1, PLAIN), CALL(call_sign, 0, 0, TEXT, ROOM_256),
    SHORT_CALL(card_ejected, 0, 0), CALL(card_inserted, 0, 0, 1),
    CALL(call_wait_for_slot_event, 0, 0, 0), CALL(reader_changes, 0, 0, 2),
    CALL(call_get_slot_list, 0, 0, 4, 0), CALL(others_work, 0, 0, 5, 0),
    SHORT_CALL(call_get_slot_info, 0, 0), CALL(others_work, 0, 0, 5, 1));
SEED(calls_faults, CALL(card_differs, 0, 0, 13, 1),
    CALL(call_open_session, 0, SIGNATURE, READ_ONLY), CALL(card_fails, 0, 0, 0, 4, 0),
    CALL(call_login, 0, 0, RIGHT_PASSWORD, USER), CALL(way_fails, 0, 0, 9, 0, 2),
    CALL(call_login, 0, 0, RIGHT_PASSWORD, USER), CALL(way_fails, 0, 0, 10, 1, 1),
    CALL(call_login, 0, 0, RIGHT_PASSWORD, USER), SHORT_CALL(find_all, 0, 0),
    SHORT_CALL(read_all, 0, 0));

static void
make_calls(void)
{
	static const struct {
		const char *name;
		const uint8_t *bytes;
		size_t length;
	} rows[] = {
	    {"slots", calls_slots, sizeof(calls_slots)},
	    {"authentication", calls_authentication, sizeof(calls_authentication)},
	    {"signature", calls_signature, sizeof(calls_signature)},
	    {"change", calls_change, sizeof(calls_change)},
	    {"wrong", calls_wrong, sizeof(calls_wrong)},
	    {"software", calls_software, sizeof(calls_software)},
	    {"events", calls_events, sizeof(calls_events)},
	    {"faults", calls_faults, sizeof(calls_faults)},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		save("seeds/calls", rows[i].name, rows[i].bytes, rows[i].length);
}

int
main(int argc, char **argv)
{
	bool new_card = argc == 3 && strcmp(argv[2], "card") == 0;

	if (argc != 2 && !new_card) {
		fprintf(stderr, "usage: make-seeds FOLDER [card]\n");
		return EXIT_FAILURE;
	}
	folder = argv[1];
	if (new_card) {
		record_card();
		record_address();
	}
	(void)LLVMFuzzerInitialize(NULL, NULL); /* fuzz_card's */
	record_conversations();
	make_mishaps();
	make_attributes();
	make_certificates();
	make_kept();
	make_calls();
	return EXIT_SUCCESS;
}
