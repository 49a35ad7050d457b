/* SPDX-License-Identifier: BSD-2-Clause */

/* When a login ends, who ends it, and that nobody can use the card afterwards. */

#include "../common/scheme.h"

static const char input_aid[] = "D3921000310001010408";
/* Its key signs without a PIN. */
static const char surface[] = "D3921000310001010402";

static void
logout_cuts_the_power(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_user_session(role);

	assert_false(locked());
	assert_ok(p11->C_Logout(session));
	assert_true(locked());
	assert_false(user_session(session));
}

static void
last_close_cuts_the_power(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE first = open_user_session(role), second = open_session(role);

	assert_ok(p11->C_CloseSession(first));
	assert_true(user_session(second));
	assert_signs(second, role, sha256_pkcs1);
	assert_ok(p11->C_CloseSession(second));
	assert_true(locked());
	assert_false(user_session(open_session(role)));
}

static void
close_all_cuts_the_power(void **state)
{
	enum jpki_role role = role_of(state);

	(void)open_user_session(role);
	(void)open_session(role);
	assert_ok(p11->C_CloseAllSessions(slot_of(1 - role)));
	assert_false(locked());
	assert_ok(p11->C_CloseAllSessions(slot_of(role)));
	assert_true(locked());
}

static void
finalize_cuts_the_power(void **state)
{
	enum jpki_role role = role_of(state);

	(void)open_user_session(role);
	assert_ok(p11->C_Finalize(NULL));
	assert_true(locked());
	assert_true(start_module());
}

static void
public_sessions_leave_the_power_alone(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	assert_true(vcard_powered(card));
	assert_ok(p11->C_CloseSession(session));
	assert_ok(p11->C_Finalize(NULL));
	assert_true(vcard_powered(card));
}

static void
wrong_pin_unlocks_nothing(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_SIGNATURE);

	assert_rv(login_with(session, "WRONG99"), CKR_PIN_INCORRECT);
	assert_false(vcard_pin_verified(card, VCARD_PIN_SIGNATURE));
	assert_ok(p11->C_CloseSession(session));
	assert_false(vcard_pin_verified(card, VCARD_PIN_SIGNATURE));
}

static void
idle_card_may_lose_its_power(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	assert_int_equal(inprocess_idle(READER), 0);
	assert_ok(login_with(session, PIN));
	assert_int_equal(inprocess_idle(READER), -1);
	assert_signs(session, JPKI_AUTHENTICATION, sha256_pkcs1);
	assert_ok(p11->C_Logout(session));
	assert_int_equal(inprocess_idle(READER), 0);
}

/*
 * The session is public again, its private objects are gone, and no PIN was sent. A reset by others
 * is found when the card is used.
 */
static void
assert_logged_out(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key)
{
	const CK_FUNCTION_LIST *list = pkcs11_list(p11);
	CK_BYTE signature[SIGNATURE_SIZE];
	size_t before = pins_sent();
	CK_ULONG size;

	if (pkcs11_sign_init(list, session, CKM_SHA256_RSA_PKCS, key) == CKR_OK)
		assert_rv(finish_signature(session, signature), CKR_USER_NOT_LOGGED_IN);
	assert_false(user_session(session));
	assert_rv(
	    pkcs11_sign_init(list, session, CKM_SHA256_RSA_PKCS, key), CKR_USER_NOT_LOGGED_IN);
	assert_rv(p11->C_GetObjectSize(session, key, &size), CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(find_class(session, CKO_PRIVATE_KEY, NULL, 0), 0);
	assert_rv(p11->C_Logout(session), CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(pins_sent(), before);
}

static void
assert_reset_logs_out(int (*reset)(const char *reader))
{
	for (int role = 0; role < JPKI_ROLES; role++) {
		CK_SESSION_HANDLE session = open_user_session(role);
		CK_OBJECT_HANDLE key = find_one(session, CKO_PRIVATE_KEY);

		assert_int_equal(reset(READER), 0);
		assert_logged_out(session, key);
		assert_ok(login_with(session, pin_of(role)));
		assert_signs(session, role, sha256_pkcs1);
		start_over();
	}
}

static void
others_warm_reset_logs_out(void **state)
{
	assert_reset_logs_out(inprocess_warm_reset);
}

static void
others_power_cut_logs_out(void **state)
{
	assert_reset_logs_out(inprocess_power_cut);
}

/* A warm reset takes no PIN from the card; when we forget the login, it must not be left there. */
static void
others_reset_leaves_nothing_unlocked(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_user_session(role);

	assert_int_equal(inprocess_warm_reset(READER), 0);
	assert_ok(p11->C_CloseSession(session));
	assert_false(vcard_pin_verified(card, card_pin_of(role)));
}

static void
reset_ends_the_signature_under_way(void **state)
{
	CK_BYTE signature[SIGNATURE_SIZE];
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_user_session(role);

	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_int_equal(inprocess_power_cut(READER), 0);
	assert_rv(finish_signature(session, signature), CKR_USER_NOT_LOGGED_IN);
	assert_rv(finish_signature(session, signature), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(pins_sent(), 1);
	assert_int_equal(signatures_made(), 0);
}

/* A key that was found under one login does not sign under the next without SignInit. */
static void
new_login_does_not_revive_a_signature(void **state)
{
	CK_BYTE signature[SIGNATURE_SIZE];
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_user_session(role);

	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_ok(p11->C_Logout(session));
	assert_ok(login_with(session, pin_of(role)));
	assert_int_not_equal(finish_signature(session, signature), CKR_OK);
	assert_int_equal(signatures_made(), 0);
}

/* The guard leaves the card to others again, who may share the login that lasts. */
static void
mistyped_signature_password_leaves_a_login_shared(void **state)
{
	CK_SESSION_HANDLE auth = open_user_session(JPKI_AUTHENTICATION);
	CK_SESSION_HANDLE sign = open_session(JPKI_SIGNATURE);

	assert_false(inprocess_guarded_by(READER, NULL));
	assert_rv(login_with(sign, "WRONG99"), CKR_PIN_INCORRECT);
	assert_true(user_session(auth));
	assert_true(inprocess_guarded(READER));
	assert_false(inprocess_guarded_by(READER, NULL));
	assert_ok(login_with(sign, PASSWORD));
	assert_true(inprocess_guarded_by(READER, NULL));
}

static void
locking_one_token_logs_the_other_out(void **state)
{
	CK_SESSION_HANDLE auth = open_user_session(JPKI_AUTHENTICATION);
	CK_OBJECT_HANDLE key = find_one(auth, CKO_PRIVATE_KEY);
	CK_SESSION_HANDLE sign = open_user_session(JPKI_SIGNATURE);

	assert_signs(auth, JPKI_AUTHENTICATION, sha256_pkcs1);
	assert_signs(sign, JPKI_SIGNATURE, sha256_pkcs1);
	assert_ok(p11->C_Logout(sign));
	assert_true(locked());
	assert_logged_out(auth, key);
	assert_ok(login_with(auth, PIN));
	assert_signs(auth, JPKI_AUTHENTICATION, sha256_pkcs1);
}

/* The signature session is public then, so that its program asks; but its PIN is not all that
 * helps. */
static void
locking_authentication_leaves_the_signature_session(void **state)
{
	CK_SESSION_HANDLE auth = open_user_session(JPKI_AUTHENTICATION);
	CK_SESSION_HANDLE sign = open_user_session(JPKI_SIGNATURE);
	CK_BYTE signature[SIGNATURE_SIZE];

	assert_ok(p11->C_Logout(auth));
	assert_true(locked());
	assert_false(user_session(sign));
	assert_int_equal(find_class(sign, CKO_CERTIFICATE, NULL, 0), 2);
	assert_rv(sign_message(sign, sha256_pkcs1, signature), CKR_USER_NOT_LOGGED_IN);
	sign_with_password(sign);
}

static void
handles_of_an_earlier_login_are_invalid(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_user_session(role);
	CK_OBJECT_HANDLE key = find_one(session, CKO_PRIVATE_KEY);
	CK_ULONG size;

	assert_ok(p11->C_Logout(session));
	assert_ok(login_with(session, pin_of(role)));
	assert_rv(p11->C_GetObjectSize(session, key, &size), CKR_OBJECT_HANDLE_INVALID);
	assert_rv(pkcs11_sign_init(pkcs11_list(p11), session, CKM_SHA256_RSA_PKCS, key),
	    CKR_KEY_HANDLE_INVALID);
	assert_signs(session, role, sha256_pkcs1);
}

static void
selecting_may_forget_the_pin(void **state)
{
	CK_BYTE value[VALUE_ROOM];
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session;

	swap_card("select-clears", "yes");
	session = open_user_session(role);
	assert_signs(session, role, sha256_pkcs1);
	assert_true(get(session, find_ca(session), CKA_VALUE, value, sizeof(value)) > 0);
	(void)token_flags(1 - role);
	(void)token_flags(role);
	assert_signs(session, role, sha256_pss);
	assert_int_equal(pins_sent(), 1);
}

/* Nobody has moved the card: what is missing is missing, and looking again must cost nothing. */
static void
missing_ca_certificate_keeps_the_login(void **state)
{
	CK_BYTE value[VALUE_ROOM];
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session;
	CK_ATTRIBUTE attribute = {CKA_VALUE, value, sizeof(value)};

	swap_card("select-clears", "yes");
	set_quirk("ca-certificates", "absent");
	session = open_user_session(role);
	assert_int_not_equal(
	    p11->C_GetAttributeValue(session, find_ca(session), &attribute, 1), CKR_OK);
	assert_true(user_session(session));
	assert_signs(session, role, sha256_pkcs1);
}

/* No other certificate tells what card it is, and its own is out of reach: still the same card. */
static void
lost_login_of_the_only_token_is_told(void **state)
{
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_SESSION_HANDLE session;

	swap_card("authentication-certificate", "absent");
	session = open_user_session(JPKI_SIGNATURE);
	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_int_equal(vcard_fault_add(card, VCARD_FAULT_POWER_LOSS, 1, 0, NULL), 0);
	assert_rv(finish_signature(session, signature), CKR_USER_NOT_LOGGED_IN);
	assert_false(user_session(session));
	assert_true(locked());
}

static void
others_application_does_not_matter(void **state)
{
	static const char *const applications[] = {input_aid, surface};

	for (int role = 0; role < JPKI_ROLES; role++)
		for (int i = 0; i < 2; i++) {
			CK_SESSION_HANDLE session = open_user_session(role);

			assert_signs(session, role, sha256_pkcs1);
			others_select(applications[i]);
			assert_signs(session, role, sha256_pkcs1);
			others_select(applications[i]);
			assert_signs(session, role, sha256_pss);
			assert_int_equal(pins_sent(), 1);
			start_over();
		}
}

/* Where selecting clears, it takes the PIN to come back: public again, and no PIN sent. */
static void
others_select_may_log_out(void **state)
{
	CK_BYTE signature[SIGNATURE_SIZE];
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;

	swap_card("select-clears", "yes");
	session = open_user_session(role);
	key = find_one(session, CKO_PRIVATE_KEY);
	others_select(input_aid);
	assert_rv(sign_message(session, sha256_pkcs1, signature), CKR_USER_NOT_LOGGED_IN);
	assert_logged_out(session, key);
	assert_int_equal(pins_sent(), 1);
}

/* A CA certificate read while others have selected their application is still the CA's. */
static void
ca_certificate_survives_others(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_user_session(role);

	others_select(surface);
	assert_value(session, find_ca(session), ca_of(role));
	assert_signs(session, role, sha256_pkcs1);
}

/* Objects that came with a login go with it, in the middle of a call too. */
static void
login_lost_while_a_certificate_is_read(void **state)
{
	CK_BYTE hash[20];
	CK_ATTRIBUTE attribute = {CKA_HASH_OF_ISSUER_PUBLIC_KEY, hash, sizeof(hash)};

	for (unsigned nth = 1; nth <= 8; nth++) {
		CK_SESSION_HANDLE session;
		CK_OBJECT_HANDLE object;
		CK_RV rv;

		start_over();
		session = open_user_session(JPKI_SIGNATURE);
		object = find_one(session, CKO_CERTIFICATE);
		assert_int_equal(vcard_fault_add(card, VCARD_FAULT_POWER_LOSS, nth, 0, NULL), 0);
		attribute.ulValueLen = sizeof(hash);
		rv = p11->C_GetAttributeValue(session, object, &attribute, 1);
		vcard_faults_clear(card);
		assert_true(
		    rv == CKR_OK || rv == CKR_DEVICE_ERROR || rv == CKR_OBJECT_HANDLE_INVALID);
		if (!user_session(session))
			assert_rv(p11->C_GetAttributeValue(session, object, &attribute, 1),
			    CKR_OBJECT_HANDLE_INVALID);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ROLE_TEST(logout_cuts_the_power),
	    ROLE_TEST(last_close_cuts_the_power),
	    ROLE_TEST(close_all_cuts_the_power),
	    ROLE_TEST(finalize_cuts_the_power),
	    TEST(public_sessions_leave_the_power_alone),
	    TEST(wrong_pin_unlocks_nothing),
	    TEST(idle_card_may_lose_its_power),
	    TEST(others_warm_reset_logs_out),
	    TEST(others_power_cut_logs_out),
	    ROLE_TEST(others_reset_leaves_nothing_unlocked),
	    ROLE_TEST(reset_ends_the_signature_under_way),
	    ROLE_TEST(new_login_does_not_revive_a_signature),
	    TEST(mistyped_signature_password_leaves_a_login_shared),
	    TEST(locking_one_token_logs_the_other_out),
	    TEST(locking_authentication_leaves_the_signature_session),
	    ROLE_TEST(handles_of_an_earlier_login_are_invalid),
	    ROLE_TEST(selecting_may_forget_the_pin),
	    ROLE_TEST(missing_ca_certificate_keeps_the_login),
	    TEST(lost_login_of_the_only_token_is_told),
	    TEST(others_application_does_not_matter),
	    ROLE_TEST(others_select_may_log_out),
	    ROLE_TEST(ca_certificate_survives_others),
	    TEST(login_lost_while_a_certificate_is_read),
	};

	return RUN(tests);
}
