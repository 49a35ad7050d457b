/* SPDX-License-Identifier: BSD-2-Clause */

/* C_SetPIN: the rules first, then the card. */

#include "../common/clock.h"
#include "../common/scheme.h"

static CK_RV
set_pin(CK_SESSION_HANDLE session, const char *old_pin, const char *new_pin)
{
	CK_BYTE old_bytes[64], new_bytes[64];

	memcpy(old_bytes, old_pin, strlen(old_pin));
	memcpy(new_bytes, new_pin, strlen(new_pin));
	return p11->C_SetPIN(session, old_bytes, strlen(old_pin), new_bytes, strlen(new_pin));
}

static size_t
changes_sent(void)
{
	return vcard_ledger_count(card, VCARD_EVENT_CHANGE);
}

static const char *
new_pin_of(enum jpki_role role)
{
	return role == JPKI_AUTHENTICATION ? "9876" : "NEWPASS99";
}

static void
new_pin_is_in_effect(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_rw_session(role);

	assert_ok(set_pin(session, pin_of(role), new_pin_of(role)));
	assert_true(vcard_pin_is(card, card_pin_of(role), new_pin_of(role)));
	assert_int_equal(pins_sent(), 1);
	assert_int_equal(changes_sent(), 1);
	assert_true(locked());
	assert_false(user_session(session));
	assert_rv(login_with(session, pin_of(role)), CKR_PIN_INCORRECT);
	assert_ok(login_with(session, new_pin_of(role)));
	assert_signs(session, role, sha256_pkcs1);
}

/* Also at once after it was refused as the old one. */
static void
what_was_refused_may_be_the_new_one(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_rw_session(role);

	clock_stop();
	assert_rv(login_with(session, new_pin_of(role)), CKR_PIN_INCORRECT);
	assert_rv(login_with(session, new_pin_of(role)), CKR_FUNCTION_CANCELED);
	assert_rv(login_with(session, wrong_pin_of(role)), CKR_PIN_INCORRECT);
	assert_ok(set_pin(session, pin_of(role), new_pin_of(role)));
	assert_rv(login_with(session, wrong_pin_of(role)), CKR_FUNCTION_CANCELED);
	assert_ok(login_with(session, new_pin_of(role)));
}

static void
user_stays_logged_in(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_rw_session(role);

	assert_ok(login_with(session, pin_of(role)));
	assert_ok(set_pin(session, pin_of(role), new_pin_of(role)));
	assert_true(user_session(session));
	assert_signs(session, role, sha256_pkcs1);
	assert_ok(p11->C_Logout(session));
	assert_true(locked());
	assert_ok(login_with(session, new_pin_of(role)));
}

/* The card was locked when the window had passed; its session is a user session all the same. */
static void
card_that_was_locked_is_locked_again(void **state)
{
	CK_SESSION_HANDLE session = open_rw_session(JPKI_SIGNATURE);
	CK_BYTE signature[SIGNATURE_SIZE];

	set_window(0);
	assert_ok(login_with(session, PASSWORD));
	assert_true(user_session(session));
	assert_true(locked());
	assert_ok(set_pin(session, PASSWORD, "NEWPASS99"));
	assert_false(vcard_pin_verified(card, VCARD_PIN_SIGNATURE));
	assert_true(locked());
	assert_true(user_session(session));
	assert_rv(sign_message(session, sha256_pkcs1, signature), CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(signatures_made(), 0);
	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_ok(context_login(session, "NEWPASS99"));
	assert_ok(finish_signature(session, signature));
	assert_true(locked());
}

static void
read_only_sessions_may_not(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_session(role);

	assert_rv(set_pin(session, pin_of(role), new_pin_of(role)), CKR_SESSION_READ_ONLY);
	assert_ok(login_with(session, pin_of(role)));
	assert_rv(set_pin(session, pin_of(role), new_pin_of(role)), CKR_SESSION_READ_ONLY);
	assert_int_equal(pins_sent(), 1);
	assert_int_equal(changes_sent(), 0);
}

struct policy_case {
	enum jpki_role role;
	const char *new_pin;
	CK_RV answer;
};

static void
new_pin_must_follow_the_rules(void **state)
{
	static const struct policy_case cases[] = {
	    {JPKI_AUTHENTICATION, "", CKR_PIN_LEN_RANGE},
	    {JPKI_AUTHENTICATION, "123", CKR_PIN_LEN_RANGE},
	    {JPKI_AUTHENTICATION, "12345", CKR_PIN_LEN_RANGE},
	    {JPKI_AUTHENTICATION, "12a4", CKR_PIN_INVALID},
	    {JPKI_AUTHENTICATION, "ＡＢＣＤ", CKR_PIN_INVALID},
	    {JPKI_SIGNATURE, "", CKR_PIN_LEN_RANGE},
	    {JPKI_SIGNATURE, "ABC12", CKR_PIN_LEN_RANGE},
	    {JPKI_SIGNATURE, "ABCDEFGH123456789", CKR_PIN_LEN_RANGE},
	    {JPKI_SIGNATURE, "ABC-1234", CKR_PIN_INVALID},
	    {JPKI_SIGNATURE, "ABCDEFGH", CKR_PIN_INVALID},
	    {JPKI_SIGNATURE, "12345678", CKR_PIN_INVALID},
	    {JPKI_SIGNATURE, "パスワード99", CKR_PIN_INVALID},
	};

	for (size_t i = 0; i < LENGTH_OF(cases); i++) {
		CK_SESSION_HANDLE session = open_rw_session(cases[i].role);

		forget_exchanges();
		if (set_pin(session, pin_of(cases[i].role), cases[i].new_pin) != cases[i].answer)
			fail_msg("%s", cases[i].new_pin);
		assert_int_equal(exchanges(), 0);
	}
}

static void
impossible_old_pins_are_not_sent(void **state)
{
	static const char *const impossible[] = {"12", "12345", "abcd", "あ"};
	CK_SESSION_HANDLE session = open_rw_session(JPKI_AUTHENTICATION);

	forget_exchanges();
	for (size_t i = 0; i < LENGTH_OF(impossible); i++)
		assert_rv(set_pin(session, impossible[i], "9876"), CKR_PIN_INCORRECT);
	assert_int_equal(exchanges(), 0);
}

static void
typed_forms_are_folded(void **state)
{
	assert_ok(set_pin(open_rw_session(JPKI_SIGNATURE), "ａｂｃ123", "ｎewpass１"));
	assert_true(vcard_pin_is(card, VCARD_PIN_SIGNATURE, "NEWPASS1"));
}

static void
wrong_old_pin_costs_one_try(void **state)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		for (int user = 0; user < 2; user++) {
			CK_SESSION_HANDLE session = open_rw_session(role);
			unsigned max = vcard_pin_tries_max(card_pin_of(role));

			if (user)
				assert_ok(login_with(session, pin_of(role)));
			assert_rv(set_pin(session, wrong_pin_of(role), new_pin_of(role)),
			    CKR_PIN_INCORRECT);
			assert_int_equal(pins_sent(), 1 + user);
			assert_int_equal(changes_sent(), 0);
			assert_int_equal(vcard_pin_tries(card, card_pin_of(role)), max - 1);
			assert_true(vcard_pin_is(card, card_pin_of(role), pin_of(role)));
			assert_ok(set_pin(session, pin_of(role), new_pin_of(role)));
			start_over();
		}
}

static void
blocked_pins_are_not_tried(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session;

	assert_int_equal(vcard_pin_set_tries(card, card_pin_of(role), 0, NULL), 0);
	session = open_rw_session(role);
	assert_rv(set_pin(session, pin_of(role), new_pin_of(role)), CKR_PIN_LOCKED);
	assert_int_equal(pins_sent(), 0);
	start_over();
	session = open_rw_session(role);
	assert_int_equal(vcard_pin_set_tries(card, card_pin_of(role), 1, NULL), 0);
	assert_rv(set_pin(session, wrong_pin_of(role), new_pin_of(role)), CKR_PIN_LOCKED);
	assert_int_equal(pins_sent(), 1);
}

/* The old PIN was verified, the new one not taken: that is no login. */
static void
failed_change_unlocks_nothing(void **state)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		for (int user = 0; user < 2; user++) {
			CK_SESSION_HANDLE session = open_rw_session(role);

			if (user)
				assert_ok(login_with(session, pin_of(role)));
			/* SELECT, VERIFY, SELECT EF, CHANGE REFERENCE DATA */
			assert_int_equal(vcard_fault_add(card, VCARD_FAULT_SW, 4, 0x6581, NULL), 0);
			assert_rv(
			    set_pin(session, pin_of(role), new_pin_of(role)), CKR_DEVICE_ERROR);
			assert_int_equal(pins_sent(), 1 + user);
			assert_int_equal(changes_sent(), 0);
			assert_true(locked());
			assert_ok(set_pin(session, pin_of(role), new_pin_of(role)));
			start_over();
		}
}

/* What it says of tries is not about the PIN: that one has just been right. */
static void
refused_change_does_not_lock_the_pin(void **state)
{
	static const uint16_t answers[] = {0x63c2, 0x63c0, 0x6983, 0x6984, 0x6982};

	for (size_t i = 0; i < LENGTH_OF(answers); i++)
		for (int role = 0; role < JPKI_ROLES; role++) {
			CK_SESSION_HANDLE session = open_rw_session(role);

			/* SELECT, VERIFY, SELECT EF, CHANGE REFERENCE DATA */
			assert_int_equal(
			    vcard_fault_add(card, VCARD_FAULT_SW, 4, answers[i], NULL), 0);
			assert_rv(
			    set_pin(session, pin_of(role), new_pin_of(role)), CKR_DEVICE_ERROR);
			assert_int_equal(pins_sent(), 1);
			assert_int_equal(changes_sent(), 0);
			assert_true(locked());
			assert_int_equal(token_flags(role) & CKF_USER_PIN_LOCKED, 0);
			assert_ok(set_pin(session, pin_of(role), new_pin_of(role)));
			start_over();
		}
}

static void
cards_without_short_identifiers(void **state)
{
	enum jpki_role role = role_of(state);

	swap_card("short-identifiers", "6a86");
	assert_ok(set_pin(open_rw_session(role), pin_of(role), new_pin_of(role)));
	assert_true(vcard_pin_is(card, card_pin_of(role), new_pin_of(role)));
	assert_int_equal(pins_sent(), 1);
}

static void
others_pins_are_not_touched(void **state)
{
	CK_SESSION_HANDLE session = open_rw_session(JPKI_AUTHENTICATION);

	assert_int_equal(vcard_select_other(card, NULL, 0, NULL), 0);
	assert_rv(set_pin(session, "1111", "9876"), CKR_PIN_INCORRECT);
	assert_int_equal(vcard_select_other(card, NULL, 0, NULL), 0);
	assert_ok(set_pin(session, PIN, "9876"));
	for (int pin = VCARD_PIN_SIGNATURE; pin < VCARD_PINS; pin++)
		assert_int_equal(vcard_pin_tries(card, pin), vcard_pin_tries_max(pin));
	assert_true(vcard_pin_is(card, VCARD_PIN_INPUT_AID, "5678"));
}

static void
others_reset(void *context)
{
	assert_int_equal(inprocess_warm_reset(READER), 0);
}

/* The login is found lost as the change begins: what it verifies is nobody's login. */
static void
change_after_a_reset_locks_the_card(void **state)
{
	CK_SESSION_HANDLE session;
	enum jpki_role role = role_of(state);

	session = open_rw_session(role);
	assert_ok(login_with(session, pin_of(role)));
	inprocess_plan(INPROCESS_BEGIN, 1, JPKI_OK, others_reset, NULL);
	assert_ok(set_pin(session, pin_of(role), pin_of(role)));
	assert_true(locked());
	assert_false(user_session(session));
}

/* No PIN was sent: there is nothing to lock, and nobody to log out. */
static void
change_of_a_blocked_pin_logs_nobody_out(void **state)
{
	CK_SESSION_HANDLE other = open_user_session(JPKI_AUTHENTICATION);
	CK_SESSION_HANDLE session = open_rw_session(JPKI_SIGNATURE);

	assert_int_equal(vcard_pin_set_tries(card, VCARD_PIN_SIGNATURE, 1, NULL), 0);
	(void)login_with(session, "WRONG1");
	assert_true(user_session(other));
	assert_rv(set_pin(session, PASSWORD, "NEWPW12"), CKR_PIN_LOCKED);
	assert_true(user_session(other));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ROLE_TEST(new_pin_is_in_effect),
	    ROLE_TEST(what_was_refused_may_be_the_new_one),
	    ROLE_TEST(user_stays_logged_in),
	    TEST(card_that_was_locked_is_locked_again),
	    ROLE_TEST(read_only_sessions_may_not),
	    TEST(new_pin_must_follow_the_rules),
	    TEST(impossible_old_pins_are_not_sent),
	    TEST(typed_forms_are_folded),
	    TEST(wrong_old_pin_costs_one_try),
	    ROLE_TEST(blocked_pins_are_not_tried),
	    TEST(failed_change_unlocks_nothing),
	    TEST(refused_change_does_not_lock_the_pin),
	    ROLE_TEST(cards_without_short_identifiers),
	    TEST(others_pins_are_not_touched),
	    ROLE_TEST(change_after_a_reset_locks_the_card),
	    TEST(change_of_a_blocked_pin_logs_nobody_out),
	};

	return RUN(tests);
}
