/* SPDX-License-Identifier: BSD-2-Clause */

/* What the functions that open sessions and log in take of their arguments. */

#include "../common/module.h"

static CK_RV
notify(CK_SESSION_HANDLE session, CK_NOTIFICATION event, void *application)
{
	return CKR_GENERAL_ERROR;
}

static void
sessions_must_be_serial(void **state)
{
	CK_SESSION_HANDLE session;

	assert_rv(
	    p11->C_OpenSession(0, 0, NULL, NULL, &session), CKR_SESSION_PARALLEL_NOT_SUPPORTED);
	assert_rv(p11->C_OpenSession(0, CKF_RW_SESSION, NULL, NULL, &session),
	    CKR_SESSION_PARALLEL_NOT_SUPPORTED);
	assert_rv(
	    p11->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_ASYNC_SESSION, NULL, NULL, &session),
	    CKR_SESSION_ASYNC_NOT_SUPPORTED);
}

static void
callbacks_are_accepted(void **state)
{
	CK_SESSION_HANDLE session;

	assert_ok(p11->C_OpenSession(0, CKF_SERIAL_SESSION, state, notify, &session));
}

static void
login_user_takes_no_name(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	CK_BYTE pin[] = PIN, name[] = "name";

	assert_int_not_equal(p11->C_LoginUser(session, CKU_USER, pin, 4, name, 4), CKR_OK);
	assert_int_equal(pins_sent(), 0);
	assert_ok(p11->C_LoginUser(session, CKU_USER, pin, 4, NULL, 0));
	assert_rv(p11->C_LoginUser(session, CKU_USER, pin, 4, name, 0), CKR_USER_ALREADY_LOGGED_IN);
	assert_int_equal(pins_sent(), 1);
}

static void
there_is_no_security_officer(void **state)
{
	CK_SESSION_HANDLE session = open_rw_session(JPKI_AUTHENTICATION);
	CK_BYTE pin[] = PIN;

	assert_rv(p11->C_Login(session, CKU_SO, pin, 4), CKR_USER_TYPE_INVALID);
	assert_rv(p11->C_Login(session, 3, pin, 4), CKR_USER_TYPE_INVALID);
	assert_rv(p11->C_LoginUser(session, CKU_SO, pin, 4, NULL, 0), CKR_USER_TYPE_INVALID);
	assert_int_equal(pins_sent(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sessions_must_be_serial),
	    TEST(callbacks_are_accepted),
	    TEST(login_user_takes_no_name),
	    TEST(there_is_no_security_officer),
	};

	return RUN(tests);
}
