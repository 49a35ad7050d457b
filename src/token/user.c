/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/user.h"

#include "reader/login.h"
#include "token/token_kind.h"
#include "token/rv.h"

static struct given_pin
given(const struct session *session, const CK_BYTE *pin, CK_ULONG length)
{
	return (struct given_pin){pin, length, session->entered_at};
}

/*
 * A PIN that no card could accept is CKR_PIN_INCORRECT, the only answer after which programs ask
 * again.
 */
static CK_RV
rv_of_pin(int error)
{
	if (error == JPKI_ERR_PIN_LENGTH || error == JPKI_ERR_PIN_CHARACTER)
		return rv_of_as(error, CKR_PIN_INCORRECT);
	/* called wrong a moment ago, and given again: nobody has cancelled anything */
	if (error == JPKI_ERR_CANCELLED)
		return rv_of_as(JPKI_ERR_PIN_REFUSED, CKR_FUNCTION_CANCELED);
	return rv_of(error);
}

CK_RV
user_login(struct session *session, const CK_BYTE *typed, CK_ULONG length)
{
	const struct given_pin pin = given(session, typed, length);

	return rv_of_pin(login_user(session->reader, session->role, &pin));
}

CK_RV
user_login_officer(const struct session *session)
{
	CK_ULONG sessions, read_write;

	/* the specification's reasons to refuse come first (section 5.6.8) */
	session_count(session->reader, session->role, &sessions, &read_write);
	if (lock_shows_login(session->reader, session->role))
		return CKR_USER_ANOTHER_ALREADY_LOGGED_IN;
	return read_write < sessions ? CKR_SESSION_READ_ONLY_EXISTS : CKR_USER_TYPE_INVALID;
}

CK_RV
user_login_context(struct session *session, const CK_BYTE *typed, CK_ULONG length)
{
	const struct given_pin pin = given(session, typed, length);
	int rv;

	if (!session->sign.active || !token_kind_of(session->role)->always_authenticate ||
	    session_key(session)->login == 0)
		return CKR_OPERATION_NOT_INITIALIZED;
	rv = login_signature(session->reader, session->role, &pin, &session->authorisation);
	/* the login is lost, and with it the signature */
	if (rv == JPKI_ERR_RESET && session_key(session)->login == 0)
		return rv_of_as(rv, CKR_OPERATION_NOT_INITIALIZED);
	return rv_of_pin(rv);
}

CK_RV
user_logout(struct session *session)
{
	if (session_key(session)->login == 0)
		return CKR_USER_NOT_LOGGED_IN;
	login_end(session->reader, session->role);
	return CKR_OK;
}

CK_RV
user_set_pin(struct session *session, const CK_BYTE *old_typed, CK_ULONG old_length,
    const CK_BYTE *new_typed, CK_ULONG new_length)
{
	const struct given_pin old = given(session, old_typed, old_length);
	const struct given_pin new_pin = given(session, new_typed, new_length);
	bool of_new;
	int rv = login_change_pin(session->reader, session->role, &old, &new_pin, &of_new);

	return of_new ? rv_of(rv) : rv_of_pin(rv);
}
