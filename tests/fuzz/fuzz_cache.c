/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What is kept of a card in a file (src/reader/cache.h), while the good card is in the reader. An
 * input: one byte tells how it is to be taken, the rest is the file, or what becomes of a good one.
 * The module may take of it what it likes, but not to harm anybody: the card is asked nothing that
 * it is not asked otherwise, a signature is the card's, and a file that was wrong is soon mended.
 *
 *	bit 0   the sum is made right
 *	bit 1   it was written just now
 *	bit 2   of the card's model
 *	bit 3   the rest is changes of the good file: where (2 bytes), and what is added to that
 *	bit 4   ... the first of which tells how many bytes of the file there are
 */

#include <dirent.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/store.h"
#include "fuzz.h"
#include "good_token.h"
#include "objects.h"
#include "reader/cache.h"
#include "transport.h"

/* In a file: the sum of what follows it, which begins with the time. */
#define SUM_AT 16
#define WRITTEN_AT 24
/* Both signatures and what comes before them: more would be a second attempt of something. */
#define SIGNATURES 2

enum { CARD, MODEL, KINDS };

static struct good_card good;
static char folder[] = "/tmp/jpki-fuzz-cache-XXXXXX";

static struct kept {
	char path[128];
	uint8_t bytes[STORE_FILE_MAX];
	size_t length;
} kept[KINDS];

static void
remove_folder(void)
{
	char path[64];
	bool done;

	(void)cache_clear(&done);
	(void)snprintf(path, sizeof(path), "%s/jpki", folder);
	(void)rmdir(path);
	(void)rmdir(folder);
}

/* ---------------------------------------------------------------------- what a program does */

/* The card's own certificate begins with what the card has given. */
static void
judge_value(CK_SESSION_HANDLE session)
{
	static CK_BYTE value[JPKI_CERTIFICATE_MAX];
	CK_ULONG value_length = sizeof(value);
	size_t length;
	const uint8_t *bytes = good_card_file(GOOD_AUTHENTICATION, &length);

	if (!objects_certificate(session, value, &value_length))
		return;
	fuzz_check(value_length >= 256);
	fuzz_check(memcmp(value, bytes, 256) == 0);
}

static bool
sign(CK_SESSION_HANDLE session)
{
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_ULONG length = sizeof(signature);
	CK_OBJECT_HANDLE key = objects_first(session, CKO_PRIVATE_KEY);
	size_t size;
	const uint8_t *right = good_card_file(GOOD_AUTHENTICATION_PKCS1, &size);

	if (pkcs11_sign(pkcs11_linked(), session, CKM_RSA_PKCS, key, good_digest_info,
		GOOD_DIGEST_INFO_SIZE, signature, &length) != CKR_OK)
		return false;
	fuzz_check(length == size && memcmp(signature, right, size) == 0);
	return true;
}

static void
use_card(void)
{
	const CK_FUNCTION_LIST *list = pkcs11_linked();
	CK_SESSION_HANDLE session;
	CK_SLOT_ID slots[2];
	CK_ULONG count = 2;
	CK_TOKEN_INFO info;
	bool signed_once = false;

	fuzz_check(C_GetSlotList(CK_FALSE, slots, &count) == CKR_OK && count == 2);
	fuzz_check(C_GetTokenInfo(JPKI_AUTHENTICATION, &info) == CKR_OK);
	(void)C_GetTokenInfo(JPKI_SIGNATURE, &info);
	fuzz_check(pkcs11_open_session(list, JPKI_AUTHENTICATION, 0, &session) == CKR_OK);
	objects_read(session);
	judge_value(session);
	fuzz_check(good_token_login(session, JPKI_AUTHENTICATION, CKU_USER, GOOD_PIN) == CKR_OK);
	for (int i = 0; i < SIGNATURES; i++)
		signed_once = sign(session);
	fuzz_check(signed_once);
	(void)C_CloseSession(session);
	if (pkcs11_open_session(list, JPKI_SIGNATURE, 0, &session) == CKR_OK) {
		objects_read(session);
		(void)C_CloseSession(session);
	}
}

static void
use(void)
{
	good_card_new(&good);
	good_token_insert(&good);
	use_card();
	transport_check_idle();
	transport_remove();
}

/* ------------------------------------------------------------------------------- the files */

static void
learn(int folder_opened, const char *name, const char *prefix, struct kept *file)
{
	if (strncmp(name, prefix, strlen(prefix)) != 0)
		return;
	(void)snprintf(file->path, sizeof(file->path), "%s/jpki/%s", folder, name);
	file->length = store_read(folder_opened, name, file->bytes, sizeof(file->bytes), NULL);
}

static bool
learn_one(int folder_opened, const char *name, void *context)
{
	(void)context;
	learn(folder_opened, name, "card-", &kept[CARD]);
	learn(folder_opened, name, "model-", &kept[MODEL]);
	return true;
}

static char model[17];

static bool
take_model(const struct cached *cached, void *context)
{
	(void)context;
	strcpy(model, cached->model);
	return false;
}

/* What the module writes itself. */
static void
learn_files(void)
{
	int opened;

	use();
	cache_each(take_model, NULL);
	cache_note_pss_refused(model, JPKI_AUTHENTICATION);
	opened = store_open(false);
	store_each(opened, learn_one, NULL);
	(void)close(opened);
	fuzz_check(kept[CARD].length > 0 && kept[MODEL].length > 0);
}

void
fuzz_prepare(void)
{
	good_token_prepare();
	fuzz_check(mkdtemp(folder) != NULL && setenv("XDG_CACHE_HOME", folder, 1) == 0);
	(void)atexit(remove_folder);
	fuzz_check(C_Initialize(NULL) == CKR_OK);
	learn_files();
}

static size_t
change(struct fuzz_input *input, bool cut_off, uint8_t *bytes, size_t length)
{
	if (cut_off)
		length = fuzz_word(input) % (length + 1);
	while (input->left > 0 && length > 0) {
		size_t at = fuzz_word(input) % length;

		bytes[at] = (uint8_t)(bytes[at] + fuzz_byte(input));
	}
	return length;
}

static void
finish(unsigned mode, uint8_t *bytes, size_t length)
{
	int64_t now = time(NULL);
	uint64_t sum;

	if ((mode & 2) != 0 && length >= WRITTEN_AT + sizeof(now))
		memcpy(bytes + WRITTEN_AT, &now, sizeof(now));
	if ((mode & 1) == 0 || length < WRITTEN_AT)
		return;
	sum = checksum_add(CHECKSUM_START, bytes + WRITTEN_AT, length - WRITTEN_AT);
	memcpy(bytes + SUM_AT, &sum, sizeof(sum));
}

static void
write_file(const char *path, const uint8_t *bytes, size_t length)
{
	FILE *file = fopen(path, "wb");

	fuzz_check(file != NULL && fwrite(bytes, 1, length, file) == length);
	fuzz_check(fclose(file) == 0);
}

static bool
is_shown_well(const char text[17])
{
	size_t length = strnlen(text, 17);

	for (size_t i = 0; i < length; i++)
		if (text[i] < 0x20 || text[i] > 0x7E)
			return false;
	return length < 17;
}

static bool
judge_shown(const struct cached *cached, void *context)
{
	(void)context;
	fuzz_check(is_shown_well(cached->model) && is_shown_well(cached->serial));
	fuzz_check(cached->written <= time(NULL) && cached->written > time(NULL) - CACHE_AGE_S - 9);
	return true;
}

void
fuzz_try(struct fuzz_input *input)
{
	static uint8_t file[STORE_FILE_MAX];
	unsigned mode = fuzz_byte(input);
	const struct kept *kind = &kept[(mode & 4) != 0 ? MODEL : CARD];
	size_t size = input->left < sizeof(file) ? input->left : sizeof(file);
	bool done;

	if ((mode & 8) == 0) {
		memcpy(file, input->at, size);
	} else {
		memcpy(file, kind->bytes, kind->length);
		size = change(input, (mode & 16) != 0, file, kind->length);
	}
	finish(mode, file, size);
	write_file(kept[CARD].path, kept[CARD].bytes, (mode & 4) != 0 ? kept[CARD].length : 0);
	write_file(kind->path, file, size);
	cache_each(judge_shown, NULL);
	use();
	cache_each(judge_shown, NULL);
	(void)cache_clear(&done);
	fuzz_check(done);
}
