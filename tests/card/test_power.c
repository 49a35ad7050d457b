/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

static bool
verified(void)
{
	return vcard_pin_verified(vcard, VCARD_PIN_AUTHENTICATION);
}

static void
power_off_ends_the_transaction(void **state)
{
	login(JPKI_AUTHENTICATION);
	assert_int_equal(jpki_card_disconnect(card, true, -1), JPKI_OK);
	assert_false(verified());
	begin();
	end();
}

static void
letting_go_does_not_lock(void **state)
{
	login(JPKI_AUTHENTICATION);
	end();
	assert_int_equal(jpki_card_disconnect(card, false, -1), JPKI_OK);
	assert_true(verified());
	begin();
	assert_true(verified());
	end();
	jpki_card_free(&card);
	assert_true(verified());
	assert_int_equal(events(VCARD_EVENT_POWER_OFF), 0);
}

static void
freeing_ends_the_transaction(void **state)
{
	begin();
	jpki_card_free(&card);
	assert_null(card);
	assert_int_equal(jpki_card_new(service, READER, &card), JPKI_OK);
	begin();
}

static void
power_comes_back_with_the_next_transaction(void **state)
{
	login(JPKI_AUTHENTICATION);
	assert_int_equal(jpki_card_disconnect(card, true, -1), JPKI_OK);
	trust();
	assert_int_equal(events(VCARD_EVENT_SELECT), 2);
	assert_int_equal(events(VCARD_EVENT_POWER_ON), 2);
}

static void
the_first_command_fails_after_each_power_up(void **state)
{
	set_quirk(vcard, "first-command", "6f00");
	for (unsigned i = 0; i < 3; i++) {
		login(JPKI_AUTHENTICATION);
		assert_int_equal(jpki_card_disconnect(card, true, -1), JPKI_OK);
	}
	assert_verifies(3);
}

static void
assert_reset_is_seen(void)
{
	assert_int_equal(jpki_card_check(card), JPKI_ERR_RESET);
	assert_int_equal(jpki_card_begin(card, JPKI_BEGIN_SELECT, -1), JPKI_ERR_RESET);
	assert_int_equal(jpki_card_begin(card, JPKI_BEGIN_TRUST, -1), JPKI_ERR_RESET);
	mark();
	assert_int_equal(jpki_card_disconnect(card, false, -1), JPKI_OK);
	assert_int_equal(jpki_card_check(card), JPKI_OK);
	trust();
	assert_exchanges(1);
	end();
	assert_int_equal(jpki_card_check(card), JPKI_OK);
}

static void
resets_by_others_are_seen(void **state)
{
	login(JPKI_AUTHENTICATION);
	end();
	assert_int_equal(jpki_card_check(card), JPKI_OK);
	inprocess_warm_reset(READER);
	assert_reset_is_seen();
	assert_true(verified());
}

static void
power_cuts_by_others_are_seen(void **state)
{
	login(JPKI_AUTHENTICATION);
	end();
	inprocess_power_cut(READER);
	assert_reset_is_seen();
	assert_false(verified());
}

static void
another_card_object_is_another_program(void **state)
{
	struct jpki_card *other;

	assert_int_equal(jpki_card_new(service, READER, &other), JPKI_OK);
	login(JPKI_AUTHENTICATION);
	end();
	assert_int_equal(jpki_card_begin(other, JPKI_BEGIN_SELECT, -1), JPKI_OK);
	assert_int_equal(jpki_card_disconnect(other, true, -1), JPKI_OK);
	assert_reset_is_seen();
	jpki_card_free(&other);
}

static void
a_reset_within_a_transaction(void **state)
{
	unsigned tries = 77;

	login(JPKI_AUTHENTICATION);
	inprocess_power_cut(READER);
	mark();
	assert_int_equal(jpki_card_tries(card, JPKI_AUTHENTICATION, &tries, NULL), JPKI_ERR_RESET);
	assert_int_equal(verify_pin(JPKI_AUTHENTICATION, PIN, &tries), JPKI_ERR_RESET);
	assert_exchanges(0);
	assert_int_equal(jpki_card_end(card), JPKI_ERR_RESET);
	assert_reset_is_seen();
}

static void
checking_costs_no_exchange(void **state)
{
	begin();
	end();
	mark();
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(jpki_card_check(card), JPKI_OK);
	assert_exchanges(0);
}

static void
checking_tells_what_is_gone(void **state)
{
	begin();
	end();
	inprocess_eject(READER);
	assert_int_equal(jpki_card_check(card), JPKI_ERR_NO_CARD);
	inprocess_insert(READER, vcard);
	assert_int_equal(jpki_card_check(card), JPKI_ERR_NO_CARD);
	inprocess_remove_reader(READER);
	assert_int_equal(jpki_card_check(card), JPKI_ERR_NO_READER);
	inprocess_service(false);
	assert_int_equal(jpki_card_check(card), JPKI_ERR_NO_SERVICE);
	assert_int_equal(jpki_card_begin(card, JPKI_BEGIN_SELECT, -1), JPKI_ERR_NO_SERVICE);
	assert_int_equal(jpki_card_disconnect(card, true, -1), JPKI_ERR_NO_SERVICE);
	assert_int_equal(jpki_card_check(card), JPKI_OK);
}

static void
a_service_that_comes_back(void **state)
{
	begin();
	end();
	inprocess_service(false);
	inprocess_service(true);
	assert_int_equal(jpki_card_begin(card, JPKI_BEGIN_SELECT, -1), JPKI_ERR_NO_SERVICE);
	assert_int_equal(jpki_card_disconnect(card, false, -1), JPKI_OK);
	login(JPKI_AUTHENTICATION);
}

static void
a_card_held_by_another_program(void **state)
{
	inprocess_exclusive(READER, true);
	assert_int_equal(jpki_card_begin(card, JPKI_BEGIN_SELECT, -1), JPKI_ERR_BUSY);
	inprocess_exclusive(READER, false);
	begin();
}

static void
a_mute_card(void **state)
{
	inprocess_eject(READER);
	inprocess_insert(READER, NULL);
	assert_int_equal(jpki_card_begin(card, JPKI_BEGIN_SELECT, -1), JPKI_ERR_MUTE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(power_off_ends_the_transaction),
	    TEST(letting_go_does_not_lock),
	    TEST(freeing_ends_the_transaction),
	    TEST(power_comes_back_with_the_next_transaction),
	    TEST(the_first_command_fails_after_each_power_up),
	    TEST(resets_by_others_are_seen),
	    TEST(power_cuts_by_others_are_seen),
	    TEST(another_card_object_is_another_program),
	    TEST(a_reset_within_a_transaction),
	    TEST(checking_costs_no_exchange),
	    TEST(checking_tells_what_is_gone),
	    TEST(a_service_that_comes_back),
	    TEST(a_card_held_by_another_program),
	    TEST(a_mute_card),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
