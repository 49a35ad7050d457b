/* SPDX-License-Identifier: BSD-2-Clause */

/* What is written down of a card, and of which cards; how a person sees it and takes it away. */

#include "cache_folder.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reader/cache.h"

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

/* Public certificates and the token information, one after the other, and nothing else. */
static void
what_is_public_alone(void **state)
{
	static const enum vcard_certificate kept[] = {VCARD_CERTIFICATE_AUTHENTICATION,
	    VCARD_CERTIFICATE_AUTHENTICATION_CA, VCARD_CERTIFICATE_SIGNATURE_CA};
	uint8_t der[JPKI_CERTIFICATE_MAX];
	size_t at = BYTES_AT, size;

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

	for (size_t i = 0; i < LENGTH_OF(kinds); i++) {
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

/* ------------------------------------------------------------------------------ shown, cleared */

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

	done = false;
	assert_int_equal(cache_clear(&done), 0);
	assert_true(done);
	start();
	cache_note_pss_refused("A", JPKI_SIGNATURE);
	length = 4;
	for (size_t i = 0; i < LENGTH_OF(others); i++)
		put(in_folder(others[i]));
	put(in_folder("card-broken"));
	put(in_folder(".new-1-1"));
	assert_int_equal(cache_clear(&done), 3);
	assert_true(done);
	for (size_t i = 0; i < LENGTH_OF(others); i++)
		assert_int_equal(access(in_folder(others[i]), F_OK), 0);
	assert_int_equal(access(in_folder(".new-1-1"), F_OK), -1);
	assert_int_equal(files("", NULL), 3);
	assert_int_equal(started(), COLD);
	assert_int_equal(mkdir(in_folder("card-folder"), S_IRWXU), 0);
	assert_int_equal(cache_clear(&done), 1);
	assert_false(done);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_CACHE(what_is_public_alone),
	    TEST_CACHE(nothing_of_a_person),
	    TEST_CACHE(nothing_of_other_kinds),
	    TEST_CACHE(what_is_shown),
	    TEST_CACHE(what_is_cleared),
	};

	return RUN(tests);
}
