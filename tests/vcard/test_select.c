/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

static void
jpki_is_selected_by_its_whole_name(void **state)
{
	assert_answer(*state, SELECT_JPKI, 0x9000, 0);
	assert_status(*state, "00B0880003", 0x9000);
}

static void
prefix_selects_another_application(void **state)
{
	assert_status(*state, "00A4040C02D392", 0x9000);
	assert_status(*state, "00B0880003", 0x6a82);
	assert_status(*state, "00A4040C09D39210003100010104", 0x9000);
	assert_status(*state, "002000980438373635", 0x9000);
	assert_true(vcard_pin_verified(*state, VCARD_PIN_REGISTER));
}

static void
unknown_application_leaves_the_current_one(void **state)
{
	select_jpki(*state);
	assert_status(*state, "00A4040C0AD392F000260100000002", 0x6a82);
	assert_status(*state, "00B0880003", 0x9000);
}

static void
select_mf_says_yes_and_does_nothing(void **state)
{
	assert_status(*state, "00A40000", 0x6a82);
	select_jpki(*state);
	assert_status(*state, "00A4020C020006", 0x9000);
	assert_status(*state, "00A40000", 0x9000);
	assert_status(*state, "00B0000004", 0x9000);
	assert_memory_equal(answer, "JPKI", 4);
}

static void
nothing_works_before_a_selection(void **state)
{
	assert_status(*state, "00A4020C020006", 0x6a82);
	assert_status(*state, "00B0000000", 0x6986);
	assert_status(*state, "00B0860000", 0x6a82);
	assert_status(*state, VERIFY_AUTHENTICATION, 0x6a88);
	assert_int_equal(vcard_pin_tries(*state, VCARD_PIN_AUTHENTICATION), 3);
}

static void
selecting_forgets_the_current_file(void **state)
{
	select_jpki(*state);
	assert_status(*state, "00A4020C020006", 0x9000);
	select_jpki(*state);
	assert_status(*state, "00B0000004", 0x6986);
}

static void
control_information_names_the_application(void **state)
{
	assert_answer(*state, "00A404000AD392F00026010000000100", 0x9000, 14);
	assert_memory_equal(answer, "\x6f\x0c\x84\x0a\xd3\x92\xf0", 7);
}

static void
foreign_cards_have_no_such_application(void **state)
{
	set_quirk(*state, "application", "absent");
	assert_status(*state, SELECT_JPKI, 0x6a82);
	assert_status(*state, SELECT_INPUT_AID, 0x9000);
	set_quirk(*state, "application", "foreign");
	assert_status(*state, SELECT_INPUT_AID, 0x6a82);
}

static void
an_application_can_be_preselected(void **state)
{
	set_quirk(*state, "preselected", "input-aid");
	vcard_power_off(*state);
	vcard_power_on(*state);
	assert_status(*state, "002000980435363738", 0x9000);
	assert_true(vcard_pin_verified(*state, VCARD_PIN_INPUT_AID));
	set_quirk(*state, "preselected", "jpki");
	vcard_warm_reset(*state);
	assert_status(*state, "00B0880003", 0x9000);
}

static void
another_program_can_select(void **state)
{
	struct vcard_error error;

	select_jpki(*state);
	assert_int_equal(vcard_select_other(*state, NULL, 0, &error), 0);
	assert_status(*state, VERIFY_AUTHENTICATION, 0x63c2);
	assert_int_equal(vcard_pin_tries(*state, VCARD_PIN_AUTHENTICATION), 3);
	assert_int_equal(vcard_pin_tries(*state, VCARD_PIN_INPUT_AID), 2);
	assert_int_equal(vcard_select_other(*state, (const uint8_t *)"\x01", 1, &error), -1);
}

static void
malformed_commands_are_refused(void **state)
{
	select_jpki(*state);
	assert_status(*state, "01A40000", 0x6e00);
	assert_status(*state, "0020", 0x6700);
	assert_status(*state, "00FF0000", 0x6d00);
	assert_status(*state, "002A0080", 0x6e00);
	assert_status(*state, "00A4010C020006", 0x6a86);
	assert_status(*state, "00A4020C0106", 0x6700);
	assert_status(*state, "00A4020C050006", 0x6700);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CARD_TEST(jpki_is_selected_by_its_whole_name),
	    CARD_TEST(prefix_selects_another_application),
	    CARD_TEST(unknown_application_leaves_the_current_one),
	    CARD_TEST(select_mf_says_yes_and_does_nothing),
	    CARD_TEST(nothing_works_before_a_selection),
	    CARD_TEST(selecting_forgets_the_current_file),
	    CARD_TEST(control_information_names_the_application),
	    CARD_TEST(foreign_cards_have_no_such_application),
	    CARD_TEST(an_application_can_be_preselected),
	    CARD_TEST(another_program_can_select),
	    CARD_TEST(malformed_commands_are_refused),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
