/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

static void
every_verify_is_written_down(void **state)
{
	struct vcard_entry entries[8];

	assert_status(*state, SELECT_INPUT_AID, 0x9000);
	assert_status(*state, VERIFY_AUTHENTICATION, 0x63c2);
	select_jpki(*state);
	assert_status(*state, "00200098", 0x63c3);
	assert_status(*state, VERIFY_AUTHENTICATION, 0x9000);
	assert_int_equal(vcard_ledger_entries(*state, entries, 8), 5);
	assert_int_equal(entries[1].event, VCARD_EVENT_VERIFY);
	assert_string_equal(entries[1].application, "input-aid");
	assert_int_equal(entries[1].sw, 0x63c2);
	assert_int_equal(entries[3].event, VCARD_EVENT_COUNT);
	assert_string_equal(entries[4].application, "jpki");
	assert_int_equal(entries[4].ef, 0x0018);
	assert_int_equal(entries[4].exchange, 5);
}

static void
misdirected_verify_is_written_down_too(void **state)
{
	select_jpki(*state);
	assert_status(*state, "002000970431323334", 0x6a88);
	assert_int_equal(vcard_ledger_count(*state, VCARD_EVENT_VERIFY), 1);
}

static void
power_is_written_down(void **state)
{
	vcard_warm_reset(*state);
	vcard_power_off(*state);
	vcard_power_off(*state);
	vcard_power_on(*state);
	vcard_power_on(*state);
	assert_int_equal(vcard_ledger_count(*state, VCARD_EVENT_RESET), 1);
	assert_int_equal(vcard_ledger_count(*state, VCARD_EVENT_POWER_OFF), 1);
	assert_int_equal(vcard_ledger_count(*state, VCARD_EVENT_POWER_ON), 1);
}

static void
marks_begin_anew(void **state)
{
	struct vcard_totals totals;

	verify(*state, VERIFY_AUTHENTICATION);
	totals = vcard_ledger_totals(*state);
	assert_int_equal(totals.exchanges, 2);
	assert_int_equal(totals.bytes_in, 15 + 9);
	assert_int_equal(totals.bytes_out, 4);
	vcard_ledger_mark(*state);
	totals = vcard_ledger_totals(*state);
	assert_int_equal(totals.exchanges, 0);
	assert_int_equal(vcard_ledger_count(*state, VCARD_EVENT_VERIFY), 0);
	assert_int_equal(vcard_ledger_entries(*state, NULL, 0), 0);
}

static void
lines_hold_no_pin(void **state)
{
	struct vcard_entry entries[2];
	char text[128];

	verify(*state, VERIFY_AUTHENTICATION);
	assert_int_equal(vcard_ledger_entries(*state, entries, 2), 2);
	vcard_entry_text(&entries[1], text, sizeof(text));
	assert_string_equal(text, "2 verify application=jpki ef=0018 sw=9000");
}

static void
signatures_and_changes(void **state)
{
	struct vcard_entry entries[4];
	char text[128];

	verify(*state, VERIFY_AUTHENTICATION);
	assert_status(*state, CHANGE_AUTHENTICATION, 0x9000);
	assert_status(*state, "802A049720" HASH "00", 0x9000);
	assert_int_equal(vcard_ledger_entries(*state, entries, 4), 4);
	assert_int_equal(entries[2].event, VCARD_EVENT_CHANGE);
	vcard_entry_text(&entries[3], text, sizeof(text));
	assert_string_equal(text, "4 sign application=jpki ef=0017 p1=04 sw=9000");
}

static void
every_event_has_a_name(void **state)
{
	for (enum vcard_event i = 0; i < VCARD_EVENTS; i++)
		assert_non_null(vcard_event_name(i));
	assert_null(vcard_event_name(VCARD_EVENTS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CARD_TEST(every_verify_is_written_down),
	    CARD_TEST(misdirected_verify_is_written_down_too),
	    CARD_TEST(power_is_written_down),
	    CARD_TEST(marks_begin_anew),
	    CARD_TEST(lines_hold_no_pin),
	    CARD_TEST(signatures_and_changes),
	    CARD_TEST(every_event_has_a_name),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
