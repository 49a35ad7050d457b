/* SPDX-License-Identifier: BSD-2-Clause */
/* The hashes that a page wants signed: which are taken, and that no copy of one stays. */
#include "../common/unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "digest.h"

#define HASH_SIZE (DIGEST_INFO_SIZE - DIGEST_PREFIX_SIZE)
#define STACK_SIZE (256 * 1024)
/* Fewer bytes alike come by chance. */
#define PART 12

/* base64 of the bytes 0x81, 0x82 ... 0xa0, alone and in a DigestInfo. */
#define HASH_TEXT "gYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6A="
#define INFO_TEXT "MDEwDQYJYIZIAWUDBAIBBQAEIIGCg4SFhoeIiYqLjI2Oj5CRkpOUlZaXmJmam5ydnp+g"

static uint8_t hash[HASH_SIZE];

static const struct row {
	const char *text;
	bool taken;
} rows[] = {
    {HASH_TEXT, true},
    {INFO_TEXT, true},
    {"", false},
    /* without padding, with blanks, with unused bits that are set, with more behind it */
    {"gYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6A", false},
    {HASH_TEXT "\n", false},
    {" " INFO_TEXT, false},
    {"gYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6B=", false},
    {INFO_TEXT "AAAA", false},
    /* one byte less */
    {"gYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2enw==", false},
    /* of another hash function: SHA-512 in the prefix */
    {"MDEwDQYJYIZIAWUDBAIDBQAEIIGCg4SFhoeIiYqLjI2Oj5CRkpOUlZaXmJmam5ydnp+g", false},
};

struct reading {
	const char *text;
	struct digest *digest;
	bool taken;
};

static void *
read_one(void *context)
{
	struct reading *reading = context;

	reading->taken = digest_read(reading->text, reading->digest);
	return NULL;
}

/* In a thread whose stack is here. */
static void
read_on(uint8_t *stack, struct reading *reading)
{
	pthread_attr_t attributes;
	pthread_t thread;

	assert_int_equal(pthread_attr_init(&attributes), 0);
	assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK_SIZE), 0);
	assert_int_equal(pthread_create(&thread, &attributes, read_one, reading), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	pthread_attr_destroy(&attributes);
}

/* No part of this is there. */
static void
assert_gone(const uint8_t *stack, const void *whole, size_t size)
{
	for (size_t at = 0; at + PART <= size; at++)
		assert_null(memmem(stack, STACK_SIZE, (const uint8_t *)whole + at, PART));
}

static void
check(const struct row *row, uint8_t *stack)
{
	struct reading reading = {.text = row->text, .digest = calloc(1, sizeof(struct digest))};

	assert_non_null(reading.digest);
	read_on(stack, &reading);
	assert_int_equal(reading.taken, row->taken);
	if (row->taken) {
		assert_memory_equal(reading.digest->info, digest_prefix, DIGEST_PREFIX_SIZE);
		assert_memory_equal(reading.digest->info + DIGEST_PREFIX_SIZE, hash, HASH_SIZE);
	}
	assert_gone(stack, row->text, strlen(row->text));
	assert_gone(stack, hash, HASH_SIZE);
	free(reading.digest);
}

static void
what_is_taken_and_what_stays(void **state)
{
	uint8_t *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	(void)state;
	assert_ptr_not_equal(stack, MAP_FAILED);
	for (size_t i = 0; i < HASH_SIZE; i++)
		hash[i] = (uint8_t)(0x81 + i);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i], stack);
	munmap(stack, STACK_SIZE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_taken_and_what_stays)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
