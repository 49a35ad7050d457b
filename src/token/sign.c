/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "base/log.h"
#include "token/lock.h"
#include "token/login.h"
#include "token/object.h"
#include "token/role.h"
#include "token/rv.h"
#include "token/signature.h"

CK_RV
sign_init(struct session *session, const CK_MECHANISM *given, CK_OBJECT_HANDLE key)
{
	const struct token *token = session_token(session);
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
	if (mechanism->pss && !token_offers_pss(token))
		return CKR_MECHANISM_INVALID;
	if (key != CK_INVALID_HANDLE && object_find(session, key) == NULL && !token->logged_in)
		return CKR_USER_NOT_LOGGED_IN; /* it may have been a private key's */
	rv = object_check_key(session, key, CKO_PRIVATE_KEY);
	if (rv != CKR_OK)
		return rv;
	rv = operation_begin(&session->sign, mechanism);
	session->sign.key = key;
	return rv;
}

/* May the signature go on in this way? If not, it is ended. */
static CK_RV
check(struct session *session, bool one_part)
{
	CK_RV rv = operation_check(&session->sign, one_part);

	if (rv != CKR_OK)
		session_end_signature(session);
	return rv;
}

/* One signing command, and the check that it was the right key that answered. */
static int
attempt(struct session *session, const struct operation_value *value,
    CK_BYTE signature[JPKI_SIGNATURE_SIZE])
{
	const struct certificate *certificate =
	    session_token(session)->certificates[JPKI_CERTIFICATE];
	const struct mechanism *mechanism = session->sign.mechanism;
	enum verdict verdict;
	int rv;

	rv = jpki_card_sign(session->reader->card, session->role, mechanism->form, value->bytes,
	    value->length, signature);
	if (rv != JPKI_OK)
		return rv;
	verdict = signature_right(certificate, mechanism, value, signature);
	if (verdict == VERDICT_RIGHT)
		return JPKI_OK;
	/* That salts have 32 bytes is inferred (card-facts: commands, C); no other is of use. */
	if (verdict == VERDICT_WRONG && mechanism->pss) {
		verdict = signature_other_salt(certificate, value, signature);
		if (verdict == VERDICT_RIGHT)
			return JPKI_ERR_UNSUPPORTED;
	}
	return verdict == VERDICT_UNKNOWN ? JPKI_ERR_MEMORY : JPKI_ERR_DATA;
}

/*
 * Without selecting first, since that may undo the login on some cards (card-facts: C). If it
 * does not work out, another program may have selected another application: select, try again.
 */
static int
attempt_twice(struct session *session, const struct operation_value *value,
    CK_BYTE signature[JPKI_SIGNATURE_SIZE])
{
	bool selected;
	int rv;

	rv = attempt(session, value, signature);
	if (rv > JPKI_ERR_NOT_JPKI || reader_still_selected(session->reader))
		return rv;
	rv = jpki_card_select(session->reader->card, &selected);
	if (rv == JPKI_OK && reader_is_other_card(session->reader))
		return JPKI_ERR_NO_CARD; /* another card: its reader was unplugged meanwhile */
	return rv != JPKI_OK ? rv : attempt(session, value, signature);
}

/* What the card's last word on a signature means for the token. */
static void
learn(struct session *session, int result)
{
	struct token *token = session_token(session);

	if (result == JPKI_ERR_NOT_VERIFIED) {
		/* it forgot the PIN: so do we, for certain */
		token_log_out(session->reader, session->role);
		reader_lock_card(session->reader);
	}
	if (result == JPKI_ERR_UNSUPPORTED && session->sign.mechanism->pss)
		token->pss_refused = true;
}

static CK_RV
sign_on_card(struct session *session, const struct operation_value *value, CK_BYTE *signature)
{
	struct reader *reader = session->reader;
	bool refused;
	int rv;

	rv = reader_begin(reader, JPKI_BEGIN_TRUST);
	if (rv != JPKI_OK)
		return rv_of(rv);
	rv = session_token(session)->unlocked ? attempt_twice(session, value, signature)
					      : JPKI_ERR_NOT_VERIFIED;
	log_line(LOG_INFO, "signature with %s: %s", role_row(session->role)->token_label,
	    jpki_strerror(rv));
	refused = rv == JPKI_ERR_UNSUPPORTED && session->sign.mechanism->pss;
	learn(session, rv);
	if (session_token(session)->authenticated == session)
		reader_lock_card(reader); /* within the transaction: nobody gets between */
	rv = reader_end(reader, rv);
	return refused ? CKR_MECHANISM_INVALID : rv_of(rv);
}

/* The last data of a signature, and its value. Leaves it active if only the length was asked. */
static CK_RV
finish(struct session *session, const CK_BYTE *data, CK_ULONG length, CK_BYTE *signature,
    CK_ULONG *signature_length)
{
	CK_BYTE bytes[JPKI_SIGNATURE_SIZE];
	struct operation_value value;
	bool proceed;
	CK_RV rv;

	rv = output_check(signature, signature_length, sizeof(bytes), &proceed);
	if (!proceed)
		return rv;
	rv = lock_authorises(session) ? CKR_OK : CKR_USER_NOT_LOGGED_IN;
	if (rv == CKR_OK)
		rv = operation_value(&session->sign, data, length, &value);
	if (rv == CKR_OK)
		rv = sign_on_card(session, &value, bytes);
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
	CK_RV rv = check(session, false);

	if (rv == CKR_OK)
		rv = operation_update(&session->sign, data, length);
	if (rv == CKR_OK)
		login_keep_context(session);
	if (rv != CKR_OK)
		session_end_signature(session);
	return rv;
}

CK_RV
sign_final(struct session *session, CK_BYTE *signature, CK_ULONG *signature_length)
{
	CK_RV rv = check(session, false);

	return rv != CKR_OK ? rv : finish(session, NULL, 0, signature, signature_length);
}
