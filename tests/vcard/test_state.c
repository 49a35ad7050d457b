/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <sys/stat.h>

#include "support.h"

static struct vcard *
open_card(const char *folder, const char *pin)
{
	struct vcard_options options = {
	    .directory = folder,
	    .pki = test_pki(),
	    .pins = {[VCARD_PIN_AUTHENTICATION] = pin},
	};
	struct vcard_error error;
	struct vcard *card;

	if (vcard_new(&card, &options, &error) != 0)
		fail_msg("%s", error.text);
	vcard_power_on(card);
	return card;
}

static void
counters_and_pins_outlive_the_card(void **state)
{
	char *folder = make_folder();
	struct vcard *card = open_card(folder, NULL);

	verify(card, VERIFY_SIGNATURE);
	assert_status(card, "0024019B0658595A393837", 0x9000);
	assert_status(card, VERIFY_WRONG, 0x63c2);
	vcard_free(&card);
	card = open_card(folder, NULL);
	assert_int_equal(vcard_pin_tries(card, VCARD_PIN_AUTHENTICATION), 2);
	assert_true(vcard_pin_is(card, VCARD_PIN_SIGNATURE, "XYZ987"));
	assert_false(vcard_pin_verified(card, VCARD_PIN_SIGNATURE));
	vcard_free(&card);
	drop_folder(folder);
}

static void
serial_number_stays(void **state)
{
	char *folder = make_folder();
	struct vcard *card = open_card(folder, NULL);
	uint8_t serial[16];

	select_jpki(card);
	assert_status(card, "00B0865010", 0x9000);
	memcpy(serial, answer, sizeof(serial));
	vcard_free(&card);
	card = open_card(folder, NULL);
	select_jpki(card);
	assert_status(card, "00B0865010", 0x9000);
	assert_memory_equal(serial, answer, sizeof(serial));
	vcard_free(&card);
	drop_folder(folder);
}

static void
cards_have_serials_of_their_own(void **state)
{
	struct vcard *one = open_card(NULL, NULL), *two = open_card(NULL, NULL);
	uint8_t serial[16];

	select_jpki(one);
	assert_status(one, "00B0865010", 0x9000);
	memcpy(serial, answer, sizeof(serial));
	select_jpki(two);
	assert_status(two, "00B0865010", 0x9000);
	assert_memory_not_equal(serial, answer, sizeof(serial));
	vcard_free(&one);
	vcard_free(&two);
}

static void
given_pin_has_all_tries(void **state)
{
	char *folder = make_folder();
	struct vcard_error error;
	struct vcard *card = open_card(folder, NULL);

	assert_int_equal(vcard_pin_set_tries(card, VCARD_PIN_AUTHENTICATION, 1, &error), 0);
	vcard_free(&card);
	card = open_card(folder, "1234");
	assert_int_equal(vcard_pin_tries(card, VCARD_PIN_AUTHENTICATION), 1);
	vcard_free(&card);
	card = open_card(folder, "0000");
	assert_int_equal(vcard_pin_tries(card, VCARD_PIN_AUTHENTICATION), 3);
	assert_true(vcard_pin_is(card, VCARD_PIN_AUTHENTICATION, "0000"));
	vcard_free(&card);
	drop_folder(folder);
}

static void
folder_belongs_to_one_card(void **state)
{
	char *folder = make_folder();
	struct vcard *card = open_card(folder, NULL);
	struct vcard_options options = {.directory = folder, .pki = test_pki()};
	struct vcard_error error;
	struct vcard *second;

	assert_int_equal(vcard_new(&second, &options, &error), -1);
	assert_null(second);
	assert_non_null(strstr(error.text, "another virtual card"));
	vcard_free(&card);
	drop_folder(folder);
}

static void
files_are_private(void **state)
{
	char *folder = make_folder();
	struct vcard *card = open_card(folder, NULL);
	struct stat info;
	char path[128];

	snprintf(path, sizeof(path), "%s/card.json", folder);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	vcard_free(&card);
	drop_folder(folder);
}

static void
broken_state_is_refused(void **state)
{
	static const char *const texts[] = {"", "{}", "[1", "{\"serial\": \"A\", \"pins\": 3}"};
	char *folder = make_folder();
	struct vcard_options options = {.directory = folder, .pki = test_pki()};
	struct vcard_error error;
	struct vcard *card;
	char path[128];

	snprintf(path, sizeof(path), "%s/card.json", folder);
	for (size_t i = 0; i < LENGTH_OF(texts); i++) {
		write_file_text(path, texts[i]);
		assert_int_equal(vcard_new(&card, &options, &error), -1);
		assert_non_null(strstr(error.text, "remove it"));
	}
	drop_folder(folder);
}

static void
ledger_file_is_appended(void **state)
{
	char *folder = make_folder();
	char path[128], *text;

	for (int i = 0; i < 2; i++) {
		struct vcard *card = open_card(folder, NULL);

		verify(card, VERIFY_AUTHENTICATION);
		vcard_free(&card);
	}
	snprintf(path, sizeof(path), "%s/ledger", folder);
	text = read_file_text(path, NULL);
	assert_int_equal(times_in(text, "\n2 verify application=jpki ef=0018 sw=9000\n"), 2);
	free(text);
	drop_folder(folder);
}

static void
options_are_checked(void **state)
{
	struct vcard_options options = {.pki = test_pki(), .serial = ""};
	struct vcard_error error;
	struct vcard *card;

	assert_int_equal(vcard_new(&card, &options, &error), -1);
	options.serial = "12345678901234567";
	assert_int_equal(vcard_new(&card, &options, &error), -1);
	options.serial = NULL;
	options.pins[VCARD_PIN_SIGNATURE] = "ABC";
	assert_int_equal(vcard_new(&card, &options, &error), -1);
	options.pins[VCARD_PIN_SIGNATURE] = NULL;
	options.directory = "/dev/null/folder";
	assert_int_equal(vcard_new(&card, &options, &error), -1);
	assert_null(card);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counters_and_pins_outlive_the_card),
	    cmocka_unit_test(serial_number_stays),
	    cmocka_unit_test(cards_have_serials_of_their_own),
	    cmocka_unit_test(given_pin_has_all_tries),
	    cmocka_unit_test(folder_belongs_to_one_card),
	    cmocka_unit_test(files_are_private),
	    cmocka_unit_test(broken_state_is_refused),
	    cmocka_unit_test(ledger_file_is_appended),
	    cmocka_unit_test(options_are_checked),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
