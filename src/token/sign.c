/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/sign.h"

#include <string.h>

#include "reader/contents.h"
#include "reader/settings.h"
#include "reader/signing.h"
#include "token/object.h"
#include "token/operation.h"
#include "token/rv.h"

/* The result if no PIN covers this signature. Logs why. */
static CK_RV
no_login(const struct session *session)
{
	const char *why = "the login is too old, or the card was locked: no PIN was given since";

	if (session_key(session)->login == 0)
		why = "there is no login, or it has ended";
	else if (session->authorisation.own_pin)
		why = "the PIN of this signature is too old, or the card was locked since";
	else if (settings_now.signature_window_ms == 0)
		why = "each signature needs a PIN of its own: the setting window is 0";
	return rv_because(CKR_USER_NOT_LOGGED_IN, "%s", why);
}

CK_RV
sign_init(struct session *session, const CK_MECHANISM *given, CK_OBJECT_HANDLE key)
{
	const struct key *card_key = session_key(session);
	const struct mechanism *mechanism;
	CK_RV rv;

	if (given == NULL) {
		rv = session->sign.active ? CKR_OK : CKR_ARGUMENTS_BAD;
		session_end_signature(session);
		return rv;
	}
	if (session->sign.active)
		return CKR_OPERATION_ACTIVE;
	rv = mechanism_check(given, CKF_SIGN, &mechanism);
	if (rv != CKR_OK)
		return rv;
	if (mechanism->pss && !contents_offers_pss(card_key))
		return mechanism_without_pss();
	if (key != CK_INVALID_HANDLE && object_find(session, key) == NULL && card_key->login == 0)
		return no_login(session); /* it may be a private key's, of an earlier login */
	rv = object_check_key(session, key, CKO_PRIVATE_KEY);
	if (rv != CKR_OK)
		return rv;
	operation_begin(&session->sign, mechanism);
	session->sign.key = key;
	lock_begin_signature(session->reader, session->role, &session->authorisation);
	return CKR_OK;
}

/* Can the signature continue, in one part or in several? If not, it is ended. */
static CK_RV
check(struct session *session, bool one_part)
{
	CK_RV rv = operation_check(&session->sign, one_part);

	if (rv != CKR_OK)
		session_end_signature(session);
	return rv;
}

static CK_RV
sign_on_card(struct session *session, const struct operation_value *value, CK_BYTE *signature)
{
	const struct mechanism *mechanism = session->sign.mechanism;
	int rv;

	/* a handle is valid only in the login in which it was found */
	if (object_find(session, session->sign.key) == NULL)
		return rv_because(
		    CKR_USER_NOT_LOGGED_IN, "the key was found in a login that has ended");
	rv = signing_sign(session->reader, session->role, &session->authorisation, mechanism->form,
	    value->bytes, value->length, signature);
	return rv == JPKI_ERR_UNSUPPORTED && mechanism->pss ? rv_of_as(rv, CKR_MECHANISM_INVALID)
							    : rv_of(rv);
}

/* Add the last data, and have the card sign, if a PIN covers this signature. */
static CK_RV
sign_all(struct session *session, const CK_BYTE *data, CK_ULONG length, CK_BYTE *signature)
{
	struct operation_value value;
	CK_RV rv;

	if (!lock_authorises(session->reader, session->role, &session->authorisation))
		return no_login(session);
	rv = operation_value(&session->sign, data, length, &value);
	return rv == CKR_OK ? sign_on_card(session, &value, signature) : rv;
}

/*
 * End the operation with a signature or an error. If only the length was asked for, it stays
 * active.
 */
static CK_RV
finish(struct session *session, const CK_BYTE *data, CK_ULONG length, CK_BYTE *signature,
    CK_ULONG *signature_length)
{
	CK_BYTE bytes[JPKI_SIGNATURE_SIZE];
	bool proceed;
	CK_RV rv;

	rv = operation_check_output(signature, signature_length, sizeof(bytes), &proceed);
	if (!proceed)
		return rv;
	rv = sign_all(session, data, length, bytes);
	if (rv == CKR_OK)
		memcpy(signature, bytes, sizeof(bytes));
	session_end_signature(session);
	return rv;
}

CK_RV
sign_once(struct session *session, const CK_BYTE *data, CK_ULONG length, CK_BYTE *signature,
    CK_ULONG *signature_length)
{
	CK_RV rv = check(session, true);

	if (rv != CKR_OK)
		return rv;
	session->sign.one_part = true;
	return finish(session, data, length, signature, signature_length);
}

CK_RV
sign_update(struct session *session, const CK_BYTE *data, CK_ULONG length)
{
	CK_RV rv = operation_check(&session->sign, false);

	return rv != CKR_OK ? rv : operation_update(&session->sign, data, length);
}

CK_RV
sign_final(struct session *session, CK_BYTE *signature, CK_ULONG *signature_length)
{
	CK_RV rv = check(session, false);

	return rv != CKR_OK ? rv : finish(session, NULL, 0, signature, signature_length);
}
