/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

static bool
verified(struct world *w)
{
	return vcard_pin_verified(w->vcard, VCARD_PIN_AUTHENTICATION);
}

static void
power_off_locks(void **state)
{
	struct world *w = *state;

	login(w, JPKI_AUTHENTICATION);
	end(w);
	assert_int_equal(jpki_card_disconnect(w->card, true, -1), JPKI_OK);
	assert_false(vcard_powered(w->vcard));
	assert_false(verified(w));
}

static void
power_off_ends_the_transaction(void **state)
{
	struct world *w = *state;

	login(w, JPKI_AUTHENTICATION);
	assert_int_equal(jpki_card_disconnect(w->card, true, -1), JPKI_OK);
	assert_false(verified(w));
	begin(w);
	end(w);
}

static void
letting_go_does_not_lock(void **state)
{
	struct world *w = *state;

	login(w, JPKI_AUTHENTICATION);
	end(w);
	assert_int_equal(jpki_card_disconnect(w->card, false, -1), JPKI_OK);
	assert_true(verified(w));
	begin(w);
	assert_true(verified(w));
	end(w);
	jpki_card_free(&w->card);
	assert_true(verified(w));
	assert_int_equal(events(w, VCARD_EVENT_POWER_OFF), 0);
}

static void
freeing_ends_the_transaction(void **state)
{
	struct world *w = *state;

	begin(w);
	jpki_card_free(&w->card);
	assert_null(w->card);
	assert_int_equal(jpki_card_new(w->service, READER, &w->card), JPKI_OK);
	begin(w);
}

static void
power_comes_back_with_the_next_transaction(void **state)
{
	struct world *w = *state;

	login(w, JPKI_AUTHENTICATION);
	assert_int_equal(jpki_card_disconnect(w->card, true, -1), JPKI_OK);
	trust(w);
	assert_int_equal(events(w, VCARD_EVENT_SELECT), 2);
	assert_int_equal(events(w, VCARD_EVENT_POWER_ON), 2);
}

static void
the_first_command_fails_after_each_power_up(void **state)
{
	struct world *w = *state;

	set_quirk(w->vcard, "first-command", "6f00");
	for (unsigned i = 0; i < 3; i++) {
		login(w, JPKI_AUTHENTICATION);
		assert_int_equal(jpki_card_disconnect(w->card, true, -1), JPKI_OK);
	}
	assert_verifies(w, 3);
}

static void
assert_reset_is_seen(struct world *w)
{
	assert_int_equal(jpki_card_check(w->card), JPKI_ERR_RESET);
	assert_int_equal(jpki_card_begin(w->card, JPKI_BEGIN_SELECT, -1), JPKI_ERR_RESET);
	assert_int_equal(jpki_card_begin(w->card, JPKI_BEGIN_TRUST, -1), JPKI_ERR_RESET);
	mark(w);
	assert_int_equal(jpki_card_disconnect(w->card, false, -1), JPKI_OK);
	assert_int_equal(jpki_card_check(w->card), JPKI_OK);
	trust(w);
	assert_exchanges(w, 1);
	end(w);
	assert_int_equal(jpki_card_check(w->card), JPKI_OK);
}

static void
resets_by_others_are_seen(void **state)
{
	struct world *w = *state;

	login(w, JPKI_AUTHENTICATION);
	end(w);
	assert_int_equal(jpki_card_check(w->card), JPKI_OK);
	inprocess_warm_reset(READER);
	assert_reset_is_seen(w);
	assert_true(verified(w));
}

static void
power_cuts_by_others_are_seen(void **state)
{
	struct world *w = *state;

	login(w, JPKI_AUTHENTICATION);
	end(w);
	inprocess_power_cut(READER);
	assert_reset_is_seen(w);
	assert_false(verified(w));
}

static void
another_card_object_is_another_program(void **state)
{
	struct world *w = *state;
	struct jpki_card *other;

	assert_int_equal(jpki_card_new(w->service, READER, &other), JPKI_OK);
	login(w, JPKI_AUTHENTICATION);
	end(w);
	assert_int_equal(jpki_card_begin(other, JPKI_BEGIN_SELECT, -1), JPKI_OK);
	assert_int_equal(jpki_card_disconnect(other, true, -1), JPKI_OK);
	assert_reset_is_seen(w);
	jpki_card_free(&other);
}

static void
a_reset_within_a_transaction(void **state)
{
	struct world *w = *state;
	unsigned tries = 77;

	login(w, JPKI_AUTHENTICATION);
	inprocess_power_cut(READER);
	mark(w);
	assert_int_equal(
	    jpki_card_tries(w->card, JPKI_AUTHENTICATION, &tries, NULL), JPKI_ERR_RESET);
	assert_int_equal(verify_pin(w, JPKI_AUTHENTICATION, PIN, &tries), JPKI_ERR_RESET);
	assert_exchanges(w, 0);
	assert_int_equal(jpki_card_end(w->card), JPKI_ERR_RESET);
	assert_reset_is_seen(w);
}

static void
checking_costs_no_exchange(void **state)
{
	struct world *w = *state;

	begin(w);
	end(w);
	mark(w);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(jpki_card_check(w->card), JPKI_OK);
	assert_exchanges(w, 0);
}

static void
checking_tells_what_is_gone(void **state)
{
	struct world *w = *state;

	begin(w);
	end(w);
	inprocess_eject(READER);
	assert_int_equal(jpki_card_check(w->card), JPKI_ERR_NO_CARD);
	inprocess_insert(READER, w->vcard);
	assert_int_equal(jpki_card_check(w->card), JPKI_ERR_NO_CARD);
	inprocess_remove_reader(READER);
	assert_int_equal(jpki_card_check(w->card), JPKI_ERR_NO_READER);
	inprocess_service(false);
	assert_int_equal(jpki_card_check(w->card), JPKI_ERR_NO_SERVICE);
	assert_int_equal(jpki_card_begin(w->card, JPKI_BEGIN_SELECT, -1), JPKI_ERR_NO_SERVICE);
	assert_int_equal(jpki_card_disconnect(w->card, true, -1), JPKI_ERR_NO_SERVICE);
	assert_int_equal(jpki_card_check(w->card), JPKI_OK);
}

static void
a_service_that_comes_back(void **state)
{
	struct world *w = *state;

	begin(w);
	end(w);
	inprocess_service(false);
	inprocess_service(true);
	assert_int_equal(jpki_card_begin(w->card, JPKI_BEGIN_SELECT, -1), JPKI_ERR_NO_SERVICE);
	assert_int_equal(jpki_card_disconnect(w->card, false, -1), JPKI_OK);
	login(w, JPKI_AUTHENTICATION);
}

static void
a_card_held_by_another_program(void **state)
{
	struct world *w = *state;

	inprocess_exclusive(READER, true);
	assert_int_equal(jpki_card_begin(w->card, JPKI_BEGIN_SELECT, -1), JPKI_ERR_BUSY);
	inprocess_exclusive(READER, false);
	begin(w);
}

static void
a_mute_card(void **state)
{
	struct world *w = *state;

	inprocess_eject(READER);
	inprocess_insert(READER, NULL);
	assert_int_equal(jpki_card_begin(w->card, JPKI_BEGIN_SELECT, -1), JPKI_ERR_MUTE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(power_off_locks),
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
