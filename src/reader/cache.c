/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/cache.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/log.h"
#include "base/store.h"
#include "card/ber.h"
#include "reader/settings.h"

#define CARD_PREFIX "card-"
#define MODEL_PREFIX "model-"
/* So many bytes at the start of a certificate contain its serial number (RFC 5280, 4.1.2.2). */
#define NAMED_BY 64

/* The certificates that are kept. */
static const struct kept {
	enum jpki_role role;
	enum jpki_certificate which;
} all_kept[] = {
    {JPKI_AUTHENTICATION, JPKI_CERTIFICATE},
    {JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE},
    {JPKI_SIGNATURE, JPKI_CA_CERTIFICATE},
};
#define KEPT (sizeof(all_kept) / sizeof(all_kept[0]))

/* The start of each file. The sum covers everything after it. */
struct header {
	char magic[16];
	uint64_t sum;
	int64_t written; /* time of the first writing, seconds since 1970 */
};

/* The file of a card. The bytes of its certificates follow. */
struct card_file {
	struct header header;
	uint64_t reader; /* hash of the name of the reader that habits.small_reads and .long_read
			    are for */
	struct jpki_token_info info;
	uint8_t signature;
	struct jpki_habits habits;
	/* cppcheck-suppress unusedStructMember ; zeroes, where padding may be what memory held */
	uint8_t unused[2];
	struct {
		uint16_t have, total;
	} length[KEPT];
	uint8_t bytes[];
};
#define BYTES_AT offsetof(struct card_file, bytes)

/* The file of a model. */
struct model_file {
	struct header header;
	char model[17];
	uint8_t refuses_pss[JPKI_ROLES];
	uint8_t unused[5];
};

/* Change the magic when these structures change. */
_Static_assert(BYTES_AT == 168 && sizeof(struct model_file) == 56, "the magic tells the layout");
static const char card_magic[16] = "JPKI card 2", model_magic[16] = "JPKI model 1";

static struct jpki_der *
der_of(struct reader *reader, size_t i)
{
	return &reader->keys[all_kept[i].role].der[all_kept[i].which];
}

static struct jpki_der *
head_of(struct reader *reader)
{
	return der_of(reader, 0);
}

static void
name_file(char name[STORE_NAME_SIZE], const char *prefix, const void *bytes, size_t length)
{
	snprintf(name, STORE_NAME_SIZE, "%s%016" PRIx64, prefix,
	    checksum_add(CHECKSUM_START, bytes, length));
}

/* How many bytes identify a card: the first block, or less if the card returns less at once. */
static size_t
head_length(const struct jpki_der *der)
{
	return der->have < 256 ? der->have : 256;
}

/*
 * The name must not change when more has been read, so it uses no more bytes than the first read of
 * any card returns.
 */
static void
name_card(char name[STORE_NAME_SIZE], const struct jpki_der *head)
{
	name_file(name, CARD_PREFIX, head->bytes, head->have < NAMED_BY ? head->have : NAMED_BY);
}

static uint64_t
sum_of(const struct header *header, size_t length)
{
	size_t start = offsetof(struct header, written);

	return checksum_add(CHECKSUM_START, (const char *)header + start, length - start);
}

static bool
is_young(int64_t written)
{
	time_t now = time(NULL);

	return written <= now && written > now - CACHE_AGE_S;
}

static bool
is_sound(const struct header *header, size_t length, const char magic[16])
{
	return memcmp(header->magic, magic, 16) == 0 && header->sum == sum_of(header, length) &&
	       is_young(header->written);
}

/* Text in the form that jpki_card_read_info gives it. */
static bool
is_text(const char *text, size_t size)
{
	const char *end = memchr(text, '\0', size);

	for (const char *at = text; at < end; at++)
		if (*at < 0x20 || *at > 0x7E)
			return false;
	return end != NULL;
}

static bool
info_is_sound(const struct jpki_token_info *info)
{
	return info->kind == JPKI_KIND_CARD && is_text(info->label, sizeof(info->label)) &&
	       is_text(info->manufacturer, sizeof(info->manufacturer)) &&
	       is_text(info->model, sizeof(info->model)) &&
	       is_text(info->serial, sizeof(info->serial));
}

/*
 * Are these `have` bytes the beginning of a certificate of `total` bytes? Nothing of nothing is
 * valid.
 */
static bool
begins_one(const uint8_t *bytes, size_t have, size_t total)
{
	struct ber object;

	if (have == 0)
		return total == 0;
	return have <= total && total <= JPKI_CERTIFICATE_MAX && bytes[0] == 0x30 &&
	       ber_head(bytes, have, &object) &&
	       object.length == total - (size_t)(object.value - bytes);
}

/* Do the lengths add up to the size of the file, and agree with the DER headers? */
static bool
certificates_are_sound(const struct card_file *file, size_t length)
{
	size_t at = 0, room = length - BYTES_AT;

	for (size_t i = 0; i < KEPT; i++) {
		size_t have = file->length[i].have;

		if (have > room - at || !begins_one(file->bytes + at, have, file->length[i].total))
			return false;
		at += have;
	}
	return at == room;
}

static bool
card_is_sound(const struct card_file *file, size_t length)
{
	return length >= BYTES_AT && is_sound(&file->header, length, card_magic) &&
	       info_is_sound(&file->info) && certificates_are_sound(file, length);
}

/* NULL if there is no valid file. The caller frees it. */
static struct card_file *
read_card(int folder, const char *name)
{
	struct card_file *file = malloc(STORE_FILE_MAX);
	size_t length = 0;

	if (file != NULL)
		length = store_read(folder, name, file, STORE_FILE_MAX, NULL);
	if (length > 0 && card_is_sound(file, length))
		return file;
	free(file);
	return NULL;
}

static struct card_file *
read_card_of(const struct jpki_der *head)
{
	char name[STORE_NAME_SIZE];
	struct card_file *file = NULL;
	size_t length = head_length(head);
	int folder = settings_now.cache ? store_open(false) : -1;

	if (folder < 0)
		return NULL;
	name_card(name, head);
	file = read_card(folder, name);
	(void)close(folder);
	if (file != NULL && file->length[0].total == head->total &&
	    file->length[0].have >= length && memcmp(file->bytes, head->bytes, length) == 0)
		return file;
	free(file);
	return NULL;
}

/* Copy what the file has more of. Bytes that were read from the card itself are not replaced. */
static void
fill_in(struct reader *reader, const struct card_file *file)
{
	const uint8_t *bytes = file->bytes;

	for (size_t i = 0; i < KEPT; i++) {
		struct jpki_der *der = der_of(reader, i);
		size_t have = file->length[i].have;

		if (have > der->have) {
			memcpy(der->bytes, bytes, have);
			der->have = have;
			der->total = file->length[i].total;
		}
		bytes += have;
	}
}

static uint64_t
reader_of(const struct reader *reader)
{
	return checksum_add(CHECKSUM_START, reader->state.name, strlen(reader->state.name));
}

/* In another reader, the habits that depend on the reader are not known. */
static void
expect_habits(struct reader *reader, const struct card_file *file)
{
	struct jpki_habits habits = file->habits;

	if (file->reader != reader_of(reader))
		habits.small_reads = habits.long_read = JPKI_HABIT_UNKNOWN;
	jpki_card_expect(reader->card, &habits);
	reader->cached_long_read = habits.long_read;
}

/* How many bytes of all certificates are known. */
static size_t
amount(struct reader *reader)
{
	size_t sum = 0;

	for (size_t i = 0; i < KEPT; i++)
		sum += der_of(reader, i)->have;
	return sum;
}

bool
cache_recall(struct reader *reader)
{
	struct card_file *file = read_card_of(head_of(reader));

	if (file == NULL)
		return false;
	fill_in(reader, file);
	expect_habits(reader, file);
	reader->info = file->info;
	reader->signature_listed = file->signature != 0;
	reader->cached = amount(reader);
	reader->cached_since = (time_t)file->header.written;
	log_line(LOG_INFO, "%s: a card that was here before", reader->state.name);
	free(file);
	return true;
}

/* NULL if there is no memory. The caller frees it. */
static struct card_file *
make_card(struct reader *reader, size_t *length)
{
	struct card_file *file;
	uint8_t *end;

	*length = BYTES_AT + amount(reader);
	file = calloc(1, *length);
	if (file == NULL)
		return NULL;
	memcpy(file->header.magic, card_magic, sizeof(card_magic));
	file->header.written = reader->cached_since;
	file->reader = reader_of(reader);
	file->info = reader->info;
	file->signature = reader->signature_listed;
	jpki_card_habits(reader->card, &file->habits);
	end = file->bytes;
	for (size_t i = 0; i < KEPT; i++) {
		const struct jpki_der *der = der_of(reader, i);

		file->length[i].have = (uint16_t)der->have;
		file->length[i].total = (uint16_t)der->total;
		memcpy(end, der->bytes, der->have);
		end += der->have;
	}
	file->header.sum = sum_of(&file->header, *length);
	return file;
}

static void
write_file(const char *name, const void *file, size_t length)
{
	int folder = store_open(true);

	if (folder < 0)
		return;
	if (!store_write(folder, name, file, length, CACHE_CARDS_MAX, CACHE_AGE_S))
		log_line(LOG_INFO, "what is known of the card could not be kept");
	(void)close(folder);
}

static bool
may_keep(struct reader *reader)
{
	const struct key *key = &reader->keys[JPKI_AUTHENTICATION];

	return settings_now.cache && reader->card != NULL && reader->info.kind == JPKI_KIND_CARD &&
	       key->present && !key->private_certificate && !key->doubtful &&
	       head_of(reader)->have > 0;
}

/* Compares all but the headers. The lengths are equal if the first comparison is. */
static bool
says_the_same(const struct card_file *a, const struct card_file *b)
{
	size_t start = sizeof(struct header), bytes = 0;

	if (memcmp((const char *)a + start, (const char *)b + start, BYTES_AT - start) != 0)
		return false;
	for (size_t i = 0; i < KEPT; i++)
		bytes += a->length[i].have;
	return memcmp(a->bytes, b->bytes, bytes) == 0;
}

/* Other programs may have read more of the card meanwhile: keep that, too. */
static void
keep(struct reader *reader)
{
	struct card_file *old = read_card_of(head_of(reader)), *file;
	char name[STORE_NAME_SIZE];
	size_t length;

	if (old != NULL)
		fill_in(reader, old);
	if (reader->cached == 0)
		reader->cached_since = old != NULL ? (time_t)old->header.written : time(NULL);
	reader->cached = amount(reader);
	file = make_card(reader, &length);
	name_card(name, head_of(reader));
	if (file != NULL && (old == NULL || !says_the_same(old, file)))
		write_file(name, file, length);
	free(file);
	free(old);
}

void
cache_keep(struct reader *reader)
{
	struct jpki_habits habits;

	if (!may_keep(reader))
		return;
	jpki_card_habits(reader->card, &habits);
	if (amount(reader) > reader->cached || habits.long_read != reader->cached_long_read) {
		keep(reader);
		reader->cached_long_read = habits.long_read;
	}
}

void
cache_drop(struct reader *reader)
{
	char name[STORE_NAME_SIZE];
	int folder = reader->cached > 0 ? store_open(false) : -1;

	reader->cached = 0;
	reader->signature_listed = false; /* it must be read again, not written to a new file */
	if (folder < 0)
		return;
	name_card(name, head_of(reader));
	(void)store_remove(folder, name);
	(void)close(folder);
}

static bool
read_model(int folder, const char *name, struct model_file *file)
{
	return store_read(folder, name, file, sizeof(*file), NULL) == sizeof(*file) &&
	       is_sound(&file->header, sizeof(*file), model_magic) &&
	       is_text(file->model, sizeof(file->model));
}

static bool
read_model_called(const char *model, struct model_file *file)
{
	char name[STORE_NAME_SIZE];
	int folder = settings_now.cache && model[0] != '\0' ? store_open(false) : -1;
	bool found;

	if (folder < 0)
		return false;
	name_file(name, MODEL_PREFIX, model, strlen(model));
	found = read_model(folder, name, file) && strcmp(file->model, model) == 0;
	(void)close(folder);
	return found;
}

bool
cache_refuses_pss(const char *model, enum jpki_role role)
{
	struct model_file file;

	return read_model_called(model, &file) && file.refuses_pss[role] != 0;
}

void
cache_note_pss_refused(const char *model, enum jpki_role role)
{
	char name[STORE_NAME_SIZE];
	struct model_file file;

	if (!settings_now.cache || model[0] == '\0')
		return;
	if (!read_model_called(model, &file)) {
		file = (struct model_file){.header = {.written = time(NULL)}};
		memcpy(file.header.magic, model_magic, sizeof(model_magic));
		strncpy(file.model, model, sizeof(file.model) - 1);
	}
	file.refuses_pss[role] = 1;
	file.header.sum = sum_of(&file.header, sizeof(file));
	name_file(name, MODEL_PREFIX, model, strlen(model));
	write_file(name, &file, sizeof(file));
}

static bool
starts(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static bool
describe_card(int folder, const char *name, struct cached *cached)
{
	struct card_file *file = read_card(folder, name);

	if (file == NULL)
		return false;
	cached->written = (time_t)file->header.written;
	memcpy(cached->model, file->info.model, sizeof(cached->model));
	memcpy(cached->serial, file->info.serial, sizeof(cached->serial));
	for (size_t i = 0; i < KEPT; i++) {
		bool whole =
		    file->length[i].have > 0 && file->length[i].have == file->length[i].total;

		if (all_kept[i].which == JPKI_CERTIFICATE)
			cached->certificate = whole;
		else
			cached->ca[all_kept[i].role] = whole;
	}
	free(file);
	return true;
}

static bool
describe_model(int folder, const char *name, struct cached *cached)
{
	struct model_file file;

	if (!read_model(folder, name, &file))
		return false;
	cached->of_model = true;
	cached->written = (time_t)file.header.written;
	memcpy(cached->model, file.model, sizeof(cached->model));
	for (int role = 0; role < JPKI_ROLES; role++)
		cached->refuses_pss[role] = file.refuses_pss[role] != 0;
	return true;
}

struct showing {
	bool (*each)(const struct cached *cached, void *context);
	void *context;
};

static bool
show_one(int folder, const char *name, void *context)
{
	const struct showing *showing = context;
	struct cached cached = {0};
	bool found = starts(name, CARD_PREFIX)
			 ? describe_card(folder, name, &cached)
			 : starts(name, MODEL_PREFIX) && describe_model(folder, name, &cached);

	return !found || showing->each(&cached, showing->context);
}

void
cache_each(bool (*each)(const struct cached *cached, void *context), void *context)
{
	struct showing showing = {each, context};
	int folder = store_open(false);

	if (folder < 0)
		return;
	store_each(folder, show_one, &showing);
	(void)close(folder);
}

struct clearing {
	unsigned count;
	bool done;
};

static bool
clear_one(int folder, const char *name, void *context)
{
	struct clearing *clearing = context;
	bool begun = starts(name, STORE_NEW_PREFIX);

	if (!begun && !starts(name, CARD_PREFIX) && !starts(name, MODEL_PREFIX))
		return true;
	if (!store_remove(folder, name))
		clearing->done = false;
	else if (!begun)
		clearing->count++;
	return true;
}

unsigned
cache_clear(bool *done)
{
	struct clearing clearing = {.done = true};
	int folder = store_open(false);

	if (folder >= 0) {
		store_each(folder, clear_one, &clearing);
		(void)close(folder);
	}
	*done = clearing.done;
	return clearing.count;
}
