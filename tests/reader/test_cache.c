/* SPDX-License-Identifier: BSD-2-Clause */

/* What is kept of cards in files saves exchanges, and is that card's: another program, another
 * card, and a certificate that comes or goes. */

#include "cache_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reader/cache.h"

/* A person's work, step by step, and again in a new program. */
static void
cold_and_warm(void **state)
{
	static const unsigned expected[2][8] = {
	    {COLD, 5, 6, 6, 3, 1, 9, 1},
	    {WARM, 0, 0, 0, 3, 1, 9, 1},
	};

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

/* Bytes that one read of the card gives: what is known then is less. */
static void
a_card_that_gives_little_at_a_time(void **state)
{
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

/* --------------------------------------------------------------------------------- other cards */

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
	return drop_pki(state) | remove_tree(keys_folder);
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

	fill();
	assert_int_equal(files("card-", names[0]), 1);
	assert_true(store_remove(store_open(false), names[0]));
	keep();
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

/* -------------------------------------------------- a signature certificate that comes or goes */

/* One may be put on it any day, so what was not there is asked for each time. */
static void
one_that_has_come(void **state)
{
	struct stat before, after;

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

/*
 * It is found out when it is to be read: no signature, one PIN, and all is well at the next start.
 * That it was looked for, and nothing else done, does not have it kept once more.
 */
static void
one_that_has_gone(void **state)
{
	uint8_t der[JPKI_CERTIFICATE_MAX];
	size_t size = sizeof(der);

	for (int signs = 1; signs >= 0; signs--) {
		put_in(NULL, NULL);
		fill();
		assert_int_equal(vcard_quirk_set(card, "signature-certificate", "absent", NULL), 0);
		assert_int_equal(started(), WARM);
		assert_int_equal(keys(), JPKI_ALL_ROLES);
		assert_ok(login(JPKI_SIGNATURE, "ABC123", NULL));
		assert_rv(jpki_certificate(number, JPKI_SIGNATURE, JPKI_CERTIFICATE, der, &size),
		    JPKI_ERR_NOT_FOUND);
		if (signs)
			assert_rv(sign(JPKI_SIGNATURE, JPKI_SIGN_PKCS1), JPKI_ERR_NOT_FOUND);
		assert_int_equal(pins_sent(), 1);
		assert_int_equal(tries(JPKI_SIGNATURE), tries_max(JPKI_SIGNATURE));
		assert_int_equal(started(), COLD);
		assert_int_equal(keys(), JPKI_ROLE(JPKI_AUTHENTICATION));
		assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	}
}

static void
switched_off(void **state)
{
	struct stat before, after;

	configure("cache = no");
	for (int round = 0; round < 2; round++) {
		assert_int_equal(started(), COLD);
		do_all();
		cache_note_pss_refused("JPKI", JPKI_SIGNATURE);
	}
	assert_int_equal(access(in_folder(""), F_OK), -1);
	configure("cache = yes");
	fill();
	cache_note_pss_refused("JPKI", JPKI_SIGNATURE);
	assert_true(cache_refuses_pss("JPKI", JPKI_SIGNATURE));
	assert_int_equal(stat(card_path(), &before), 0);
	configure("cache = no");
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

	for (size_t i = 0; i < LENGTH_OF(places); i++) {
		assert_int_equal(setenv("XDG_CACHE_HOME", places[i], 1), 0);
		for (int round = 0; round < 2; round++) {
			assert_int_equal(started(), COLD);
			do_all();
		}
	}
}

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
	start(); /* the first block is kept */
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

#define TEST_CARDS(name) cmocka_unit_test_setup_teardown(name, make_cache, drop_cache_and_cards)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_CACHE(cold_and_warm),
	    TEST_CACHE(a_card_that_gives_little_at_a_time),
	    TEST_CACHE(for_one_key_alone),
	    TEST_CARDS(under_another_name),
	    TEST_CARDS(one_that_was_renewed),
	    TEST_CARDS(no_more_than_so_many),
	    TEST_CACHE(one_that_has_come),
	    TEST_CACHE(one_that_has_gone),
	    TEST_CACHE(switched_off),
	    TEST_CACHE(nowhere_to_write),
	    TEST_CACHE(several_programs),
	    TEST_CACHE(none_undoes_what_another_has_read),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
