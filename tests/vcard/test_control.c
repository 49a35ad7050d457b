/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "support.h"

static char *text;

static int
control_with(struct vcard *card, const struct vcard_front *front, const char *line)
{
	size_t length;
	FILE *out;
	int result;

	free(text);
	text = NULL;
	out = open_memstream(&text, &length);
	assert_non_null(out);
	result = vcard_control(card, front, line, out);
	fclose(out);
	return result;
}

static void
control(struct vcard *card, const char *line)
{
	if (control_with(card, NULL, line) != 0)
		fail_msg("%s: %s", line, text);
	assert_string_equal(text + strlen(text) - 3, "ok\n");
}

static void
refused(struct vcard *card, const char *line)
{
	assert_int_equal(control_with(card, NULL, line), -1);
	assert_non_null(strstr(text, "error: "));
}

static int
note(void *context)
{
	++*(unsigned *)context;
	return 0;
}

static void
fronts_are_called(void **state)
{
	unsigned calls = 0;
	struct vcard_front front = {.context = &calls, .insert = note, .eject = note};

	assert_int_equal(control_with(*state, &front, "insert"), 0);
	assert_int_equal(control_with(*state, &front, "eject"), 0);
	assert_int_equal(calls, 2);
	refused(*state, "insert");
	refused(*state, "quit");
}

static void
counters_are_shown_and_set(void **state)
{
	control(*state, "counters set signature 2");
	assert_int_equal(vcard_pin_tries(*state, VCARD_PIN_SIGNATURE), 2);
	control(*state, "counters");
	assert_non_null(strstr(text, "signature 2/5\n"));
	refused(*state, "counters set signature 6");
	refused(*state, "counters set signature -1");
	refused(*state, "counters set nothing 1");
}

static void
attributes_are_told(void **state)
{
	char number[VCARD_MANUFACTURE_NUMBER_SIZE], line[64];

	control(*state, "attributes");
	assert_non_null(strstr(text, "name 番号　花子\naddress 東京都"));
	assert_non_null(strstr(text, "\nbirth-date 19900123\nsex 2\n"));
	vcard_manufacture_number(*state, number);
	snprintf(line, sizeof(line), "\nmanufacture-number %s\n", number);
	assert_non_null(strstr(text, line));
}

static void
pin_of_the_attributes_is_blocked(void **state)
{
	control(*state, "counters set input-aid 0");
	control(*state, "counters");
	assert_non_null(strstr(text, "input-aid 0/3\n"));
	assert_non_null(strstr(text, "authentication 3/3\n"));
}

static void
ledger_names_the_application(void **state)
{
	assert_status(*state, SELECT_INPUT_AID, 0x9000);
	assert_status(*state, "00200091", 0x63c3);
	assert_status(*state, VERIFY_ATTRIBUTES, 0x9000);
	verify(*state, VERIFY_AUTHENTICATION);
	control(*state, "ledger show");
	assert_non_null(strstr(text, "count application=input-aid ef=0011 sw=63C3\n"));
	assert_non_null(strstr(text, "verify application=input-aid ef=0011 sw=9000\n"));
	assert_non_null(strstr(text, "verify application=jpki ef=0018 sw=9000\n"));
}

static void
pins_are_set(void **state)
{
	control(*state, "pin set authentication 9876");
	assert_true(vcard_pin_is(*state, VCARD_PIN_AUTHENTICATION, "9876"));
	refused(*state, "pin set authentication");
}

static void
other_programs_select(void **state)
{
	select_jpki(*state);
	control(*state, "select-other D3921000310001010402");
	control(*state, "status");
	assert_non_null(strstr(text, "application surface\n"));
	control(*state, "select-other");
	refused(*state, "select-other zz");
	refused(*state, "select-other 0102");
}

static void
quirks_are_set(void **state)
{
	control(*state, "quirk set label android");
	assert_string_equal(vcard_quirk_get(*state, "label"), "android");
	control(*state, "quirk");
	assert_non_null(strstr(text, "label=android\n"));
	control(*state, "quirk reset");
	assert_string_equal(vcard_quirk_get(*state, "label"), "card");
	refused(*state, "quirk set label nonsense");
	refused(*state, "quirk set nonsense yes");
}

static void
every_quirk_takes_its_values(void **state)
{
	const struct vcard_quirk *row;

	for (size_t i = 0; (row = vcard_quirk(i)) != NULL; i++) {
		assert_non_null(row->help);
		assert_string_equal(vcard_quirk_get(*state, row->name), row->values[0]);
		for (size_t j = 0; row->values[j] != NULL; j++)
			set_quirk(*state, row->name, row->values[j]);
	}
}

static void
faults_are_planned(void **state)
{
	control(*state, "fault 2 sw 6D00");
	assert_status(*state, SELECT_JPKI, 0x9000);
	assert_status(*state, SELECT_JPKI, 0x6d00);
	control(*state, "fault 1 sw");
	assert_status(*state, SELECT_JPKI, 0x6f00);
	control(*state, "fault 1 eject");
	control(*state, "fault clear");
	assert_status(*state, SELECT_JPKI, 0x9000);
	control(*state, "fault verify empty");
	control(*state, "fault change+12 eject");
	assert_int_equal(vcard_faults_waiting(*state), 2);
	control(*state, "fault clear");
	control(*state, "fault sign sw 6581");
	control(*state, "fault sign+1 sw 6D00");
	assert_status(*state, SELECT_JPKI, 0x9000);
	assert_status(*state, VERIFY_AUTHENTICATION, 0x9000);
	assert_status(*state, "802A029720" HASH "00", 0x6581);
	assert_status(*state, "802A029720" HASH "00", 0x6d00);
	assert_status(*state, "802A029720" HASH "00", 0x9000);
	refused(*state, "fault verify+ sw");
	refused(*state, "fault verif sw");
	refused(*state, "fault 1 nonsense");
	refused(*state, "fault x sw");
}

static void
power_is_cut(void **state)
{
	verify(*state, VERIFY_AUTHENTICATION);
	control(*state, "power reset");
	control(*state, "status");
	assert_non_null(strstr(text, "verified authentication\n"));
	control(*state, "power cut");
	control(*state, "status");
	assert_null(strstr(text, "verified authentication\n"));
}

static void
ledger_is_shown(void **state)
{
	select_jpki(*state);
	control(*state, "ledger show");
	assert_non_null(strstr(text, "1 select application=jpki sw=9000\n"));
	control(*state, "ledger count");
	assert_non_null(strstr(text, "select 1\n"));
	control(*state, "ledger mark");
	control(*state, "ledger show");
	assert_string_equal(text, "ok\n");
}

static void
delays_are_set(void **state)
{
	control(*state, "delay signature 2500");
	assert_int_equal(vcard_delays_get(*state).signature, 2500);
	control(*state, "delay pin 700");
	assert_int_equal(vcard_delays_get(*state).pin, 700);
	control(*state, "delay");
	assert_non_null(strstr(text, "signature 2500\n"));
	refused(*state, "delay nothing 1");
	refused(*state, "delay byte x");
}

static void
nonsense_is_refused(void **state)
{
	refused(*state, "");
	refused(*state, "nonsense");
	refused(*state, "a b c d e f g h i j");
	control(*state, "help");
	assert_non_null(strstr(text, "select-other"));
}

static int
drop_text(void **state)
{
	free(text);
	return drop_pki(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CARD_TEST(fronts_are_called),
	    CARD_TEST(counters_are_shown_and_set),
	    CARD_TEST(attributes_are_told),
	    CARD_TEST(pin_of_the_attributes_is_blocked),
	    CARD_TEST(ledger_names_the_application),
	    CARD_TEST(pins_are_set),
	    CARD_TEST(other_programs_select),
	    CARD_TEST(quirks_are_set),
	    CARD_TEST(every_quirk_takes_its_values),
	    CARD_TEST(faults_are_planned),
	    CARD_TEST(power_is_cut),
	    CARD_TEST(ledger_is_shown),
	    CARD_TEST(delays_are_set),
	    CARD_TEST(nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_text);
}
