/* SPDX-License-Identifier: BSD-2-Clause */

/* The signature key: how long a login covers it, and PINs for single signatures. */

#include "../common/expire.h"
#include "../common/clock.h"
#include "../common/scheme.h"

#define SHORT_WINDOW_MS 50
#define WINDOW_MS 10000
/* For longer than this no PIN of a signature waits for the signature. */
#define CONTEXT_MS 600000
/* For longer than this no answer about tries is good. */
#define TRIES_MS 2000

static CK_BYTE signature[SIGNATURE_SIZE];

/* A user session whose window was over at once. */
static CK_SESSION_HANDLE
open_without_window(void)
{
	set_window(0);
	return open_user_session(JPKI_SIGNATURE);
}

static void
default_is_ten_seconds(void **state)
{
	assert_int_equal(default_window(), 10000);
}

static void
key_says_that_it_needs_a_pin(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_user_session(role);

	assert_int_equal(
	    get_bool(session, find_one(session, CKO_PRIVATE_KEY), CKA_ALWAYS_AUTHENTICATE),
	    role == JPKI_SIGNATURE);
}

static void
login_covers_signatures_in_the_window(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_SIGNATURE);

	for (int i = 0; i < 3; i++)
		assert_signs(session, JPKI_SIGNATURE, sha256_pkcs1);
	assert_int_equal(pins_sent(), 1);
	assert_false(locked());
}

static void
card_is_locked_when_the_window_has_passed(void **state)
{
	struct deadline deadline = {0};
	CK_SESSION_HANDLE session;

	set_window(SHORT_WINDOW_MS);
	session = open_user_session(JPKI_SIGNATURE);
	(void)find_one(session, CKO_PRIVATE_KEY);
	while (user_session(session))
		wait_a_moment(&deadline);
	assert_true(locked());
	assert_int_equal(find_class(session, CKO_PRIVATE_KEY, NULL, 0), 1);
	assert_int_equal(pins_sent(), 1);
}

/* The window passes, and the program makes no call. */
static void
idle_program_leaves_nothing_open(void **state)
{
	CK_SESSION_HANDLE session;

	set_window(WINDOW_MS);
	clock_stop();
	session = open_user_session(JPKI_SIGNATURE);
	clock_skip_ms(WINDOW_MS - 1);
	assert_false(expire());
	assert_false(locked());
	clock_skip_ms(1);
	assert_true(expire());
	assert_true(locked());
	assert_false(expire());
	vcard_ledger_mark(card);
	assert_false(user_session(session));
	assert_int_equal(vcard_ledger_count(card, VCARD_EVENT_POWER_OFF), 0);
	assert_ok(login_with(session, PASSWORD));
	assert_signs(session, JPKI_SIGNATURE, sha256_pkcs1);
}

static void
idle_program_may_be_signing(void **state)
{
	CK_SESSION_HANDLE session;

	set_window(WINDOW_MS);
	clock_stop();
	session = open_user_session(JPKI_SIGNATURE);
	assert_ok(begin_signature(session, sha256_pkcs1));
	clock_skip_ms(WINDOW_MS);
	assert_true(expire());
	assert_false(locked());
	clock_skip_ms(CONTEXT_MS - WINDOW_MS - 1);
	assert_false(expire());
	clock_skip_ms(1);
	assert_true(expire());
	assert_true(locked());
	assert_rv(finish_signature(session, signature), CKR_USER_NOT_LOGGED_IN);
}

static void
idle_program_with_a_pin_for_one_signature(void **state)
{
	CK_SESSION_HANDLE session = open_without_window();

	clock_stop();
	begin_with_password(session, sha256_pkcs1);
	assert_false(locked());
	clock_skip_ms(CONTEXT_MS);
	assert_true(expire());
	assert_true(locked());
}

static void
authentication_does_not_expire(void **state)
{
	CK_SESSION_HANDLE session;

	set_window(0);
	session = open_user_session(JPKI_AUTHENTICATION);
	clock_skip_ms(10 * CONTEXT_MS);
	assert_false(expire());
	assert_signs(session, JPKI_AUTHENTICATION, sha256_pkcs1);
	assert_signs(session, JPKI_AUTHENTICATION, sha256_pkcs1);
	assert_false(locked());
}

static void
finalize_ends_the_waiting(void **state)
{
	(void)open_user_session(JPKI_SIGNATURE);
	assert_ok(p11->C_Finalize(NULL));
	clock_skip_ms(CONTEXT_MS);
	assert_false(expire());
}

static void
passing_window_logs_authentication_out(void **state)
{
	CK_SESSION_HANDLE auth = open_user_session(JPKI_AUTHENTICATION), sign;

	sign = open_without_window();
	assert_false(user_session(auth));
	assert_true(user_session(sign));
	assert_true(locked());
}

static void
without_window_each_signature_needs_its_pin(void **state)
{
	CK_SESSION_HANDLE session = open_without_window();

	assert_rv(sign_message(session, sha256_pkcs1, signature), CKR_USER_NOT_LOGGED_IN);
	assert_rv(finish_signature(session, signature), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(signatures_made(), 0);
	assert_int_equal(pins_sent(), 1);
}

static void
context_login_is_good_for_one_signature(void **state)
{
	CK_SESSION_HANDLE session = open_without_window();

	for (size_t i = 0; i < 2; i++) {
		begin_with_password(session, sha256_pkcs1);
		assert_int_equal(pins_sent(), 2 + i);
		assert_ok(finish_signature(session, signature));
		assert_true(signature_verifies(sha256_pkcs1, certificate_of(JPKI_SIGNATURE),
		    message, sizeof(message), signature));
		assert_true(locked());
		assert_rv(sign_message(session, sha256_pkcs1, signature), CKR_USER_NOT_LOGGED_IN);
		assert_true(user_session(session));
	}
	assert_int_equal(signatures_made(), 2);
}

static void
certificate_stays_visible_after_locking(void **state)
{
	CK_SESSION_HANDLE session = open_without_window();
	CK_OBJECT_HANDLE certificate = find_one(session, CKO_CERTIFICATE);

	sign_with_password(session);
	assert_true(locked());
	forget_exchanges();
	assert_value(session, certificate, certificate_of(JPKI_SIGNATURE));
	assert_int_equal(find_one(session, CKO_CERTIFICATE), certificate);
	assert_true(find_one(session, CKO_PRIVATE_KEY) != CK_INVALID_HANDLE);
	assert_int_equal(exchanges(), 0);
}

static void
failed_context_login_leaves_the_operation(void **state)
{
	CK_SESSION_HANDLE session = open_without_window();

	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_rv(context_login(session, "WRONG99"), CKR_PIN_INCORRECT);
	assert_int_equal(pins_sent(), 2);
	assert_rv(context_login(session, "bad"), CKR_PIN_INCORRECT);
	assert_int_equal(pins_sent(), 2);
	assert_int_equal(vcard_pin_tries(card, VCARD_PIN_SIGNATURE), 4);
	assert_true(user_session(session));
	assert_ok(context_login(session, PASSWORD));
	assert_int_equal(pins_sent(), 3);
	assert_ok(finish_signature(session, signature));
	assert_true(locked());
}

/* NSS takes a password from LibreOffice and pdfsig, and comes again with it while it is incorrect.
 */
static void
insist_on_context_login(CK_SESSION_HANDLE session, const char *pin)
{
	clock_stop();
	assert_rv(context_login(session, pin), CKR_PIN_INCORRECT);
	for (int i = 0; i < 3; i++)
		assert_rv(context_login(session, pin), CKR_FUNCTION_CANCELED);
}

static void
repeated_context_login_spends_one_try(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_SIGNATURE);

	assert_ok(begin_signature(session, sha256_pkcs1));
	insist_on_context_login(session, "WRONG99");
	assert_int_equal(pins_sent(), 2);
	assert_int_equal(vcard_pin_tries(card, VCARD_PIN_SIGNATURE), 4);
	assert_ok(context_login(session, PASSWORD));
	assert_ok(finish_signature(session, signature));
}

/* And then it signs, whatever the answer was: within the window that is covered. */
static void
repeated_empty_context_login_spends_none(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_SIGNATURE);

	assert_ok(begin_signature(session, sha256_pkcs1));
	insist_on_context_login(session, "");
	assert_int_equal(pins_sent(), 1);
	assert_ok(finish_signature(session, signature));
}

/* The card may have verified the PIN all the same: nobody else is to find it unlocked. */
static void
context_login_without_an_answer_locks(void **state)
{
	CK_SESSION_HANDLE session = open_without_window();

	assert_ok(begin_signature(session, sha256_pkcs1));
	clock_skip_ms(TRIES_MS); /* select, is it the same card, tries, PIN */
	assert_int_equal(vcard_fault_add(card, VCARD_FAULT_SW_AFTER, 4, 0x6700, NULL), 0);
	assert_rv(context_login(session, PASSWORD), CKR_DEVICE_ERROR);
	assert_int_equal(pins_sent(), 2);
	assert_true(locked());
	assert_true(user_session(session));
	assert_ok(context_login(session, PASSWORD));
	assert_ok(finish_signature(session, signature));
	assert_true(locked());
}

static void
others_reset(void *context)
{
	assert_int_equal(inprocess_warm_reset(READER), 0);
}

/* A login that is found lost on the way is not asked for another PIN. */
static void
context_login_after_a_reset_sends_nothing(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_SIGNATURE);

	assert_ok(begin_signature(session, sha256_pkcs1));
	inprocess_plan(INPROCESS_BEGIN, 1, JPKI_OK, others_reset, NULL);
	assert_rv(context_login(session, PASSWORD), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(pins_sent(), 1);
	assert_false(vcard_pin_verified(card, VCARD_PIN_SIGNATURE));
	assert_false(user_session(session));
	assert_rv(context_login(session, PASSWORD), CKR_OPERATION_NOT_INITIALIZED);
}

/* Whose certificate cannot be read while the card is locked: no reason to take it for another. */
static void
context_login_without_an_authentication_certificate(void **state)
{
	CK_SESSION_HANDLE session;

	swap_card("authentication-certificate", "absent");
	session = open_without_window();
	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_true(locked());
	clock_skip_ms(5000);
	assert_ok(context_login(session, PASSWORD));
	assert_ok(finish_signature(session, signature));
}

/* What a login is told when the question about the tries gets no answer that is one. */
static void
login_when_the_tries_are_not_told(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_SIGNATURE);

	(void)token_flags(JPKI_SIGNATURE);
	clock_skip_ms(TRIES_MS); /* the card is asked again: select, is it the same, tries */
	assert_int_equal(vcard_fault_add(card, VCARD_FAULT_SW, 3, 0x6982, NULL), 0);
	assert_rv(login_with(session, PASSWORD), CKR_DEVICE_ERROR);
	assert_int_equal(pins_sent(), 0);
	assert_ok(login_with(session, PASSWORD));
}

static void
failed_context_login_ends_the_window(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_SIGNATURE);

	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_rv(context_login(session, "WRONG99"), CKR_PIN_INCORRECT);
	assert_rv(finish_signature(session, signature), CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(signatures_made(), 0);
	assert_false(user_session(session)); /* its program asks for the password again */
}

static void
context_login_can_block(void **state)
{
	CK_SESSION_HANDLE session = open_without_window();

	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_int_equal(vcard_pin_set_tries(card, VCARD_PIN_SIGNATURE, 1, NULL), 0);
	assert_rv(context_login(session, "WRONG99"), CKR_PIN_LOCKED);
	assert_false(user_session(session)); /* as the specification wants it */
	assert_rv(context_login(session, PASSWORD), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(pins_sent(), 2);
	assert_rv(finish_signature(session, signature), CKR_USER_NOT_LOGGED_IN);
	assert_rv(login_with(session, PASSWORD), CKR_PIN_LOCKED);
	assert_int_equal(pins_sent(), 2);
}

static void
context_login_in_the_window_locks_too(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_SIGNATURE);

	sign_with_password(session);
	assert_true(locked());
	assert_int_equal(pins_sent(), 2);
	assert_rv(sign_message(session, sha256_pkcs1, signature), CKR_USER_NOT_LOGGED_IN);
}

static void
pin_of_one_session_is_not_for_another(void **state)
{
	CK_SESSION_HANDLE ours = open_without_window(), other = open_session(JPKI_SIGNATURE);

	assert_ok(begin_signature(ours, sha256_pkcs1));
	assert_ok(begin_signature(other, sha256_pkcs1));
	assert_ok(context_login(ours, PASSWORD));
	assert_rv(finish_signature(other, signature), CKR_USER_NOT_LOGGED_IN);
	assert_ok(finish_signature(ours, signature));
	assert_true(locked());
}

/* The PIN was for a signature that does not come. */
static void
cancelled_signature_locks_the_card(void **state)
{
	CK_SESSION_HANDLE session = open_without_window();

	begin_with_password(session, sha256_pkcs1);
	assert_false(locked());
	assert_ok(p11->C_SessionCancel(session, CKF_SIGN));
	assert_true(locked());
	(void)open_session(JPKI_SIGNATURE);
	begin_with_password(session, sha256_pkcs1);
	assert_ok(p11->C_CloseSession(session));
	assert_true(locked());
}

/* Nor does one that takes too long: the next call, whatever it is, locks the card. */
static void
signature_that_never_comes(void **state)
{
	CK_SESSION_HANDLE session = open_without_window();

	for (int i = 0; i < 2; i++) {
		begin_with_password(session, sha256_pkcs1);
		clock_skip_ms(CONTEXT_MS / 2);
		assert_true(user_session(session));
		assert_false(locked());
		clock_skip_ms(CONTEXT_MS / 2);
		if (i == 0)
			assert_true(user_session(session));
		else
			assert_true(token_present(JPKI_AUTHENTICATION));
		assert_true(locked());
		assert_rv(finish_signature(session, signature), CKR_USER_NOT_LOGGED_IN);
	}
	assert_int_equal(signatures_made(), 0);
	sign_with_password(session);
	assert_true(locked());
}

/* Data may go on coming for minutes; but not for ever. */
static void
signature_of_slow_data(void **state)
{
	CK_SESSION_HANDLE session = open_without_window();
	CK_ULONG length = sizeof(signature);
	CK_BYTE data[5 * HASH_SIZE];

	begin_with_password(session, sha256_pss);
	for (size_t i = 0; i < 5; i++) {
		clock_skip_ms(CONTEXT_MS / 6);
		memcpy(data + i * HASH_SIZE, message, HASH_SIZE);
		assert_ok(p11->C_SignUpdate(session, message_copy(), HASH_SIZE));
	}
	assert_ok(p11->C_SignFinal(session, signature, &length));
	assert_true(signature_verifies(
	    sha256_pss, certificate_of(JPKI_SIGNATURE), data, sizeof(data), signature));
	assert_true(locked());
	assert_int_equal(pins_sent(), 2);
	begin_with_password(session, sha256_pkcs1);
	clock_skip_ms(CONTEXT_MS);
	assert_ok(p11->C_SignUpdate(session, message_copy(), HASH_SIZE));
	assert_true(locked());
	assert_rv(p11->C_SignFinal(session, signature, &length), CKR_USER_NOT_LOGGED_IN);
}

static void
lost_pin_of_a_signature_is_noticed(void **state)
{
	CK_SESSION_HANDLE session = open_without_window();

	begin_with_password(session, sha256_pkcs1);
	assert_int_equal(inprocess_power_cut(READER), 0);
	assert_rv(finish_signature(session, signature), CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(pins_sent(), 2);
	assert_int_equal(signatures_made(), 0);
}

static void
context_login_after_logout(void **state)
{
	CK_SESSION_HANDLE session = open_without_window();

	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_ok(p11->C_Logout(session));
	assert_int_not_equal(context_login(session, PASSWORD), CKR_OK);
	assert_int_equal(pins_sent(), 1);
}

static void
selecting_clears_and_context_login_works(void **state)
{
	CK_SESSION_HANDLE session;

	swap_card("select-clears", "yes");
	session = open_without_window();
	begin_with_password(session, sha256_pss);
	assert_ok(finish_signature(session, signature));
	assert_true(locked());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(default_is_ten_seconds),
	    ROLE_TEST(key_says_that_it_needs_a_pin),
	    TEST(login_covers_signatures_in_the_window),
	    TEST(card_is_locked_when_the_window_has_passed),
	    TEST(idle_program_leaves_nothing_open),
	    TEST(idle_program_may_be_signing),
	    TEST(idle_program_with_a_pin_for_one_signature),
	    TEST(authentication_does_not_expire),
	    TEST(finalize_ends_the_waiting),
	    TEST(passing_window_logs_authentication_out),
	    TEST(without_window_each_signature_needs_its_pin),
	    TEST(context_login_is_good_for_one_signature),
	    TEST(certificate_stays_visible_after_locking),
	    TEST(failed_context_login_leaves_the_operation),
	    TEST(repeated_context_login_spends_one_try),
	    TEST(repeated_empty_context_login_spends_none),
	    TEST(context_login_without_an_answer_locks),
	    TEST(context_login_after_a_reset_sends_nothing),
	    TEST(context_login_without_an_authentication_certificate),
	    TEST(login_when_the_tries_are_not_told),
	    TEST(failed_context_login_ends_the_window),
	    TEST(context_login_can_block),
	    TEST(context_login_in_the_window_locks_too),
	    TEST(pin_of_one_session_is_not_for_another),
	    TEST(cancelled_signature_locks_the_card),
	    TEST(signature_that_never_comes),
	    TEST(signature_of_slow_data),
	    TEST(lost_pin_of_a_signature_is_noticed),
	    TEST(context_login_after_logout),
	    TEST(selecting_clears_and_context_login_works),
	};

	return RUN(tests);
}
