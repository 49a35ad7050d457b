/* SPDX-License-Identifier: BSD-2-Clause */

/* What is kept of cards in files, each test with a folder of its own. */

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/store.h"
#include "fixture.h"
#include "reader/cache.h"
#include "reader/readers.h"

/* Exchanges until it is known what a card is: SELECT, the certificate's first block; and if it was
 * not here before, EF 0006 and EF 0008. */
#define COLD 4
#define WARM 2

/* Where things are in a card's file (reader/cache.c): the sum is of what follows it. */
#define SUM_AT 16
#define WRITTEN_AT 24
#define KIND_AT 40
#define LABEL_AT 44
#define MANUFACTURER_AT 77
#define MODEL_AT 110
#define SERIAL_AT 127
#define SIGNATURE_AT 148
#define HABITS_AT 149
#define LENGTHS_AT 156
#define BYTES_AT 168
/* The same of a model's. */
#define MODEL_FILE_SIZE 56

#define DAY 86400
#define HASH_SIZE 32

static char root[32];
static uint8_t file[STORE_FILE_MAX + 64];
static size_t length;
static const uint8_t hash[HASH_SIZE] = {1, 2, 3};
static uint8_t signature[JPKI_SIGNATURE_SIZE];

/* ---------------------------------------------------------------------------- the test's folder */

static const char *
in_folder(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/jpki/%s", root, name);
	return path;
}

static int
make_cache(void **state)
{
	strcpy(root, "/tmp/jpki-cache-XXXXXX");
	if (mkdtemp(root) == NULL || setenv("XDG_CACHE_HOME", root, 1) != 0 ||
	    setenv("JPKI_CONFIG", "", 1) != 0)
		return -1;
	return make_card(state) | inprocess_add_reader(READER) | inprocess_insert(READER, card);
}

static int
drop(const char *path, const struct stat *info, int kind, struct FTW *place)
{
	(void)info;
	(void)kind;
	(void)place;
	return remove(path);
}

static int
drop_cache(void **state)
{
	return drop_world(state) | nftw(root, drop, 8, FTW_DEPTH | FTW_PHYS);
}

/* How many files begin so; the name of the last. */
static unsigned
files(const char *prefix, char name[STORE_NAME_SIZE])
{
	DIR *list = opendir(in_folder(""));
	const struct dirent *entry;
	unsigned count = 0;

	while (list != NULL && (entry = readdir(list)) != NULL)
		if (entry->d_name[0] != '.' && strlen(entry->d_name) < STORE_NAME_SIZE &&
		    strncmp(entry->d_name, prefix, strlen(prefix)) == 0) {
			if (name != NULL)
				strcpy(name, entry->d_name);
			count++;
		}
	if (list != NULL)
		assert_int_equal(closedir(list), 0);
	return count;
}

/* The path of the only card's file. */
static const char *
card_path(void)
{
	char name[STORE_NAME_SIZE];

	assert_int_equal(files("card-", name), 1);
	return in_folder(name);
}

static void
get(const char *path)
{
	FILE *stream = fopen(path, "rb");

	assert_non_null(stream);
	length = fread(file, 1, sizeof(file), stream);
	assert_int_equal(fclose(stream), 0);
}

static void
put(const char *path)
{
	FILE *stream = fopen(path, "wb");

	assert_non_null(stream);
	assert_int_equal(fwrite(file, 1, length, stream), length);
	assert_int_equal(fclose(stream), 0);
}

static void
sum(void)
{
	uint64_t value = checksum_add(CHECKSUM_START, file + WRITTEN_AT, length - WRITTEN_AT);

	memcpy(file + SUM_AT, &value, sizeof(value));
}

static void
set_written(int64_t when)
{
	memcpy(file + WRITTEN_AT, &when, sizeof(when));
	sum();
}

static uint16_t
length_at(size_t at)
{
	uint16_t value;

	memcpy(&value, file + LENGTHS_AT + at, sizeof(value));
	return value;
}

static void
set_length(size_t at, size_t value)
{
	uint16_t small = (uint16_t)value;

	memcpy(file + LENGTHS_AT + at, &small, sizeof(small));
}

/* ------------------------------------------------------------------ a program, and what it does */

static void
stop(void)
{
	(void)jpki_stop();
}

/* A program that has just been started, and the card's number in it. */
static void
start(void)
{
	stop();
	vcard_ledger_mark(card);
	assert_ok(jpki_start(JPKI_ALL_ROLES));
	number = card_in(0);
}

static unsigned
exchanges(void)
{
	unsigned count = (unsigned)vcard_ledger_totals(card).exchanges;

	vcard_ledger_mark(card);
	return count;
}

/* How many it takes to know the card. */
static unsigned
started(void)
{
	start();
	return exchanges();
}

static unsigned
keys(void)
{
	unsigned roles;

	assert_ok(jpki_keys(number, &roles));
	return roles;
}

/* Is what the library gives the card's own? */
static bool
gives(enum jpki_role role, enum jpki_certificate which)
{
	static const enum vcard_certificate certificates[JPKI_ROLES][JPKI_CERTIFICATES] = {
	    {VCARD_CERTIFICATE_AUTHENTICATION, VCARD_CERTIFICATE_AUTHENTICATION_CA},
	    {VCARD_CERTIFICATE_SIGNATURE, VCARD_CERTIFICATE_SIGNATURE_CA},
	};
	uint8_t der[JPKI_CERTIFICATE_MAX];
	unsigned char *expected = NULL;
	size_t have = sizeof(der);
	int size =
	    i2d_X509(vcard_pki_certificate(vcard_pki(card), certificates[role][which]), &expected);
	bool same = jpki_certificate(number, role, which, der, &have) == JPKI_OK &&
		    have == (size_t)size && memcmp(der, expected, have) == 0;

	OPENSSL_free(expected);
	return same;
}

static void
assert_certificate(enum jpki_role role, enum jpki_certificate which)
{
	assert_true(gives(role, which));
}

static int
sign(enum jpki_role role, enum jpki_signature_form form)
{
	return jpki_sign(number, role, form, hash, sizeof(hash), signature);
}

static void
assert_texts(const char *serial)
{
	char model[JPKI_TEXT_SIZE], text[JPKI_TEXT_SIZE];

	assert_ok(jpki_card_text(number, model, text));
	assert_string_equal(text, serial);
	assert_true(strlen(model) > 0);
}

static void
read_all(void)
{
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE);
	assert_certificate(JPKI_SIGNATURE, JPKI_CA_CERTIFICATE);
}

/* All that is kept of the card. */
static void
fill(void)
{
	start();
	read_all();
	stop();
	assert_int_equal(started(), WARM);
	get(card_path());
}

/* In place of the present one; the library learns of it as it is started. */
static void
put_in(const char *quirk, const char *value)
{
	struct vcard_error error;

	stop();
	(void)inprocess_eject(READER);
	card = another_card(SERIAL);
	if (quirk != NULL && vcard_quirk_set(card, quirk, value, &error) != 0)
		fail_msg("%s", error.text);
	assert_int_equal(inprocess_insert(READER, card), 0);
}

/* ------------------------------------------------------------------------------------ exchanges */

/* A person's work, step by step, and again in a new program. */
static void
cold_and_warm(void **state)
{
	static const unsigned expected[2][8] = {
	    {COLD, 5, 6, 6, 3, 1, 9, 1},
	    {WARM, 0, 0, 0, 3, 1, 9, 1},
	};

	(void)state;
	for (int warm = 0; warm < 2; warm++) {
		unsigned counts[8];

		counts[0] = started();
		assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
		counts[1] = exchanges();
		assert_certificate(JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE);
		counts[2] = exchanges();
		assert_certificate(JPKI_SIGNATURE, JPKI_CA_CERTIFICATE);
		counts[3] = exchanges();
		for (int role = 0; role < JPKI_ROLES; role++) {
			assert_ok(login(role, pin_of(role), NULL));
			counts[4 + 2 * role] = exchanges();
			assert_ok(sign(role, JPKI_SIGN_PKCS1));
			counts[5 + 2 * role] = exchanges();
		}
		assert_memory_equal(counts, expected[warm], sizeof(counts));
		assert_int_equal(keys(), JPKI_ALL_ROLES);
		assert_texts(SERIAL);
	}
}

/* A certificate in one go, from a reader that can carry it. */
static void
read_long(const char *quirk)
{
	put_in("extended", quirk);
	assert_int_equal(inprocess_longest(READER, JPKI_LONG_DATA_MAX), 0);
	assert_int_equal(started(), COLD);
}

static void
long_reads_that_work(void **state)
{
	(void)state;
	read_long("yes");
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_int_equal(exchanges(), 2); /* SELECT, the rest */
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE);
	assert_int_equal(exchanges(), 3);
	assert_int_equal(started(), WARM);
	assert_ok(login(JPKI_SIGNATURE, pin_of(JPKI_SIGNATURE), NULL));
	assert_int_equal(exchanges(), 5); /* SELECT, tries, PIN; the private one as well, in two */
}

/* Found out once, and remembered: no exchange more in the next program. */
static void
long_reads_that_are_refused(void **state)
{
	static const char *const quirks[] = {"no", "chokes"};
	bool done;

	(void)state;
	for (size_t i = 0; i < sizeof(quirks) / sizeof(quirks[0]); i++) {
		unsigned cost = i == 0 ? 1 : 2; /* the one, and another SELECT after a choke */

		read_long(quirks[i]);
		assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
		assert_int_equal(exchanges(), 5 + cost);
		assert_certificate(JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE);
		assert_int_equal(exchanges(), 6);
		assert_int_equal(started(), WARM);
		assert_certificate(JPKI_SIGNATURE, JPKI_CA_CERTIFICATE);
		assert_int_equal(exchanges(), 6);
		(void)cache_clear(&done);
	}
}

/* Another reader may be able to. */
static void
long_reads_in_another_reader(void **state)
{
	(void)state;
	read_long("no");
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_int_equal(exchanges(), 6);
	stop();
	assert_int_equal(inprocess_rename_reader(READER, "Another Reader"), 0);
	assert_int_equal(started(), WARM);
	assert_int_equal(vcard_quirk_set(card, "extended", "yes", NULL), 0);
	assert_certificate(JPKI_SIGNATURE, JPKI_CA_CERTIFICATE);
	assert_int_equal(exchanges(), 3);
	stop();
	assert_int_equal(inprocess_rename_reader("Another Reader", READER), 0);
}

/* Who is logged in risks nothing. */
static void
long_reads_are_not_tried_in_a_login(void **state)
{
	(void)state;
	read_long("chokes");
	assert_ok(login(JPKI_AUTHENTICATION, pin_of(JPKI_AUTHENTICATION), NULL));
	(void)exchanges();
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_int_equal(exchanges(), 5); /* is the application selected? and the rest */
	assert_ok(sign(JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1));
}

/* ... nor does another program of the user that is. */
static void
long_reads_are_not_tried_beside_a_login(void **state)
{
	struct share other = SHARE_NONE;
	uint64_t insertion;

	(void)state;
	read_long("chokes");
	insertion = readers_at(0)->state.insertion;
	assert_true(share_prepare(&other, insertion));
	assert_int_equal(share_join(&other, insertion, JPKI_AUTHENTICATION), SHARE_JOINED);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_int_equal(exchanges(), 5);
	share_abandon(&other);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE);
	assert_int_equal(exchanges(), 6 + 2); /* tried now */
}

/* Bytes that one read of the card gives: what is known then is less. */
static void
a_card_that_gives_little_at_a_time(void **state)
{
	(void)state;
	for (const char *const *limit = (const char *const[]){"100", "128", NULL}; *limit != NULL;
	     limit++) {
		put_in("read-limit", *limit);
		start();
		read_all();
		assert_int_equal(started(), WARM);
		read_all();
		assert_int_equal(exchanges(), 0);
	}
	assert_int_equal(files("card-", NULL), 1);
}

/* Only one key is wanted: a card without the other is as good. */
static void
for_one_key_alone(void **state)
{
	(void)state;
	put_in("signature-certificate", "absent");
	for (int round = 0; round < 2; round++) {
		stop();
		vcard_ledger_mark(card);
		assert_ok(jpki_start(JPKI_ROLE(JPKI_AUTHENTICATION)));
		number = card_in(0);
		assert_int_equal(exchanges(), round == 0 ? COLD : WARM);
		assert_int_equal(keys(), JPKI_ROLE(JPKI_AUTHENTICATION));
	}
	stop();
	vcard_ledger_mark(card);
	assert_ok(jpki_start(JPKI_ROLE(JPKI_SIGNATURE)));
	number = card_in(0);
	assert_int_equal(keys(), 0);
}

/* ------------------------------------------------------------------------- what is written down */

static bool
holds_bytes(const void *bytes, size_t size)
{
	return memmem(file, length, bytes, size) != NULL;
}

static size_t
der_of(enum vcard_certificate which, uint8_t *der)
{
	unsigned char *at = der;

	return (size_t)i2d_X509(vcard_pki_certificate(vcard_pki(card), which), &at);
}

static size_t
ders_of_all_but_the_signature(uint8_t *ders)
{
	size_t size = der_of(VCARD_CERTIFICATE_AUTHENTICATION, ders);

	size += der_of(VCARD_CERTIFICATE_AUTHENTICATION_CA, ders + size);
	return size + der_of(VCARD_CERTIFICATE_SIGNATURE_CA, ders + size);
}

/* How often is the word in there? */
static size_t
times(const char *word, const uint8_t *bytes, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i + strlen(word) <= size; i++)
		count += memcmp(bytes + i, word, strlen(word)) == 0;
	return count;
}

/* All that a person can do, with all PINs. */
static void
do_all(void)
{
	struct jpki_attributes attributes;
	char text[JPKI_MANUFACTURE_NUMBER_SIZE];

	start();
	read_all();
	for (int role = 0; role < JPKI_ROLES; role++) {
		assert_ok(login(role, pin_of(role), NULL));
		assert_certificate(role, JPKI_CERTIFICATE);
		assert_ok(sign(role, JPKI_SIGN_PSS_SHA256));
	}
	assert_ok(jpki_attributes(number, (const uint8_t *)"5678", 4, &attributes, NULL));
	assert_ok(jpki_manufacture_number(number, text));
	stop();
}

/* Public certificates and the token information, one after the other, and nothing else. */
static void
what_is_public_alone(void **state)
{
	static const enum vcard_certificate kept[] = {VCARD_CERTIFICATE_AUTHENTICATION,
	    VCARD_CERTIFICATE_AUTHENTICATION_CA, VCARD_CERTIFICATE_SIGNATURE_CA};
	uint8_t der[JPKI_CERTIFICATE_MAX];
	size_t at = BYTES_AT, size;

	(void)state;
	do_all();
	get(card_path());
	for (size_t i = 0; i < 3; i++) {
		size = der_of(kept[i], der);
		assert_int_equal(length_at(4 * i), size);
		assert_int_equal(length_at(4 * i + 2), size);
		assert_memory_equal(file + at, der, size);
		at += size;
	}
	assert_int_equal(length, at);
	assert_string_equal((const char *)file + SERIAL_AT, SERIAL);
	assert_int_equal(file[SIGNATURE_AT], 1);
	for (size_t i = HABITS_AT + sizeof(struct jpki_habits); i < LENGTHS_AT; i++)
		assert_int_equal(file[i], 0);
	assert_int_equal(files("", NULL), 1);
}

/* Of the signature certificate no more than what other ones have in them, too. */
static void
assert_nothing_of(const uint8_t *secret, size_t secret_length)
{
	enum { WINDOW = 12 };
	uint8_t others[3 * JPKI_CERTIFICATE_MAX];
	size_t size = ders_of_all_but_the_signature(others), seen = 0;

	for (size_t i = 0; i + WINDOW <= secret_length; i++) {
		uint8_t some[WINDOW];

		memcpy(some, &secret[i], WINDOW);
		if (memmem(others, size, some, WINDOW) != NULL)
			continue;
		assert_false(holds_bytes(some, WINDOW));
		seen++;
	}
	assert_true(seen > 400);
}

static void
nothing_of_a_person(void **state)
{
	uint8_t secret[JPKI_CERTIFICATE_MAX], others[3 * JPKI_CERTIFICATE_MAX];
	char text[VCARD_ATTRIBUTE_SIZE];
	size_t size;

	(void)state;
	do_all();
	get(card_path());
	size = der_of(VCARD_CERTIFICATE_SIGNATURE, secret);
	assert_nothing_of(secret, size);
	vcard_attribute(card, VCARD_ATTRIBUTE_NAME, text);
	assert_true(memmem(secret, size, text, strlen(text)) != NULL);
	for (int which = 0; which <= VCARD_ATTRIBUTE_BIRTH_DATE; which++) {
		vcard_attribute(card, which, text);
		assert_true(strlen(text) >= 8);
		assert_false(holds_bytes(text, strlen(text)));
	}
	vcard_manufacture_number(card, text);
	assert_false(holds_bytes(text, strlen(text)));
	size = ders_of_all_but_the_signature(others);
	for (const char *const *word =
		 (const char *const[]){"1234", "ABC123", "5678", "Chiyoda", "Tokyo", NULL};
	     *word != NULL; word++) /* four digits come by chance, in a number or a date */
		assert_int_equal(times(*word, file, length), times(*word, others, size));
}

static void
nothing_of_other_kinds(void **state)
{
	static const char *const kinds[][2] = {{"label", "android"}, {"label", "iphone"},
	    {"label", "resident"}, {"token-info", "missing"}, {"token-info", "binary"},
	    {"token-info", "blank"}, {"token-info", "short"}, {"application", "absent"},
	    {"authentication-certificate", "absent"}, {"authentication-certificate", "claimed"},
	    {"authentication-certificate", "empty"}, {"authentication-certificate", "not-der"},
	    {"authentication-certificate", "length-huge"}};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		put_in(kinds[i][0], kinds[i][1]);
		start();
		if (login(JPKI_AUTHENTICATION, "1234", NULL) == JPKI_OK) {
			(void)gives(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
			(void)gives(JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE);
			(void)sign(JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1);
		}
		stop();
		if (files("", NULL) != 0)
			fail_msg("%s=%s", kinds[i][0], kinds[i][1]);
	}
}

/* ------------------------------------------------------------------------- files that are wrong */

/* It is not taken, the answers are the card's, and it is written anew. */
static void
assert_not_taken(const char *path, const char *what, size_t where)
{
	unsigned count;

	put(path);
	count = started();
	if (count != COLD)
		fail_msg("%s %zu: %u exchanges", what, where, count);
	assert_int_equal(keys(), JPKI_ALL_ROLES);
	assert_texts(SERIAL);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	count = started();
	if (count != WARM)
		fail_msg("%s %zu: %u exchanges when it has been mended", what, where, count);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_int_equal(exchanges(), 0);
	assert_texts(SERIAL);
}

static uint8_t whole[STORE_FILE_MAX];
static size_t whole_length;

/* All that is before the certificates, and some of them: each takes its time. */
static size_t
next(size_t i)
{
	if (i < BYTES_AT + 4)
		return i + 1;
	return i + 1 < whole_length && i + 97 >= whole_length ? whole_length - 1 : i + 97;
}

static void
fill_whole(char path[PATH_MAX])
{
	fill();
	strcpy(path, card_path());
	memcpy(whole, file, length);
	whole_length = length;
}

static void
restore(void)
{
	memcpy(file, whole, whole_length);
	length = whole_length;
}

static void
a_byte_that_is_wrong(void **state)
{
	char path[PATH_MAX];

	(void)state;
	fill_whole(path);
	for (size_t i = 0; i < whole_length; i = next(i)) {
		restore();
		file[i] ^= (uint8_t)(1 << i % 8);
		assert_not_taken(path, "byte", i);
	}
}

static void
a_length_that_is_wrong(void **state)
{
	static const size_t more[] = {1, 7, 256, 8192};
	char path[PATH_MAX];

	(void)state;
	fill_whole(path);
	for (size_t i = 0; i < whole_length; i = next(i)) {
		restore();
		length = i;
		assert_not_taken(path, "length", i);
	}
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		restore();
		memset(file + length, 0, more[i]);
		length += more[i];
		assert_not_taken(path, "longer by", more[i]);
		restore();
		length += more[i];
		sum();
		assert_not_taken(path, "longer, sum right, by", more[i]);
	}
	restore();
	length = sizeof(file);
	sum();
	assert_not_taken(path, "length", length);
}

/* So many of its bytes, with the right sum: of one that another version has written, say. */
static void
cut_off_with_the_right_sum(void **state)
{
	char path[PATH_MAX];

	(void)state;
	fill_whole(path);
	for (size_t i = WRITTEN_AT; i < whole_length; i = next(i)) {
		restore();
		length = i;
		sum();
		assert_not_taken(path, "cut off at", i);
	}
}

/* Fields of another value, with the right sum. */
static void
lies(void **state)
{
	static const struct {
		const char *what;
		size_t at;
		int change; /* added */
	} rows[] = {
	    {"magic", 0, 1},
	    {"version", 10, 1},
	    {"end of the magic", 15, 1},
	    {"kind", KIND_AT, 1},
	    {"kind", KIND_AT, -1},
	    {"kind", KIND_AT + 3, 0x80},
	    {"label", LABEL_AT, 0x80},
	    {"serial", SERIAL_AT, -0x40},
	    {"model", MODEL_AT, 0x80},
	    {"have", LENGTHS_AT, 1},
	    {"have", LENGTHS_AT, -1},
	    {"have", LENGTHS_AT + 1, 0x80},
	    {"total", LENGTHS_AT + 2, 1},
	    {"total", LENGTHS_AT + 2, -1},
	    {"total", LENGTHS_AT + 3, 0x80},
	    {"second total", LENGTHS_AT + 6, 1},
	    {"second total", LENGTHS_AT + 7, 1},
	    {"third have", LENGTHS_AT + 8, -1},
	    {"third total", LENGTHS_AT + 10, -1},
	    {"first byte", BYTES_AT, 1},
	    {"its length", BYTES_AT + 3, 1},
	    {"a byte", BYTES_AT + 100, 1},
	    {"the last of the block", BYTES_AT + 255, 1},
	};
	char path[PATH_MAX];

	(void)state;
	fill_whole(path);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		restore();
		file[rows[i].at] = (uint8_t)(file[rows[i].at] + rows[i].change);
		sum();
		assert_not_taken(path, rows[i].what, rows[i].at);
	}
	for (const size_t *text =
		 (const size_t[]){LABEL_AT, MANUFACTURER_AT, MODEL_AT, SERIAL_AT, 0};
	     *text != 0; text++) {
		restore();
		memset(file + *text, 'x', (*text < MODEL_AT ? 33 : 17));
		sum();
		assert_not_taken(path, "text", *text);
	}
}

/* Lengths that add up to what is there, but of other certificates. */
static void
lengths_that_lie(void **state)
{
	size_t first, second;
	char path[PATH_MAX];

	(void)state;
	fill_whole(path);
	first = length_at(0);
	second = length_at(4);
	set_length(0, first - 1);
	set_length(4, second + 1);
	set_length(6, second + 1);
	sum();
	assert_not_taken(path, "shifted", 1);
	restore();
	set_length(0, 100); /* less than is read to know it */
	memmove(file + BYTES_AT + 100, file + BYTES_AT + first, length - BYTES_AT - first);
	length -= first - 100;
	sum();
	assert_not_taken(path, "less than a block", 100);
	restore();
	for (int i = 0; i < 12; i += 2)
		set_length(i, 0);
	length = BYTES_AT;
	sum();
	assert_not_taken(path, "nothing", 0);
	for (int i = 0; i < 12; i += 2)
		set_length(i, 0xFFFF);
	sum();
	assert_not_taken(path, "all", 0xFFFF);
}

static void
at_another_time(void **state)
{
	const int64_t now = time(NULL);
	const int64_t times[] = {now + DAY, now + 1000, now - CACHE_AGE_S, now - 365 * DAY, 0, -1,
	    INT64_MIN, INT64_MAX, INT64_MIN + 1};
	char path[PATH_MAX];

	(void)state;
	fill_whole(path);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		restore();
		set_written(times[i]);
		assert_not_taken(path, "time", i);
	}
	restore();
	set_written(now - CACHE_AGE_S + 1000);
	put(path);
	assert_int_equal(started(), WARM);
}

/* The age is that of the first writing, though more is added. */
static void
it_does_not_grow_younger(void **state)
{
	int64_t then = time(NULL) - CACHE_AGE_S / 2, now;

	(void)state;
	start();
	stop();
	get(card_path());
	set_written(then);
	put(card_path());
	start();
	read_all();
	stop();
	get(card_path());
	assert_true(length > 3000);
	memcpy(&now, file + WRITTEN_AT, sizeof(now));
	assert_true(now == then);
}

/* ---------------------------------------------------------------------------------- other cards */

#define MINE_MAX 48

static struct vcard *mine[MINE_MAX];
static size_t mine_count;
static char keys_folder[] = "/tmp/jpki-cache-keys-XXXXXX"; /* to make them takes long */

static int
make_folder(void **state)
{
	return mkdtemp(keys_folder) != NULL ? make_pki(state) : -1;
}

static int
drop_folder(void **state)
{
	return drop_pki(state) | nftw(keys_folder, drop, 8, FTW_DEPTH | FTW_PHYS);
}

/* The card of another citizen: other certificates, the same keys. */
static struct vcard *
card_of(const char *name, const char *serial)
{
	const struct vcard_citizen citizen = {.name = name};
	struct vcard_options options = {.serial = serial};
	struct vcard_error error;

	assert_true(mine_count < MINE_MAX);
	if (vcard_pki_open(&options.pki, keys_folder, &citizen, &error) != 0 ||
	    vcard_new(&mine[mine_count], &options, &error) != 0)
		fail_msg("%s", error.text);
	vcard_pki_free(&options.pki);
	return mine[mine_count++];
}

static int
drop_cache_and_cards(void **state)
{
	(void)jpki_stop();
	inprocess_reset();
	while (mine_count > 0)
		vcard_free(&mine[--mine_count]);
	return drop_cache(state);
}

static void
change_to(struct vcard *other)
{
	stop();
	assert_int_equal(inprocess_eject(READER), 0);
	card = other;
	assert_int_equal(inprocess_insert(READER, card), 0);
}

/* What is in the file of one card is that of another. */
static void
under_another_name(void **state)
{
	struct vcard *first = card;
	char names[2][STORE_NAME_SIZE];

	(void)state;
	fill();
	assert_int_equal(files("card-", names[0]), 1);
	assert_true(store_remove(store_open(false), names[0]));
	memcpy(whole, file, length);
	whole_length = length;
	change_to(card_of("番号　太郎", SERIAL_2));
	fill();
	assert_int_equal(files("card-", names[1]), 1);
	assert_string_not_equal(names[0], names[1]);
	restore();
	put(in_folder(names[1]));
	assert_int_equal(started(), COLD);
	assert_texts(SERIAL_2);
	read_all();
	assert_int_equal(started(), WARM);
	assert_texts(SERIAL_2);
	read_all();
	change_to(first);
	assert_int_equal(started(), COLD);
	assert_texts(SERIAL);
	read_all();
}

/* Another certificate, the same serial number; and the old one is put in again. */
static void
one_that_was_renewed(void **state)
{
	struct vcard *old = card, *renewed = card_of("番号　花子", SERIAL);

	(void)state;
	fill();
	change_to(renewed);
	assert_int_equal(started(), COLD);
	read_all();
	assert_ok(login(JPKI_AUTHENTICATION, "1234", NULL));
	assert_ok(sign(JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1));
	assert_int_equal(files("card-", NULL), 2);
	for (int round = 0; round < 2; round++) {
		change_to(round == 0 ? old : renewed);
		assert_int_equal(started(), WARM);
		read_all();
		assert_int_equal(exchanges(), 0);
	}
}

static void
no_more_than_so_many(void **state)
{
	char name[STORE_NAME_SIZE];

	(void)state;
	start();
	stop();
	for (int i = 1; i < 40; i++) {
		snprintf(name, sizeof(name), "番号　%d", i);
		change_to(card_of(name, SERIAL));
		assert_int_equal(started(), COLD);
		assert_int_equal(
		    files("card-", NULL), i + 1 < CACHE_CARDS_MAX ? i + 1 : CACHE_CARDS_MAX);
	}
	assert_int_equal(started(), WARM);
}

/* --------------------------------------------------- a signature certificate that comes or goes */

/* One may be put on it any day, so what was not there is asked for each time. */
static void
one_that_has_come(void **state)
{
	struct stat before, after;

	(void)state;
	put_in("signature-certificate", "absent");
	assert_int_equal(started(), COLD);
	assert_int_equal(keys(), JPKI_ROLE(JPKI_AUTHENTICATION));
	assert_int_equal(stat(card_path(), &before), 0);
	assert_int_equal(started(), COLD);
	assert_int_equal(keys(), JPKI_ROLE(JPKI_AUTHENTICATION));
	assert_int_equal(stat(card_path(), &after), 0);
	assert_true(before.st_ino == after.st_ino); /* nothing new was to be written */
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	(void)exchanges();
	assert_int_equal(vcard_quirk_set(card, "signature-certificate", "present", NULL), 0);
	assert_int_equal(started(), COLD);
	assert_int_equal(keys(), JPKI_ALL_ROLES);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_int_equal(exchanges(), 0);
	assert_int_equal(started(), WARM);
	assert_int_equal(keys(), JPKI_ALL_ROLES);
	assert_ok(login(JPKI_SIGNATURE, "ABC123", NULL));
	assert_ok(sign(JPKI_SIGNATURE, JPKI_SIGN_PKCS1));
}

/* It is found out when it is to be read: no signature, one PIN, and all is well at the next start.
 */
static void
one_that_has_gone(void **state)
{
	uint8_t der[JPKI_CERTIFICATE_MAX];
	size_t size = sizeof(der);

	(void)state;
	fill();
	assert_int_equal(vcard_quirk_set(card, "signature-certificate", "absent", NULL), 0);
	assert_int_equal(started(), WARM);
	assert_int_equal(keys(), JPKI_ALL_ROLES);
	assert_ok(login(JPKI_SIGNATURE, "ABC123", NULL));
	assert_rv(jpki_certificate(number, JPKI_SIGNATURE, JPKI_CERTIFICATE, der, &size),
	    JPKI_ERR_NOT_FOUND);
	assert_rv(sign(JPKI_SIGNATURE, JPKI_SIGN_PKCS1), JPKI_ERR_NOT_FOUND);
	assert_int_equal(pins_sent(), 1);
	assert_int_equal(tries(JPKI_SIGNATURE), tries_max(JPKI_SIGNATURE));
	assert_int_equal(started(), COLD);
	assert_int_equal(keys(), JPKI_ROLE(JPKI_AUTHENTICATION));
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
}

/* That it was looked for, and nothing else done, does not have it kept once more. */
static void
one_that_has_gone_is_not_kept_again(void **state)
{
	uint8_t der[JPKI_CERTIFICATE_MAX];
	size_t size = sizeof(der);

	(void)state;
	fill();
	assert_int_equal(vcard_quirk_set(card, "signature-certificate", "absent", NULL), 0);
	assert_int_equal(started(), WARM);
	assert_ok(login(JPKI_SIGNATURE, "ABC123", NULL));
	assert_rv(jpki_certificate(number, JPKI_SIGNATURE, JPKI_CERTIFICATE, der, &size),
	    JPKI_ERR_NOT_FOUND);
	assert_int_equal(started(), COLD);
	assert_int_equal(keys(), JPKI_ROLE(JPKI_AUTHENTICATION));
}

/* ------------------------------------------------------------------ certificates that are wrong */

static size_t
signatures(void)
{
	return vcard_ledger_count(card, VCARD_EVENT_SIGN);
}

/* Behind what is compared: a byte of the modulus, or of what makes it no certificate. */
static void
with_wrong_byte(const char *path, const uint8_t *what, size_t size, size_t offset)
{
	uint8_t *at;

	restore();
	at = memmem(file + BYTES_AT + 256, length_at(0) - 256, what, size);
	assert_non_null(at);
	at[offset] ^= 0x10;
	sum();
	put(path);
}

/* No signature is handed out that its certificate does not agree with; then all is well again. */
static void
a_key_that_is_another_one(void **state)
{
	static const uint8_t modulus[] = {0x02, 0x82, 0x01, 0x01, 0x00};
	static const uint8_t nothing[JPKI_SIGNATURE_SIZE];
	char path[PATH_MAX];

	(void)state;
	fill_whole(path);
	with_wrong_byte(path, modulus, sizeof(modulus), 100);
	assert_int_equal(started(), WARM);
	assert_ok(login(JPKI_AUTHENTICATION, "1234", NULL));
	memset(signature, 0, sizeof(signature));
	assert_rv(sign(JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1), JPKI_ERR_DATA);
	assert_memory_equal(signature, nothing, sizeof(nothing));
	assert_int_equal(files("card-", NULL), 0);
	assert_ok(sign(JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1));
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_int_equal(pins_sent(), 1);
	assert_int_equal(tries(JPKI_AUTHENTICATION), tries_max(JPKI_AUTHENTICATION));
	assert_true(signatures() <= 3);
	stop();
	(void)started();
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_int_equal(started(), WARM);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_int_equal(exchanges(), 0);
	assert_int_equal(pins_sent(), 0);
}

/* It is read from the card, and the file is mended: not so at each start anew. */
static void
what_is_no_certificate(void **state)
{
	static const uint8_t policy[] = {0x06, 0x03, 0x55, 0x1D, 0x20};
	char path[PATH_MAX];

	(void)state;
	fill_whole(path);
	with_wrong_byte(path, policy, sizeof(policy), 0);
	assert_int_equal(started(), WARM);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_true(exchanges() > 0);
	(void)started();
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	(void)started();
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_int_equal(exchanges(), 0);
}

/* ---------------------------------------------------------------------------------- the setting */

static void
set_cache(bool on)
{
	char path[64];
	FILE *stream;

	snprintf(path, sizeof(path), "%s/conf", root);
	stream = fopen(path, "w");
	assert_non_null(stream);
	assert_true(fprintf(stream, "[token]\ncache = %s\n", on ? "yes" : "no") > 0);
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(setenv("JPKI_CONFIG", path, 1), 0);
}

static void
switched_off(void **state)
{
	struct stat before, after;

	(void)state;
	set_cache(false);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(started(), COLD);
		do_all();
		cache_note_pss_refused("JPKI", JPKI_SIGNATURE);
	}
	assert_int_equal(access(in_folder(""), F_OK), -1);
	set_cache(true);
	fill();
	cache_note_pss_refused("JPKI", JPKI_SIGNATURE);
	assert_true(cache_refuses_pss("JPKI", JPKI_SIGNATURE));
	assert_int_equal(stat(card_path(), &before), 0);
	set_cache(false);
	assert_int_equal(started(), COLD);
	assert_false(cache_refuses_pss("JPKI", JPKI_SIGNATURE));
	do_all();
	assert_int_equal(stat(card_path(), &after), 0);
	assert_true(before.st_ino == after.st_ino && before.st_mtime == after.st_mtime);
}

/* A folder that cannot be had costs no more than the reading. */
static void
nowhere_to_write(void **state)
{
	static const char *const places[] = {
	    "/dev/null", "/proc/self", "/not/there", "/sys/kernel"};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		assert_int_equal(setenv("XDG_CACHE_HOME", places[i], 1), 0);
		for (int round = 0; round < 2; round++) {
			assert_int_equal(started(), COLD);
			do_all();
		}
	}
}

/* ------------------------------------------------------------------------------------------ PSS */

static bool
offers_pss(enum jpki_role role)
{
	struct reader_view view;

	(void)keys();
	readers_view(readers_at(0), &view);
	return view.keys[role].offers_pss;
}

static void
refuse_pss(enum jpki_role role)
{
	assert_ok(login(role, pin_of(role), NULL));
	assert_rv(sign(role, JPKI_SIGN_PSS_SHA256), JPKI_ERR_UNSUPPORTED);
	assert_ok(sign(role, JPKI_SIGN_PKCS1));
}

static void
a_model_without_pss(void **state)
{
	char name[STORE_NAME_SIZE];

	(void)state;
	put_in("sign-forms", "pkcs1");
	start();
	assert_true(offers_pss(JPKI_AUTHENTICATION));
	refuse_pss(JPKI_AUTHENTICATION);
	start();
	assert_false(offers_pss(JPKI_AUTHENTICATION));
	assert_true(offers_pss(JPKI_SIGNATURE));
	put_in("sign-forms", "pkcs1"); /* another card of that model */
	start();
	assert_false(offers_pss(JPKI_AUTHENTICATION));
	refuse_pss(JPKI_SIGNATURE);
	start();
	assert_false(offers_pss(JPKI_AUTHENTICATION) || offers_pss(JPKI_SIGNATURE));
	assert_int_equal(files("model-", name), 1);
	get(in_folder(name));
	assert_int_equal(length, MODEL_FILE_SIZE);
	set_written(time(NULL) - CACHE_AGE_S); /* a new look each time it has been so long */
	put(in_folder(name));
	start();
	assert_true(offers_pss(JPKI_AUTHENTICATION) && offers_pss(JPKI_SIGNATURE));
}

static void
what_a_person_says_of_pss(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/conf", root);
	put_in("sign-forms", "pkcs1");
	start();
	refuse_pss(JPKI_AUTHENTICATION);
	for (int on = 0; on < 2; on++) {
		FILE *stream = fopen(path, "w");

		assert_non_null(stream);
		assert_true(fprintf(stream, "[token]\npss = %s\n", on ? "on" : "auto") > 0);
		assert_int_equal(fclose(stream), 0);
		assert_int_equal(setenv("JPKI_CONFIG", path, 1), 0);
		start();
		assert_int_equal(offers_pss(JPKI_AUTHENTICATION), on);
	}
}

static void
a_wrong_file_of_a_model(void **state)
{
	char name[STORE_NAME_SIZE], path[PATH_MAX];

	(void)state;
	start();
	cache_note_pss_refused("A", JPKI_SIGNATURE);
	cache_note_pss_refused("", JPKI_SIGNATURE);
	assert_int_equal(files("model-", name), 1);
	strcpy(path, in_folder(name));
	get(path);
	memcpy(whole, file, length);
	whole_length = length;
	for (size_t i = 0; i < 2 * whole_length; i++) {
		restore();
		if (i < length)
			file[i] ^= 0x40;
		else
			length = i - length;
		put(path);
		assert_false(cache_refuses_pss("A", JPKI_SIGNATURE));
	}
	restore();
	memset(file + 32, 'x', 17);
	sum();
	put(path);
	assert_false(cache_refuses_pss("A", JPKI_SIGNATURE));
	restore();
	file[32] = 'B'; /* of another model */
	sum();
	put(path);
	assert_false(cache_refuses_pss("A", JPKI_SIGNATURE));
	cache_note_pss_refused("A", JPKI_AUTHENTICATION);
	assert_true(cache_refuses_pss("A", JPKI_AUTHENTICATION));
	assert_false(cache_refuses_pss("A", JPKI_SIGNATURE));
	assert_false(cache_refuses_pss("B", JPKI_AUTHENTICATION));
}

/* ------------------------------------------------------------------------------- shown, cleared */

struct shown {
	unsigned cards, models;
	struct cached card, model;
};

static bool
show(const struct cached *cached, void *context)
{
	struct shown *shown = context;

	if (cached->of_model) {
		shown->models++;
		shown->model = *cached;
	} else {
		shown->cards++;
		shown->card = *cached;
	}
	return true;
}

static struct shown
all_shown(void)
{
	struct shown shown = {0};

	cache_each(show, &shown);
	return shown;
}

static void
what_is_shown(void **state)
{
	time_t before = time(NULL);
	struct shown shown;

	(void)state;
	shown = all_shown();
	assert_int_equal(shown.cards + shown.models, 0);
	start();
	shown = all_shown();
	assert_int_equal(shown.cards, 1);
	assert_int_equal(shown.models, 0);
	assert_string_equal(shown.card.serial, SERIAL);
	assert_false(shown.card.certificate);
	assert_true(shown.card.written >= before && shown.card.written <= time(NULL));
	assert_certificate(JPKI_SIGNATURE, JPKI_CA_CERTIFICATE);
	shown = all_shown();
	assert_true(shown.card.ca[JPKI_SIGNATURE]);
	assert_false(shown.card.ca[JPKI_AUTHENTICATION] || shown.card.certificate);
	read_all();
	cache_note_pss_refused("A model", JPKI_SIGNATURE);
	shown = all_shown();
	assert_true(shown.card.ca[JPKI_AUTHENTICATION] && shown.card.certificate);
	assert_int_equal(shown.models, 1);
	assert_string_equal(shown.model.model, "A model");
	assert_true(shown.model.refuses_pss[JPKI_SIGNATURE]);
	assert_false(shown.model.refuses_pss[JPKI_AUTHENTICATION]);
	get(card_path());
	file[100]++;
	put(card_path());
	assert_int_equal(all_shown().cards, 0);
}

static void
what_is_cleared(void **state)
{
	static const char *const others[] = {"notes", ".nfs0001", "cards-1", "model"};
	bool done;

	(void)state;
	done = false;
	assert_int_equal(cache_clear(&done), 0);
	assert_true(done);
	start();
	cache_note_pss_refused("A", JPKI_SIGNATURE);
	length = 4;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		put(in_folder(others[i]));
	put(in_folder("card-broken"));
	put(in_folder(".new-1-1"));
	assert_int_equal(cache_clear(&done), 3);
	assert_true(done);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(access(in_folder(others[i]), F_OK), 0);
	assert_int_equal(access(in_folder(".new-1-1"), F_OK), -1);
	assert_int_equal(files("", NULL), 3);
	assert_int_equal(started(), COLD);
	assert_int_equal(mkdir(in_folder("card-folder"), S_IRWXU), 0);
	assert_int_equal(cache_clear(&done), 1);
	assert_false(done);
}

/* ------------------------------------------------------------------------------ several at once */

#define PROGRAMS 4
#define ROUNDS 40

static bool
work_once(bool clears)
{
	bool well, done = true;

	if (jpki_start(JPKI_ALL_ROLES) != JPKI_OK)
		return false;
	number = card_in(0);
	well = gives(JPKI_AUTHENTICATION, JPKI_CERTIFICATE) &&
	       gives(JPKI_SIGNATURE, JPKI_CA_CERTIFICATE) &&
	       gives(JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE);
	if (clears)
		(void)cache_clear(&done);
	return jpki_stop() == JPKI_OK && well;
}

static void
several_programs(void **state)
{
	pid_t children[PROGRAMS];
	int status, failed = 0;

	(void)state;
	for (int i = 0; i < PROGRAMS; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			bool well = true;

			for (int round = 0; round < ROUNDS && well; round++)
				well = work_once(i == 0);
			_exit(well ? 0 : 1);
		}
		assert_true(children[i] > 0);
	}
	for (int i = 0; i < PROGRAMS; i++)
		failed += waitpid(children[i], &status, 0) != children[i] || status != 0;
	assert_int_equal(failed, 0);
	start();
	read_all();
	assert_int_equal(started(), WARM);
	read_all();
	assert_int_equal(exchanges(), 0);
}

/* What one program has read stays, though another one, which came with it, has read less. */
static void
none_undoes_what_another_has_read(void **state)
{
	(void)state;
	start(); /* the first block is kept */
	get(card_path());
	memcpy(whole, file, length);
	whole_length = length;
	read_all();
	get(card_path());
	stop();
	assert_int_equal(store_remove(store_open(false), strrchr(card_path(), '/') + 1), true);
	start();	  /* with no more than that ... */
	put(card_path()); /* ... when another one writes all */
	assert_certificate(JPKI_SIGNATURE, JPKI_CA_CERTIFICATE);
	(void)started();
	read_all();
	assert_int_equal(exchanges(), 0);
}

#define TEST_CACHE(name) cmocka_unit_test_setup_teardown(name, make_cache, drop_cache)
#define TEST_CARDS(name) cmocka_unit_test_setup_teardown(name, make_cache, drop_cache_and_cards)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_CACHE(cold_and_warm),
	    TEST_CACHE(long_reads_that_work),
	    TEST_CACHE(long_reads_that_are_refused),
	    TEST_CACHE(long_reads_in_another_reader),
	    TEST_CACHE(long_reads_are_not_tried_in_a_login),
	    TEST_CACHE(long_reads_are_not_tried_beside_a_login),
	    TEST_CACHE(a_card_that_gives_little_at_a_time),
	    TEST_CACHE(for_one_key_alone),
	    TEST_CACHE(what_is_public_alone),
	    TEST_CACHE(nothing_of_a_person),
	    TEST_CACHE(nothing_of_other_kinds),
	    TEST_CACHE(a_byte_that_is_wrong),
	    TEST_CACHE(a_length_that_is_wrong),
	    TEST_CACHE(cut_off_with_the_right_sum),
	    TEST_CACHE(lies),
	    TEST_CACHE(lengths_that_lie),
	    TEST_CACHE(at_another_time),
	    TEST_CACHE(it_does_not_grow_younger),
	    TEST_CARDS(under_another_name),
	    TEST_CARDS(one_that_was_renewed),
	    TEST_CARDS(no_more_than_so_many),
	    TEST_CACHE(one_that_has_come),
	    TEST_CACHE(one_that_has_gone),
	    TEST_CACHE(one_that_has_gone_is_not_kept_again),
	    TEST_CACHE(a_key_that_is_another_one),
	    TEST_CACHE(what_is_no_certificate),
	    TEST_CACHE(switched_off),
	    TEST_CACHE(nowhere_to_write),
	    TEST_CACHE(a_model_without_pss),
	    TEST_CACHE(what_a_person_says_of_pss),
	    TEST_CACHE(a_wrong_file_of_a_model),
	    TEST_CACHE(what_is_shown),
	    TEST_CACHE(what_is_cleared),
	    TEST_CACHE(several_programs),
	    TEST_CACHE(none_undoes_what_another_has_read),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
