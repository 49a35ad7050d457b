/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/refusal.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/clock.h"
#include "base/secret.h"
#include "reader/crypto.h"

#define KEY_SIZE 32
#define DIGEST_SIZE 32
/* More than all keys of a few cards have tries. */
#define ROWS 32
/* A greater length is taken for a mistake of the program, and nothing is read there. */
#define GIVEN_MAX 1024

struct row {
	uint64_t insertion;
	enum jpki_role role;
	uint8_t digest[DIGEST_SIZE];
	uint64_t noted_at; /* 0: the row is free */
	bool by_card;
	unsigned tries; /* that the card had left then */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct secret *key; /* its length is 0 in a forked child, which inherits no secrets */
static struct row rows[ROWS];

static void
after_fork(void)
{
	pthread_mutex_init(&lock, NULL);
}

/* OpenSSL's generator would leave each thread something to do at its end. */
static bool
make_key(void)
{
	if (key == NULL) {
		key = secret_new(KEY_SIZE);
		(void)pthread_atfork(NULL, NULL, after_fork);
	}
	if (key == NULL || getentropy(key->bytes, KEY_SIZE) != 0)
		return false;
	key->length = KEY_SIZE;
	memset(rows, 0, sizeof(rows));
	return true;
}

bool
refusal_start(void)
{
	bool made;

	pthread_mutex_lock(&lock);
	made = (key != NULL && key->length == KEY_SIZE) || make_key();
	pthread_mutex_unlock(&lock);
	return made;
}

static bool
digest_of(const struct refused *refused, uint8_t digest[DIGEST_SIZE])
{
	size_t length = refused->length <= GIVEN_MAX ? refused->length : 0, size = 0;

	if (crypto_is_gone() || key == NULL || key->length != KEY_SIZE)
		return false;
	return EVP_Q_mac(crypto_context(), "HMAC", NULL, "SHA256", NULL, key->bytes, KEY_SIZE,
		   refused->bytes, length, digest, DIGEST_SIZE, &size) != NULL &&
	       size == DIGEST_SIZE;
}

static bool
is_of(const struct row *row, uint64_t insertion, enum jpki_role role)
{
	return row->noted_at != 0 && row->insertion == insertion && row->role == role;
}

/* With the lock held: the row of a PIN, or NULL. Mostly there is nothing to compare with. */
static struct row *
find(const struct refused *refused)
{
	uint8_t digest[DIGEST_SIZE];
	bool made = false;

	for (size_t i = 0; i < ROWS; i++) {
		if (!is_of(&rows[i], refused->insertion, refused->role))
			continue;
		if (!made && !digest_of(refused, digest))
			return NULL;
		made = true;
		if (CRYPTO_memcmp(digest, rows[i].digest, DIGEST_SIZE) == 0)
			return &rows[i];
	}
	return NULL;
}

/* The row that may go: a free one, else the oldest that no card has refused, else the oldest. */
static struct row *
spare_row(void)
{
	struct row *spare = &rows[0];

	for (size_t i = 1; i < ROWS; i++) {
		bool better = rows[i].noted_at < spare->noted_at;

		if (rows[i].by_card != spare->by_card && rows[i].noted_at != 0)
			better = spare->by_card;
		if (better)
			spare = &rows[i];
	}
	return spare;
}

static void
note(const struct refused *refused, bool by_card, unsigned tries)
{
	struct row new = {.insertion = refused->insertion, .role = refused->role};
	struct row *row;

	pthread_mutex_lock(&lock);
	row = find(refused);
	if (row == NULL && digest_of(refused, new.digest)) {
		row = spare_row();
		*row = new;
	}
	if (row != NULL) {
		row->noted_at = clock_now_ms();
		row->by_card |= by_card;
		if (by_card)
			row->tries = tries;
	}
	pthread_mutex_unlock(&lock);
}

void
refusal_note(const struct refused *refused)
{
	note(refused, false, 0);
}

void
refusal_note_card(const struct refused *refused, unsigned tries)
{
	note(refused, true, tries);
}

bool
refusal_is_recent(const struct refused *refused, uint64_t given_at)
{
	const struct row *row;
	bool recent;

	pthread_mutex_lock(&lock);
	row = find(refused);
	recent = row != NULL && given_at < row->noted_at + REFUSAL_MS;
	pthread_mutex_unlock(&lock);
	return recent;
}

bool
refusal_is_known(const struct refused *refused)
{
	const struct row *row;
	bool known;

	pthread_mutex_lock(&lock);
	row = find(refused);
	known = row != NULL && row->by_card;
	pthread_mutex_unlock(&lock);
	return known;
}

bool
refusal_holds(const struct refused *refused, unsigned tries)
{
	const struct row *row;
	bool holds;

	pthread_mutex_lock(&lock);
	row = find(refused);
	holds = row != NULL && row->by_card && tries <= row->tries;
	pthread_mutex_unlock(&lock);
	if (!holds)
		refusal_forget(refused->insertion, refused->role);
	return holds;
}

void
refusal_forget(uint64_t insertion, enum jpki_role role)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < ROWS; i++)
		if (is_of(&rows[i], insertion, role))
			rows[i].by_card = false;
	pthread_mutex_unlock(&lock);
}

void
refusal_take_back(const struct refused *refused)
{
	struct row *row;

	pthread_mutex_lock(&lock);
	row = find(refused);
	if (row != NULL)
		*row = (struct row){0};
	pthread_mutex_unlock(&lock);
}
