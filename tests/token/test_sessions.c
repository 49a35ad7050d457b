/* SPDX-License-Identifier: BSD-2-Clause */

/* Opening and closing sessions, their states, and what becomes of them when cards go. */

#include "../common/scheme.h"

static CK_RV
touch(CK_SESSION_HANDLE session)
{
	CK_SESSION_INFO info;

	return p11->C_GetSessionInfo(session, &info);
}

static void
handles_are_never_reused(void **state)
{
	CK_SESSION_HANDLE last = CK_INVALID_HANDLE;

	for (int i = 0; i < 100; i++) {
		CK_SESSION_HANDLE session = open_session(i % JPKI_ROLES);

		assert_true(session > last);
		last = session;
		assert_ok(p11->C_CloseSession(session));
		assert_rv(p11->C_CloseSession(session), CKR_SESSION_HANDLE_INVALID);
	}
}

static void
info_tells_slot_state_and_flags(void **state)
{
	CK_SESSION_INFO info;
	enum jpki_role role = role_of(state);

	memset(&info, 0xff, sizeof(info));
	assert_ok(p11->C_GetSessionInfo(open_session(role), &info));
	assert_int_equal(info.slotID, slot_of(role));
	assert_int_equal(info.state, CKS_RO_PUBLIC_SESSION);
	assert_int_equal(info.flags, CKF_SERIAL_SESSION);
	assert_int_equal(info.ulDeviceError, 0);
	assert_ok(p11->C_GetSessionInfo(open_rw_session(role), &info));
	assert_int_equal(info.state, CKS_RW_PUBLIC_SESSION);
	assert_int_equal(info.flags, CKF_SERIAL_SESSION | CKF_RW_SESSION);
}

static void
login_is_shared_by_the_token(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE read = open_session(role), write = open_rw_session(role);
	CK_SESSION_HANDLE other = open_session(1 - role);

	assert_ok(login_with(write, pin_of(role)));
	assert_int_equal(state_of(read), CKS_RO_USER_FUNCTIONS);
	assert_int_equal(state_of(write), CKS_RW_USER_FUNCTIONS);
	assert_int_equal(state_of(open_session(role)), CKS_RO_USER_FUNCTIONS);
	assert_int_equal(state_of(other), CKS_RO_PUBLIC_SESSION);
	assert_signs(read, role, sha256_pkcs1);
	assert_ok(p11->C_Logout(read));
	assert_int_equal(state_of(read), CKS_RO_PUBLIC_SESSION);
	assert_int_equal(state_of(write), CKS_RW_PUBLIC_SESSION);
	assert_rv(p11->C_Logout(write), CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(pins_sent(), 1);
}

static void
close_all_closes_one_token(void **state)
{
	CK_SESSION_HANDLE ours[] = {
	    open_session(JPKI_AUTHENTICATION), open_rw_session(JPKI_AUTHENTICATION)};
	CK_SESSION_HANDLE other = open_session(JPKI_SIGNATURE);

	assert_ok(p11->C_CloseAllSessions(0));
	assert_rv(touch(ours[0]), CKR_SESSION_HANDLE_INVALID);
	assert_rv(touch(ours[1]), CKR_SESSION_HANDLE_INVALID);
	assert_ok(touch(other));
	assert_ok(p11->C_CloseAllSessions(0));
}

/* If what it costs to find one grew with them, this would not come to an end in its time. */
static void
many_sessions(void **state)
{
	enum { MANY = 100000 };
	static CK_SESSION_HANDLE sessions[MANY];
	CK_TOKEN_INFO info;

	for (int i = 0; i < MANY; i++)
		sessions[i] = i % 4 == 0 ? open_rw_session(JPKI_AUTHENTICATION)
					 : open_session(JPKI_AUTHENTICATION);
	assert_ok(p11->C_GetTokenInfo(slot_of(JPKI_AUTHENTICATION), &info));
	assert_int_equal(info.ulSessionCount, MANY);
	assert_int_equal(info.ulRwSessionCount, MANY / 4);
	assert_ok(login_with(sessions[0], PIN));
	for (int i = 0; i < MANY; i += 2)
		assert_ok(p11->C_CloseSession(sessions[i]));
	for (int i = 0; i < MANY; i++)
		assert_rv(touch(sessions[i]), i % 2 == 0 ? CKR_SESSION_HANDLE_INVALID : CKR_OK);
	assert_true(user_session(sessions[1]));
	assert_ok(p11->C_CloseAllSessions(slot_of(JPKI_AUTHENTICATION)));
	assert_true(locked());
	assert_rv(touch(sessions[1]), CKR_SESSION_HANDLE_INVALID);
	assert_ok(p11->C_GetTokenInfo(slot_of(JPKI_AUTHENTICATION), &info));
	assert_int_equal(info.ulSessionCount, 0);
	assert_int_equal(info.ulRwSessionCount, 0);
}

/* Of both tokens, as all are of the card that is gone. */
static void
many_sessions_of_a_card_that_goes(void **state)
{
	CK_SESSION_HANDLE sessions[1000], other;
	CK_TOKEN_INFO info;

	for (int i = 0; i < 1000; i++)
		sessions[i] = open_session(i % JPKI_ROLES);
	reinsert();
	other = open_session(JPKI_AUTHENTICATION);
	for (int i = 0; i < 1000; i++)
		assert_rv(touch(sessions[i]), CKR_SESSION_HANDLE_INVALID);
	assert_ok(touch(other));
	for (int role = 0; role < JPKI_ROLES; role++) {
		assert_ok(p11->C_GetTokenInfo(slot_of(role), &info));
		assert_int_equal(info.ulSessionCount, role == JPKI_AUTHENTICATION);
	}
}

static void
removed_card_closes_sessions(void **state)
{
	CK_SESSION_HANDLE auth = open_user_session(JPKI_AUTHENTICATION);
	CK_SESSION_HANDLE sign = open_session(JPKI_SIGNATURE);

	assert_int_equal(inprocess_eject(READER), 0);
	assert_rv(touch(auth), CKR_DEVICE_REMOVED);
	assert_rv(touch(auth), CKR_SESSION_HANDLE_INVALID);
	assert_rv(touch(sign), CKR_SESSION_HANDLE_INVALID);
	assert_rv(p11->C_CloseSession(auth), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(inprocess_insert(READER, card), 0);
	assert_rv(touch(auth), CKR_SESSION_HANDLE_INVALID);
	assert_false(user_session(open_session(JPKI_AUTHENTICATION)));
}

static void
card_put_back_is_another_insertion(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);

	reinsert();
	assert_rv(p11->C_Logout(session), CKR_DEVICE_REMOVED);
	assert_rv(touch(session), CKR_SESSION_HANDLE_INVALID);
}

static void
another_card_is_another_token(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_OBJECT_HANDLE key = find_one(session, CKO_PRIVATE_KEY);
	CK_TOKEN_INFO info;
	struct vcard *second = another_card(SERIAL_2);
	CK_ULONG size;

	assert_int_equal(inprocess_eject(READER), 0);
	assert_int_equal(inprocess_insert(READER, second), 0);
	assert_rv(p11->C_GetObjectSize(session, key, &size), CKR_DEVICE_REMOVED);
	assert_ok(p11->C_GetTokenInfo(0, &info));
	assert_memory_equal(info.serialNumber, SERIAL_2, sizeof(info.serialNumber));
	session = open_session(JPKI_AUTHENTICATION);
	assert_rv(p11->C_GetObjectSize(session, key, &size), CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(vcard_ledger_count(second, VCARD_EVENT_VERIFY), 0);
}

static void
unplugged_reader_closes_sessions(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_SIGNATURE);

	assert_int_equal(inprocess_remove_reader(READER), 0);
	assert_rv(touch(session), CKR_DEVICE_REMOVED);
	assert_rv(touch(session), CKR_SESSION_HANDLE_INVALID);
}

static void
slot_calls_close_sessions_too(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_SIGNATURE);

	assert_int_equal(inprocess_eject(READER), 0);
	assert_false(token_present(JPKI_SIGNATURE));
	assert_rv(touch(session), CKR_SESSION_HANDLE_INVALID);
}

static void
other_readers_sessions_stay(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION), other;

	assert_int_equal(inprocess_add_reader(READER_2), 0);
	assert_int_equal(inprocess_insert(READER_2, another_card(SERIAL_2)), 0);
	assert_ok(p11->C_GetSlotList(CK_FALSE, NULL, &(CK_ULONG){0}));
	assert_ok(p11->C_OpenSession(2, CKF_SERIAL_SESSION, NULL, NULL, &other));
	assert_false(user_session(other));
	assert_int_equal(inprocess_eject(READER_2), 0);
	assert_rv(touch(other), CKR_DEVICE_REMOVED);
	assert_true(user_session(session));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(handles_are_never_reused),
	    ROLE_TEST(info_tells_slot_state_and_flags),
	    ROLE_TEST(login_is_shared_by_the_token),
	    TEST(close_all_closes_one_token),
	    TEST(many_sessions),
	    TEST(many_sessions_of_a_card_that_goes),
	    TEST(removed_card_closes_sessions),
	    TEST(card_put_back_is_another_insertion),
	    TEST(another_card_is_another_token),
	    TEST(unplugged_reader_closes_sessions),
	    TEST(slot_calls_close_sessions_too),
	    TEST(other_readers_sessions_stay),
	};

	return RUN(tests);
}
