/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#define WRONG_SIGNATURE "0020009B06414243393939"

static void
counting_spends_nothing(void **state)
{
	select_jpki(*state);
	for (int i = 0; i < 10; i++) {
		assert_status(*state, "00200098", 0x63c3);
		assert_status(*state, "0020009B", 0x63c5);
	}
}

static void
verify_on_the_current_file(void **state)
{
	select_jpki(*state);
	assert_status(*state, "00A4020C020018", 0x9000);
	assert_status(*state, "00200080", 0x63c3);
	assert_status(*state, "002000800431323334", 0x9000);
	assert_true(vcard_pin_verified(*state, VCARD_PIN_AUTHENTICATION));
	assert_false(vcard_pin_verified(*state, VCARD_PIN_SIGNATURE));
}

static void
counting_does_not_tell_the_state(void **state)
{
	verify(*state, VERIFY_AUTHENTICATION);
	assert_status(*state, "00200098", 0x63c3);
	set_quirk(*state, "verified-count", "9000");
	assert_status(*state, "00200098", 0x9000);
}

static void
three_wrong_pins_block(void **state)
{
	select_jpki(*state);
	assert_status(*state, VERIFY_WRONG, 0x63c2);
	assert_status(*state, VERIFY_WRONG, 0x63c1);
	assert_status(*state, VERIFY_WRONG, 0x63c0);
	assert_status(*state, VERIFY_AUTHENTICATION, 0x6984);
	assert_status(*state, "00200098", 0x63c0);
	assert_status(*state, VERIFY_SIGNATURE, 0x9000);
}

static void
five_wrong_passwords_block(void **state)
{
	select_jpki(*state);
	for (unsigned left = 5; left-- > 0;)
		assert_status(*state, WRONG_SIGNATURE, 0x63c0 | left);
	assert_status(*state, VERIFY_SIGNATURE, 0x6984);
}

static void
blocked_is_said_in_three_ways(void **state)
{
	struct vcard_error error;

	assert_int_equal(vcard_pin_set_tries(*state, VCARD_PIN_AUTHENTICATION, 0, &error), 0);
	select_jpki(*state);
	set_quirk(*state, "blocked-verify", "6983");
	assert_status(*state, VERIFY_AUTHENTICATION, 0x6983);
	set_quirk(*state, "blocked-verify", "63c0");
	assert_status(*state, VERIFY_AUTHENTICATION, 0x63c0);
	set_quirk(*state, "blocked-count", "6983");
	assert_status(*state, "00200098", 0x6983);
	set_quirk(*state, "blocked-count", "6984");
	assert_status(*state, "00200098", 0x6984);
}

static void
right_pin_gives_the_tries_back(void **state)
{
	select_jpki(*state);
	assert_status(*state, VERIFY_WRONG, 0x63c2);
	assert_status(*state, VERIFY_AUTHENTICATION, 0x9000);
	assert_status(*state, "00200098", 0x63c3);
}

static void
wrong_pin_ends_the_verified_state(void **state)
{
	verify(*state, VERIFY_AUTHENTICATION);
	assert_status(*state, VERIFY_WRONG, 0x63c2);
	assert_false(vcard_pin_verified(*state, VCARD_PIN_AUTHENTICATION));
}

static void
lower_case_is_wrong(void **state)
{
	select_jpki(*state);
	assert_status(*state, "0020009B06616263313233", 0x63c4);
}

static void
malformed_pins_spend_a_try_or_not(void **state)
{
	select_jpki(*state);
	assert_status(*state, "0020009806414243313233", 0x63c2);
	set_quirk(*state, "pin-length", "6700");
	assert_status(*state, "0020009806414243313233", 0x6700);
	assert_int_equal(vcard_pin_tries(*state, VCARD_PIN_AUTHENTICATION), 2);
}

static void
verified_survives_all_but_power(void **state)
{
	verify(*state, VERIFY_AUTHENTICATION);
	assert_status(*state, SELECT_INPUT_AID, 0x9000);
	select_jpki(*state);
	assert_true(vcard_pin_verified(*state, VCARD_PIN_AUTHENTICATION));
	vcard_warm_reset(*state);
	assert_true(vcard_pin_verified(*state, VCARD_PIN_AUTHENTICATION));
	vcard_power_off(*state);
	vcard_power_on(*state);
	assert_false(vcard_pin_verified(*state, VCARD_PIN_AUTHENTICATION));
}

static void
selecting_can_clear(void **state)
{
	set_quirk(*state, "select-clears", "yes");
	verify(*state, VERIFY_AUTHENTICATION);
	assert_status(*state, SELECT_INPUT_AID, 0x9000);
	assert_true(vcard_pin_verified(*state, VCARD_PIN_AUTHENTICATION));
	select_jpki(*state);
	assert_false(vcard_pin_verified(*state, VCARD_PIN_AUTHENTICATION));
}

static void
reset_can_clear(void **state)
{
	set_quirk(*state, "reset-clears", "yes");
	verify(*state, VERIFY_AUTHENTICATION);
	vcard_warm_reset(*state);
	assert_false(vcard_pin_verified(*state, VCARD_PIN_AUTHENTICATION));
}

static void
stray_verify_spends_the_other_pin(void **state)
{
	assert_status(*state, SELECT_INPUT_AID, 0x9000);
	assert_status(*state, VERIFY_AUTHENTICATION, 0x63c2);
	assert_status(*state, SELECT_SURFACE, 0x9000);
	assert_status(*state, VERIFY_SIGNATURE, 0x63c9);
	assert_int_equal(vcard_pin_tries(*state, VCARD_PIN_AUTHENTICATION), 3);
	assert_int_equal(vcard_pin_tries(*state, VCARD_PIN_SIGNATURE), 5);
	assert_int_equal(vcard_pin_tries(*state, VCARD_PIN_INPUT_AID), 2);
	assert_int_equal(vcard_pin_tries(*state, VCARD_PIN_SURFACE_NUMBER), 9);
}

static void
change_needs_the_old_one(void **state)
{
	select_jpki(*state);
	assert_status(*state, CHANGE_AUTHENTICATION, 0x6982);
	assert_status(*state, VERIFY_SIGNATURE, 0x9000);
	assert_status(*state, CHANGE_AUTHENTICATION, 0x6982);
	assert_status(*state, VERIFY_AUTHENTICATION, 0x9000);
	assert_status(*state, CHANGE_AUTHENTICATION, 0x9000);
	assert_true(vcard_pin_is(*state, VCARD_PIN_AUTHENTICATION, "4321"));
}

static void
change_on_the_current_file(void **state)
{
	select_jpki(*state);
	assert_status(*state, "00A4020C02001B", 0x9000);
	assert_status(*state, "0020008006414243313233", 0x9000);
	assert_status(*state, "002401800758595A39383736", 0x9000);
	assert_true(vcard_pin_is(*state, VCARD_PIN_SIGNATURE, "XYZ9876"));
}

static void
change_refuses_what_is_no_pin(void **state)
{
	verify(*state, VERIFY_AUTHENTICATION);
	assert_status(*state, "0024019803313233", 0x6700);
	assert_status(*state, "002401980431320034", 0x6a80);
	assert_status(*state, "002400980434333231", 0x6a86);
	assert_true(vcard_pin_is(*state, VCARD_PIN_AUTHENTICATION, "1234"));
}

static void
verify_needs_a_pin_file(void **state)
{
	select_jpki(*state);
	assert_status(*state, "00200097", 0x6a88);
	assert_status(*state, "00200080", 0x6a88);
	assert_status(*state, "00200118", 0x6a86);
	assert_status(*state, "00200018", 0x6a86);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CARD_TEST(counting_spends_nothing),
	    CARD_TEST(verify_on_the_current_file),
	    CARD_TEST(counting_does_not_tell_the_state),
	    CARD_TEST(three_wrong_pins_block),
	    CARD_TEST(five_wrong_passwords_block),
	    CARD_TEST(blocked_is_said_in_three_ways),
	    CARD_TEST(right_pin_gives_the_tries_back),
	    CARD_TEST(wrong_pin_ends_the_verified_state),
	    CARD_TEST(lower_case_is_wrong),
	    CARD_TEST(malformed_pins_spend_a_try_or_not),
	    CARD_TEST(verified_survives_all_but_power),
	    CARD_TEST(selecting_can_clear),
	    CARD_TEST(reset_can_clear),
	    CARD_TEST(stray_verify_spends_the_other_pin),
	    CARD_TEST(change_needs_the_old_one),
	    CARD_TEST(change_on_the_current_file),
	    CARD_TEST(change_refuses_what_is_no_pin),
	    CARD_TEST(verify_needs_a_pin_file),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
