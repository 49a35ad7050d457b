/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache_folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "../common/certificates.h"
#include "base/checksum.h"

#define HASH_SIZE 32

uint8_t file[STORE_FILE_MAX + 64];
size_t length, whole_length;
uint8_t signature[JPKI_SIGNATURE_SIZE];

static char root[32];
static uint8_t whole[STORE_FILE_MAX];
static const uint8_t hash[HASH_SIZE] = {1, 2, 3};

const char *
in_folder(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/jpki/%s", root, name);
	return path;
}

int
make_cache(void **state)
{
	strcpy(root, "/tmp/jpki-cache-XXXXXX");
	if (mkdtemp(root) == NULL || setenv("XDG_CACHE_HOME", root, 1) != 0 ||
	    setenv("JPKI_CONFIG", "", 1) != 0)
		return -1;
	return make_card(state) | inprocess_add_reader(READER) | inprocess_insert(READER, card);
}

int
drop_cache(void **state)
{
	return tear_down(state) | remove_tree(root);
}

unsigned
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

const char *
card_path(void)
{
	char name[STORE_NAME_SIZE];

	assert_int_equal(files("card-", name), 1);
	return in_folder(name);
}

void
get(const char *path)
{
	FILE *stream = fopen(path, "rb");

	assert_non_null(stream);
	length = fread(file, 1, sizeof(file), stream);
	assert_int_equal(fclose(stream), 0);
}

void
put(const char *path)
{
	FILE *stream = fopen(path, "wb");

	assert_non_null(stream);
	assert_int_equal(fwrite(file, 1, length, stream), length);
	assert_int_equal(fclose(stream), 0);
}

void
keep(void)
{
	memcpy(whole, file, length);
	whole_length = length;
}

void
restore(void)
{
	memcpy(file, whole, whole_length);
	length = whole_length;
}

void
sum(void)
{
	uint64_t value = checksum_add(CHECKSUM_START, file + WRITTEN_AT, length - WRITTEN_AT);

	memcpy(file + SUM_AT, &value, sizeof(value));
}

void
set_written(int64_t when)
{
	memcpy(file + WRITTEN_AT, &when, sizeof(when));
	sum();
}

uint16_t
length_at(size_t at)
{
	uint16_t value;

	memcpy(&value, file + LENGTHS_AT + at, sizeof(value));
	return value;
}

void
stop(void)
{
	(void)jpki_stop();
}

void
start(void)
{
	stop();
	vcard_ledger_mark(card);
	assert_ok(jpki_start(JPKI_ALL_ROLES));
	number = card_in(0);
}

unsigned
exchanges(void)
{
	unsigned count = (unsigned)vcard_ledger_totals(card).exchanges;

	vcard_ledger_mark(card);
	return count;
}

unsigned
started(void)
{
	start();
	return exchanges();
}

unsigned
keys(void)
{
	unsigned roles;

	assert_ok(jpki_keys(number, &roles));
	return roles;
}

bool
gives(enum jpki_role role, enum jpki_certificate which)
{
	uint8_t der[JPKI_CERTIFICATE_MAX];
	unsigned char *expected = NULL;
	size_t have = sizeof(der);
	int size = i2d_X509(role_certificate(vcard_pki(card), role, which), &expected);
	bool same = jpki_certificate(number, role, which, der, &have) == JPKI_OK &&
		    have == (size_t)size && memcmp(der, expected, have) == 0;

	OPENSSL_free(expected);
	return same;
}

void
assert_certificate(enum jpki_role role, enum jpki_certificate which)
{
	assert_true(gives(role, which));
}

int
sign(enum jpki_role role, enum jpki_signature_form form)
{
	return jpki_sign(number, role, form, hash, sizeof(hash), signature);
}

void
assert_texts(const char *serial)
{
	char model[JPKI_TEXT_SIZE], text[JPKI_TEXT_SIZE];

	assert_ok(jpki_card_text(number, model, text));
	assert_string_equal(text, serial);
	assert_true(strlen(model) > 0);
}

void
read_all(void)
{
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE);
	assert_certificate(JPKI_SIGNATURE, JPKI_CA_CERTIFICATE);
}

void
fill(void)
{
	start();
	read_all();
	stop();
	assert_int_equal(started(), WARM);
	get(card_path());
}

void
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

void
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

void
configure(const char *setting)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/conf", root);
	length = (size_t)snprintf((char *)file, sizeof(file), "[token]\n%s\n", setting);
	put(path);
	assert_int_equal(setenv("JPKI_CONFIG", path, 1), 0);
}
