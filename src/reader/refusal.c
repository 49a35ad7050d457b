/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/refusal.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/clock.h"
#include "base/secret.h"
#include "reader/crypto.h"

#define KEY_SIZE 32
#define DIGEST_SIZE 32
/* More rows than a few cards have tries in all. */
#define ROWS 32
/* A greater length is taken for a mistake of the program: then the bytes are not read. */
#define GIVEN_MAX 1024

struct row {
	uint64_t insertion;
	enum jpki_role role;
	uint8_t digest[DIGEST_SIZE];
	uint64_t noted_at; /* 0: the row is free */
	bool told;	   /* the caller that gave it was told that it is wrong */
	bool by_card;
	bool lost;	/* by_card is not certain: the answer was lost */
	unsigned tries; /* that the card had left after refusing it */
};

/*
 * Shared with other modules and with children: if this structure changes, so must the name below.
 */
struct memory {
	pthread_mutex_t lock;
	uint8_t key[KEY_SIZE];
	struct row rows[ROWS];
};

/*
 * One for the whole process, however many modules contain this code: the dynamic linker binds a
 * symbol of type STB_GNU_UNIQUE to the first one that it finds.
 */
extern _Atomic(struct memory *) jpki_refusals_1;
__asm__(".pushsection .bss.jpki_refusals_1, \"aw\", %nobits\n"
	".globl jpki_refusals_1\n"
	".type jpki_refusals_1, %gnu_unique_object\n"
	".balign 8\n"
	"jpki_refusals_1:\n"
	".zero 8\n"
	".size jpki_refusals_1, 8\n"
	".popsection");

/*
 * A robust lock survives a process that dies while it holds it; at most one row is half written
 * then.
 */
static void
make_lock(pthread_mutex_t *lock)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(lock, &attributes);
	pthread_mutexattr_destroy(&attributes);
}

/* getentropy, because OpenSSL's generator would leave each thread something to clean up. */
static struct memory *
make_memory(void)
{
	struct memory *memory = secret_share(sizeof(*memory));

	if (memory == NULL)
		return NULL;
	if (getentropy(memory->key, KEY_SIZE) != 0) {
		secret_unshare(memory, sizeof(*memory));
		return NULL;
	}
	make_lock(&memory->lock);
	return memory;
}

bool
refusal_start(void)
{
	struct memory *none = NULL, *memory;

	if (atomic_load(&jpki_refusals_1) != NULL)
		return true;
	memory = make_memory();
	if (memory == NULL)
		return false;
	/* another module may have been quicker */
	if (!atomic_compare_exchange_strong(&jpki_refusals_1, &none, memory))
		secret_unshare(memory, sizeof(*memory));
	return true;
}

/* Lock and return the memory; the caller unlocks it. NULL before the first start. */
static struct memory *
lock_memory(void)
{
	struct memory *memory = atomic_load(&jpki_refusals_1);

	if (memory != NULL && pthread_mutex_lock(&memory->lock) == EOWNERDEAD)
		(void)pthread_mutex_consistent(&memory->lock);
	return memory;
}

/* A PIN that is far too long is identified by its length alone; its bytes cannot be a PIN. */
static bool
digest_of(const struct memory *memory, const struct refused *refused, uint8_t digest[DIGEST_SIZE])
{
	bool fits = refused->length <= GIVEN_MAX;
	const void *bytes = fits ? refused->bytes : (const void *)&refused->length;
	size_t length = fits ? refused->length : sizeof(refused->length), size = 0;
	OSSL_LIB_CTX *context = crypto_context();

	return context != NULL &&
	       EVP_Q_mac(context, "HMAC", NULL, "SHA256", NULL, memory->key, KEY_SIZE, bytes,
		   length, digest, DIGEST_SIZE, &size) != NULL &&
	       size == DIGEST_SIZE;
}

static bool
is_of(const struct row *row, uint64_t insertion, enum jpki_role role)
{
	return row->noted_at != 0 && row->insertion == insertion && row->role == role;
}

/* The row of a PIN, or NULL. The digest is only made if there is a row to compare with. */
static struct row *
find_inlock(struct memory *memory, const struct refused *refused)
{
	uint8_t digest[DIGEST_SIZE];
	bool made = false;

	for (struct row *row = memory->rows; row < memory->rows + ROWS; row++) {
		if (!is_of(row, refused->insertion, refused->role))
			continue;
		if (!made && !digest_of(memory, refused, digest))
			return NULL;
		made = true;
		if (CRYPTO_memcmp(digest, row->digest, DIGEST_SIZE) == 0)
			return row;
	}
	return NULL;
}

/* The row to reuse: a free one, else the oldest that no card has refused, else the oldest. */
static struct row *
spare_row_inlock(struct memory *memory)
{
	struct row *spare = memory->rows;

	for (struct row *row = spare + 1; row < memory->rows + ROWS; row++) {
		bool better = row->noted_at < spare->noted_at;

		if (row->by_card != spare->by_card && row->noted_at != 0)
			better = spare->by_card;
		if (better)
			spare = row;
	}
	return spare;
}

/* Add what `news` says about this PIN, in a new row if it has none. */
static void
note(const struct refused *refused, const struct row *news)
{
	struct row new = {.insertion = refused->insertion, .role = refused->role};
	struct memory *memory = lock_memory();
	struct row *row;

	if (memory == NULL)
		return;
	row = find_inlock(memory, refused);
	if (row == NULL && digest_of(memory, refused, new.digest)) {
		row = spare_row_inlock(memory);
		*row = new;
	}
	if (row != NULL) {
		if (news->told || row->noted_at == 0)
			row->noted_at = clock_now_ms();
		row->told |= news->told;
		row->by_card |= news->by_card;
		if (news->by_card) {
			row->lost = news->lost;
			row->tries = news->tries;
		}
	}
	pthread_mutex_unlock(&memory->lock);
}

void
refusal_note(const struct refused *refused)
{
	note(refused, &(struct row){.told = true});
}

void
refusal_note_card(const struct refused *refused, unsigned tries)
{
	note(refused, &(struct row){.told = true, .by_card = true, .tries = tries});
}

void
refusal_note_lost(const struct refused *refused, unsigned tries)
{
	note(refused, &(struct row){.by_card = true, .lost = true, .tries = tries});
}

void
refusal_settle(uint64_t insertion, enum jpki_role role, unsigned tries)
{
	struct memory *memory = lock_memory();

	if (memory == NULL)
		return;
	for (struct row *row = memory->rows; row < memory->rows + ROWS; row++) {
		if (!is_of(row, insertion, role) || !row->lost)
			continue;
		row->by_card = tries <= row->tries;
		row->lost = false;
	}
	pthread_mutex_unlock(&memory->lock);
}

/* What is known of a PIN; all zero if nothing is. */
static struct row
recall(const struct refused *refused)
{
	struct memory *memory = lock_memory();
	const struct row *found;
	struct row row = {0};

	if (memory == NULL)
		return row;
	found = find_inlock(memory, refused);
	if (found != NULL)
		row = *found;
	pthread_mutex_unlock(&memory->lock);
	return row;
}

bool
refusal_is_recent(const struct refused *refused, uint64_t given_at)
{
	const struct row row = recall(refused);

	return row.told && given_at < row.noted_at + REFUSAL_MS;
}

bool
refusal_is_known(const struct refused *refused)
{
	return recall(refused).by_card;
}

bool
refusal_holds(const struct refused *refused, unsigned tries)
{
	const struct row row = recall(refused);
	bool holds = row.by_card && tries <= row.tries;

	if (!holds)
		refusal_forget(refused->insertion, refused->role);
	return holds;
}

void
refusal_forget(uint64_t insertion, enum jpki_role role)
{
	struct memory *memory = lock_memory();

	if (memory == NULL)
		return;
	for (size_t i = 0; i < ROWS; i++)
		if (is_of(&memory->rows[i], insertion, role))
			memory->rows[i].by_card = false;
	pthread_mutex_unlock(&memory->lock);
}

void
refusal_take_back(const struct refused *refused)
{
	struct memory *memory = lock_memory();
	struct row *row;

	if (memory == NULL)
		return;
	row = find_inlock(memory, refused);
	if (row != NULL)
		*row = (struct row){0};
	pthread_mutex_unlock(&memory->lock);
}
