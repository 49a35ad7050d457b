/* SPDX-License-Identifier: BSD-2-Clause */

/* Files that are wrong, or of another time: none of it is believed, and they are written anew. */

#include "cache_folder.h"

#include "reader/cache.h"

#define DAY 86400

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
	keep();
}

static void
a_byte_that_is_wrong(void **state)
{
	char path[PATH_MAX];

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

	fill_whole(path);
	for (size_t i = 0; i < whole_length; i = next(i)) {
		restore();
		length = i;
		assert_not_taken(path, "length", i);
		if (i < WRITTEN_AT)
			continue;
		/* with the right sum: of one that another version has written, say */
		restore();
		length = i;
		sum();
		assert_not_taken(path, "cut off at", i);
	}
	for (size_t i = 0; i < LENGTH_OF(more); i++) {
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

	fill_whole(path);
	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
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

static void
set_length(size_t at, size_t value)
{
	uint16_t small = (uint16_t)value;

	memcpy(file + LENGTHS_AT + at, &small, sizeof(small));
}

/* Lengths that add up to what is there, but of other certificates. */
static void
lengths_that_lie(void **state)
{
	size_t first, second;
	char path[PATH_MAX];

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

	fill_whole(path);
	for (size_t i = 0; i < LENGTH_OF(times); i++) {
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

/* ----------------------------------------------------------------- certificates that are wrong */

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_CACHE(a_byte_that_is_wrong),
	    TEST_CACHE(a_length_that_is_wrong),
	    TEST_CACHE(lies),
	    TEST_CACHE(lengths_that_lie),
	    TEST_CACHE(at_another_time),
	    TEST_CACHE(it_does_not_grow_younger),
	    TEST_CACHE(a_key_that_is_another_one),
	    TEST_CACHE(what_is_no_certificate),
	};

	return RUN(tests);
}
