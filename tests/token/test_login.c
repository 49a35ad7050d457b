/* SPDX-License-Identifier: BSD-2-Clause */

/* Who gets in, and what each attempt costs. */

#include "../common/clock.h"
#include "../common/scheme.h"
#include "reader/refusal.h"

static void
right_pin_is_sent_once(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_session(role);

	assert_ok(login_with(session, pin_of(role)));
	assert_int_equal(pins_sent(), 1);
	assert_true(vcard_pin_verified(card, card_pin_of(role)));
	assert_true(user_session(session));
	assert_rv(login_with(session, pin_of(role)), CKR_USER_ALREADY_LOGGED_IN);
	assert_rv(login_with(session, "x"), CKR_USER_ALREADY_LOGGED_IN);
	assert_int_equal(pins_sent(), 1);
}

static void
wrong_pin_costs_one_try(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_session(role);

	assert_rv(login_with(session, wrong_pin_of(role)), CKR_PIN_INCORRECT);
	assert_int_equal(pins_sent(), 1);
	assert_int_equal(tries(role), tries_max(role) - 1);
	assert_int_equal(tries(1 - role), tries_max(1 - role));
	assert_false(user_session(session));
	assert_ok(login_with(session, pin_of(role)));
	assert_int_equal(pins_sent(), 2);
	assert_int_equal(tries(role), tries_max(role));
}

/* As a program that comes again with the same PIN for as long as that is called incorrect. */
static unsigned
insist(CK_SESSION_HANDLE session, const char *pin)
{
	unsigned times = 1;
	CK_RV rv;

	clock_stop();
	while ((rv = login_with(session, pin)) == CKR_PIN_INCORRECT && times < 10)
		times++;
	assert_rv(rv, CKR_FUNCTION_CANCELED);
	return times;
}

static void
refused_pin_is_not_sent_again(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_session(role);

	assert_int_equal(insist(session, wrong_pin_of(role)), 2);
	assert_int_equal(insist(open_session(role), wrong_pin_of(role)), 1);
	assert_int_equal(pins_sent(), 1);
	assert_int_equal(tries(role), tries_max(role) - 1);
	assert_false(user_session(session));
	assert_ok(login_with(session, pin_of(role)));
	assert_int_equal(pins_sent(), 2);
}

/* Nor is it if a person types it again: this card has refused it. But put in again it may be
 * another. */
static void
refused_pin_typed_again_is_not_sent(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_session(role);

	assert_int_equal(insist(session, wrong_pin_of(role)), 2);
	clock_skip_ms(REFUSAL_MS);
	assert_int_equal(insist(session, wrong_pin_of(role)), 2);
	assert_int_equal(pins_sent(), 1);
	assert_int_equal(tries(role), tries_max(role) - 1);
	reinsert();
	assert_rv(login_with(open_session(role), wrong_pin_of(role)), CKR_PIN_INCORRECT);
	assert_int_equal(tries(role), tries_max(role) - 2);
}

/* However long it goes on, if it goes on without a pause. */
static void
insisting_is_no_typing(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	clock_stop();
	assert_rv(login_with(session, "9999"), CKR_PIN_INCORRECT);
	for (int i = 0; i < 20; i++) {
		clock_skip_ms(REFUSAL_MS / 2);
		assert_rv(login_with(session, "9999"), CKR_FUNCTION_CANCELED);
	}
	assert_int_equal(pins_sent(), 1);
}

/* A login in between, of another session, says nothing about who repeats it. */
static void
refused_pin_stays_refused_after_a_login(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_SIGNATURE);
	CK_SESSION_HANDLE other = open_session(JPKI_SIGNATURE);

	assert_ok(login_with(session, PASSWORD));
	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_ok(begin_signature(other, sha256_pkcs1));
	clock_stop();
	assert_rv(context_login(session, "WRONG99"), CKR_PIN_INCORRECT);
	assert_ok(context_login(other, PASSWORD));
	assert_rv(context_login(session, "WRONG99"), CKR_FUNCTION_CANCELED);
	assert_int_equal(pins_sent(), 3);
}

/* Nor do wrong PINs in between: as many as there are tries. */
static void
refused_pins_stay_refused_together(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_session(role);
	unsigned count = tries_max(role) - 1; /* the last is told as blocked */
	char pin[] = "WRONG0";
	char *typed = role == JPKI_AUTHENTICATION ? strcpy(pin, "9990") : pin;

	clock_stop();
	for (unsigned i = 0; i < count; i++) {
		typed[strlen(typed) - 1] = (char)('0' + i);
		(void)login_with(session, typed);
	}
	assert_int_equal(pins_sent(), count);
	set_tries(role, count);
	for (unsigned i = 0; i < count; i++) {
		typed[strlen(typed) - 1] = (char)('0' + i);
		assert_rv(login_with(session, typed), CKR_FUNCTION_CANCELED);
	}
	assert_int_equal(pins_sent(), count);
}

static void
refused_pin_is_forgotten_with_the_card(void **state)
{
	assert_int_equal(insist(open_session(JPKI_SIGNATURE), "WRONG99"), 2);
	reinsert();
	assert_int_equal(insist(open_session(JPKI_SIGNATURE), "WRONG99"), 2);
	assert_int_equal(pins_sent(), 2);
}

static void
impossible_pin_is_told_once(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_session(role);

	assert_int_equal(insist(session, ""), 2);
	assert_int_equal(insist(session, "12"), 2);
	assert_int_equal(insist(session, "12"), 1);
	assert_int_equal(pins_sent(), 0);
	assert_ok(login_with(session, pin_of(role)));
}

/* Of a PIN whose length is no length, no more is read than tells that it is none. */
static void
wild_length_is_not_believed(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	CK_BYTE *typed = malloc(1);

	assert_non_null(typed);
	*typed = 'x';
	clock_stop();
	assert_rv(p11->C_Login(session, CKU_USER, typed, (CK_ULONG)-1), CKR_PIN_INCORRECT);
	assert_rv(p11->C_Login(session, CKU_USER, typed, (CK_ULONG)-1), CKR_FUNCTION_CANCELED);
	free(typed);
	assert_int_equal(pins_sent(), 0);
}

static void
last_try_is_the_persons(void **state)
{
	enum jpki_role role = role_of(state);

	set_tries(role, 1);
	assert_ok(login_with(open_session(role), pin_of(role)));
	assert_int_equal(pins_sent(), 1);
}

static void
assert_never_sent(enum jpki_role role, const char *const *pins)
{
	CK_SESSION_HANDLE session = open_session(role);

	for (; *pins != NULL; pins++)
		if (login_with(session, *pins) != CKR_PIN_INCORRECT)
			fail_msg("%s: not refused as wrong", *pins);
	assert_int_equal(pins_sent(), 0);
	assert_int_equal(tries(role), tries_max(role));
	assert_false(user_session(session));
}

static void
impossible_pins_are_not_sent(void **state)
{
	static const char *const pins[] = {"", "1", "123", "12345", "123456", "12a4", "123 ",
	    "1234\n", "-123", "abcd", PASSWORD, "１２３", "１２３４５", "あいうえ",
	    "\xef\xbc\x91\xef", "\xff\xff\xff\xff", NULL};
	static const char *const passwords[] = {"", "A", "ABC12", "ABC12345678901234", "ABC-123",
	    "ABC 123", "ABC123\n", PIN, "ＡＢＣ１２", "あいうえおか", "ABC12\xe3\x80\x80",
	    "\xff\xff\xff\xff\xff\xff", NULL};

	assert_never_sent(JPKI_AUTHENTICATION, pins);
	assert_never_sent(JPKI_SIGNATURE, passwords);
}

static void
embedded_nul_is_not_sent(void **state)
{
	CK_BYTE pin[] = "12\0004", long_pin[] = "1234\0";

	assert_rv(
	    p11->C_Login(open_session(JPKI_AUTHENTICATION), CKU_USER, pin, 4), CKR_PIN_INCORRECT);
	assert_rv(p11->C_Login(open_session(JPKI_AUTHENTICATION), CKU_USER, long_pin, 5),
	    CKR_PIN_INCORRECT);
	assert_int_equal(pins_sent(), 0);
}

static void
assert_accepted(enum jpki_role role, const char *typed)
{
	assert_ok(login_with(open_session(role), typed));
	assert_int_equal(pins_sent(), 1);
	assert_int_equal(tries(role), tries_max(role));
	start_over();
}

static void
typed_forms_are_accepted(void **state)
{
	assert_accepted(JPKI_AUTHENTICATION, "１２３４");
	assert_accepted(JPKI_AUTHENTICATION, "1２3４");
	assert_accepted(JPKI_SIGNATURE, "abc123");
	assert_accepted(JPKI_SIGNATURE, "aBc123");
	assert_accepted(JPKI_SIGNATURE, "ａｂｃ１２３");
	assert_accepted(JPKI_SIGNATURE, "ＡＢＣ123");
}

/* Passwords of letters or digits alone may be older than the rule for new ones. */
static void
plain_passwords_are_tried(void **state)
{
	static const char *const passwords[][2] = {{"ABCDEF", "ABCDEF"}, {"123456", "123456"},
	    {"ABCDEFGHIJKLMN16", "ABCDEFGHIJKLMN16"}, {"ABCDEFGHIJKLMN16", "abcdefghijklmn16"}};

	for (size_t i = 0; i < LENGTH_OF(passwords); i++) {
		assert_int_equal(
		    vcard_pin_set(card, VCARD_PIN_SIGNATURE, passwords[i][0], NULL), 0);
		assert_accepted(JPKI_SIGNATURE, passwords[i][1]);
	}
}

/* What the specification has against a login as SO comes first. */
static void
security_officers_want_the_token_for_themselves(void **state)
{
	CK_SESSION_HANDLE writes = open_rw_session(JPKI_AUTHENTICATION);
	CK_SESSION_HANDLE reads = open_session(JPKI_AUTHENTICATION);
	CK_SESSION_HANDLE other = open_rw_session(JPKI_SIGNATURE);
	CK_BYTE pin[] = PIN;

	assert_rv(p11->C_Login(writes, CKU_SO, pin, 4), CKR_SESSION_READ_ONLY_EXISTS);
	assert_rv(p11->C_Login(reads, CKU_SO, pin, 4), CKR_SESSION_READ_ONLY_EXISTS);
	assert_rv(p11->C_Login(other, CKU_SO, pin, 4), CKR_USER_TYPE_INVALID);
	assert_ok(p11->C_CloseSession(reads));
	assert_rv(p11->C_Login(writes, CKU_SO, pin, 4), CKR_USER_TYPE_INVALID);
	assert_ok(login_with(writes, PIN));
	assert_rv(p11->C_Login(writes, CKU_SO, pin, 4), CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
	assert_int_equal(pins_sent(), 1);
}

static void
context_needs_an_operation(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_session(role);

	assert_rv(context_login(session, pin_of(role)), CKR_OPERATION_NOT_INITIALIZED);
	assert_ok(login_with(session, pin_of(role)));
	assert_rv(context_login(session, pin_of(role)), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(pins_sent(), 1);
}

/* The authentication key needs no PIN of its own. */
static void
context_is_for_the_signature_key(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_BYTE signature[SIGNATURE_SIZE];

	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_rv(context_login(session, PIN), CKR_OPERATION_NOT_INITIALIZED);
	assert_ok(finish_signature(session, signature));
	assert_int_equal(pins_sent(), 1);
}

static void
logout_needs_a_login(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	assert_rv(p11->C_Logout(session), CKR_USER_NOT_LOGGED_IN);
	assert_ok(login_with(session, PIN));
	assert_ok(p11->C_Logout(session));
	assert_rv(p11->C_Logout(session), CKR_USER_NOT_LOGGED_IN);
}

static const char *const blocked_forms[] = {"63c0", "6983", "6984"};

/* With `role` blocked, it says so, nothing is sent, and the other token works. */
static void
assert_blocked(enum jpki_role role)
{
	CK_SESSION_HANDLE session = open_session(role);
	size_t before;

	assert_true(token_flags(role) & CKF_USER_PIN_LOCKED);
	before = pins_sent();
	assert_rv(login_with(session, pin_of(role)), CKR_PIN_LOCKED);
	assert_rv(login_with(session, wrong_pin_of(role)), CKR_PIN_LOCKED);
	assert_int_equal(pins_sent(), before);
	assert_false(user_session(session));
	assert_signs(open_user_session(1 - role), 1 - role, sha256_pkcs1);
	assert_int_equal(pins_sent(), before + 1);
}

static void
blocked_pin_is_not_tried(void **state)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		for (int form = 0; form < 3; form++) {
			start_over();
			set_quirk("blocked-count", blocked_forms[form]);
			set_tries(role, 0);
			assert_blocked(role);
		}
}

static void
last_wrong_pin_blocks(void **state)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		for (int form = 0; form < 3; form++) {
			start_over();
			set_quirk("blocked-count", blocked_forms[form]);
			set_quirk("blocked-verify", blocked_forms[form]);
			set_tries(role, 1);
			assert_rv(
			    login_with(open_session(role), wrong_pin_of(role)), CKR_PIN_LOCKED);
			assert_int_equal(pins_sent(), 1);
			assert_int_equal(tries(role), 0);
			assert_blocked(role);
		}
}

/* Another program used up the tries since the card was asked: its answer to the PIN tells. */
static void
blocked_behind_our_back(void **state)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		for (int form = 0; form < 3; form++) {
			CK_SESSION_HANDLE session;

			start_over();
			set_quirk("blocked-verify", blocked_forms[form]);
			session = open_session(role);
			set_tries(role, 0);
			assert_rv(login_with(session, pin_of(role)), CKR_PIN_LOCKED);
			assert_true(pins_sent() <= 1);
			assert_blocked(role);
		}
}

/* A VERIFY goes to the JPKI application, wherever others left the card. */
static void
others_pins_are_not_touched(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_session(role);

	assert_ok(p11->C_GetTokenInfo(slot_of(role), &(CK_TOKEN_INFO){0}));
	assert_int_equal(vcard_select_other(card, NULL, 0, NULL), 0);
	assert_rv(login_with(session, wrong_pin_of(role)), CKR_PIN_INCORRECT);
	assert_int_equal(vcard_select_other(card, NULL, 0, NULL), 0);
	assert_ok(login_with(session, pin_of(role)));
	for (int pin = VCARD_PIN_INPUT_AID; pin < VCARD_PINS; pin++)
		assert_int_equal(vcard_pin_tries(card, pin), vcard_pin_tries_max(pin));
}

/* What the card says to a VERIFY that is no word on the PIN; SELECT [, SELECT EF], VERIFY. */
static void
assert_no_login(const char *identifiers, enum jpki_role role, enum vcard_fault fault, uint16_t sw)
{
	unsigned verify = strcmp(identifiers, "known") == 0 ? 2 : 3;
	CK_SESSION_HANDLE session;

	start_over();
	swap_card("short-identifiers", identifiers);
	session = open_session(role);
	(void)token_flags(role); /* no question goes before the PIN then */
	forget_exchanges();
	assert_int_equal(vcard_fault_add(card, fault, verify, sw, NULL), 0);
	assert_rv(login_with(session, pin_of(role)), CKR_DEVICE_ERROR);
	assert_true(exchanges() > verify); /* it is asked what became of the tries */
	assert_int_equal(pins_sent(), fault == VCARD_FAULT_SW ? 0 : 1);
	assert_false(user_session(session));
	assert_true(locked());
	assert_int_equal(token_flags(role) & CKF_USER_PIN_LOCKED, 0);
	assert_ok(login_with(session, pin_of(role)));
}

static void
odd_answers_to_a_pin(void **state)
{
	static const uint16_t answers[] = {0x6982, 0x6a86, 0x6b00, 0x6d00, 0x6700, 0x6985};
	static const char *const identifiers[] = {"known", "6a86"};

	for (size_t i = 0; i < LENGTH_OF(answers); i++)
		for (size_t j = 0; j < LENGTH_OF(identifiers); j++)
			for (int role = 0; role < JPKI_ROLES; role++) {
				assert_no_login(identifiers[j], role, VCARD_FAULT_SW, answers[i]);
				assert_no_login(
				    identifiers[j], role, VCARD_FAULT_SW_AFTER, answers[i]);
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ROLE_TEST(right_pin_is_sent_once),
	    ROLE_TEST(wrong_pin_costs_one_try),
	    ROLE_TEST(refused_pin_is_not_sent_again),
	    ROLE_TEST(refused_pin_typed_again_is_not_sent),
	    TEST(insisting_is_no_typing),
	    TEST(refused_pin_stays_refused_after_a_login),
	    ROLE_TEST(refused_pins_stay_refused_together),
	    TEST(refused_pin_is_forgotten_with_the_card),
	    ROLE_TEST(impossible_pin_is_told_once),
	    TEST(wild_length_is_not_believed),
	    ROLE_TEST(last_try_is_the_persons),
	    TEST(impossible_pins_are_not_sent),
	    TEST(embedded_nul_is_not_sent),
	    TEST(typed_forms_are_accepted),
	    TEST(plain_passwords_are_tried),
	    TEST(security_officers_want_the_token_for_themselves),
	    ROLE_TEST(context_needs_an_operation),
	    TEST(context_is_for_the_signature_key),
	    TEST(logout_needs_a_login),
	    TEST(blocked_pin_is_not_tried),
	    TEST(last_wrong_pin_blocks),
	    TEST(blocked_behind_our_back),
	    ROLE_TEST(others_pins_are_not_touched),
	    TEST(odd_answers_to_a_pin),
	};

	return RUN(tests);
}
