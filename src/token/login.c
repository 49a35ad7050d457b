/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/login.h"

#include <jpki/pin.h>

#include "base/clock.h"
#include "base/log.h"
#include "token/lock.h"
#include "token/module.h"
#include "token/role.h"
#include "token/rv.h"

/* A signature follows its PIN at once; one that has not come by then does not come, in ms. */
#define CONTEXT_MS 10000

/* A PIN without tries is not tried: what the card says of it decides, and recently. */
static int
tries_allow(struct session *session)
{
	struct token *token = session_token(session);
	unsigned tries;
	int rv;

	if (!token_tries_recent(token)) {
		rv = jpki_card_tries(session->reader->card, session->role, &tries);
		if (rv == JPKI_ERR_NOT_VERIFIED) /* no answer to a question about tries */
			return JPKI_ERR_STATUS;
		if (rv != JPKI_OK)
			return rv;
		token_set_tries(token, tries);
	}
	return token->tries == 0 ? JPKI_ERR_PIN_BLOCKED : JPKI_OK;
}

/* What the card's answer to a PIN says of the tries. */
static int
after_verify(struct session *session, int result, unsigned tries)
{
	struct token *token = session_token(session);

	token->tries_known = false;
	if (result == JPKI_OK)
		token_set_tries(token, jpki_pin_policy(session->role)->tries);
	if (result == JPKI_ERR_NOT_VERIFIED) /* no answer to a PIN */
		return JPKI_ERR_STATUS;
	if (result != JPKI_ERR_PIN_WRONG && result != JPKI_ERR_PIN_BLOCKED)
		return result;
	token_set_tries(token, tries);
	return tries == 0 ? JPKI_ERR_PIN_BLOCKED : JPKI_ERR_PIN_WRONG;
}

/* From here on the card counts as unlocked, also if this process should not live to see it. */
static void
about_to_unlock(struct session *session)
{
	session_token(session)->unlocked = true;
	if (module_settings.guard)
		jpki_card_guard(session->reader->card, NULL);
}

/*
 * The one place that sends a PIN to log in. From then on the card counts as unlocked unless it
 * says that it refused, so that it is locked again whatever happens on the way.
 */
static int
verify(struct session *session, const struct jpki_pin *pin)
{
	struct token *token = session_token(session);
	bool was_unlocked = token->unlocked;
	unsigned tries = 0;
	int rv;

	rv = tries_allow(session);
	if (rv != JPKI_OK)
		return rv;
	about_to_unlock(session);
	rv = jpki_card_verify(session->reader->card, session->role, pin, &tries);
	rv = after_verify(session, rv, tries);
	log_line(
	    LOG_INFO, "PIN of %s: %s", role_row(session->role)->token_label, jpki_strerror(rv));
	if (rv == JPKI_ERR_PIN_WRONG || rv == JPKI_ERR_PIN_BLOCKED) {
		/* whether it forgets an earlier success is the card's secret: lock it soon */
		token->unlocked = was_unlocked;
		token->window_until = 0;
	}
	return rv;
}

/* For a login that goes on: it may have been found lost as the transaction began. */
static int
verify_again(struct session *session, const struct jpki_pin *pin)
{
	return session_token(session)->logged_in ? verify(session, pin) : JPKI_ERR_RESET;
}

/* The certificate too, in the same transaction, since selecting again might undo the login. */
static int
verify_and_load(struct session *session, const struct jpki_pin *pin)
{
	int rv = verify(session, pin);

	if (rv != JPKI_OK)
		return rv;
	rv = reader_load_certificate(session->reader, session->role, JPKI_CERTIFICATE);
	return rv == JPKI_ERR_NOT_VERIFIED ? JPKI_ERR_STATUS : rv; /* it has just been */
}

static CK_RV
in_transaction(struct session *session, const struct jpki_pin *pin,
    int (*work)(struct session *, const struct jpki_pin *))
{
	struct reader *reader = session->reader;
	struct token *token = session_token(session);
	bool was_unlocked;
	int rv;

	rv = reader_begin(reader, JPKI_BEGIN_SELECT);
	if (rv != JPKI_OK)
		return rv_of(rv);
	was_unlocked = token->unlocked;
	rv = reader_confirm_card(reader);
	if (rv == JPKI_OK)
		rv = work(session, pin);
	if (rv != JPKI_OK && rv != JPKI_ERR_RESET && token->unlocked &&
	    !(was_unlocked && token->logged_in))
		reader_lock_card(reader); /* a PIN may have been verified, but this is no login */
	return rv_of(reader_end(reader, rv));
}

/* What no card could accept is a wrong PIN, told without asking the card. */
static CK_RV
try_pin(struct session *session, const CK_BYTE *typed, CK_ULONG length,
    int (*work)(struct session *, const struct jpki_pin *))
{
	struct jpki_pin *pin = NULL;
	int result = jpki_pin_new(session->role, typed, length, &pin);
	CK_RV rv;

	if (result == JPKI_ERR_PIN_LENGTH || result == JPKI_ERR_PIN_CHARACTER)
		return CKR_PIN_INCORRECT;
	if (result != JPKI_OK)
		return rv_of(result);
	rv = in_transaction(session, pin, work);
	jpki_pin_free(&pin);
	return rv;
}

/* Not CKR_PIN_INCORRECT for what comes again at once: nobody has typed it, and its program would go
 * on. */
static CK_RV
attempt_login(struct session *session, const CK_BYTE *typed, CK_ULONG length,
    int (*work)(struct session *, const struct jpki_pin *))
{
	struct refusal *refused = &session_token(session)->refused;
	CK_RV rv;

	if (refusal_is_of(refused, session->entered_at, typed, length)) {
		refusal_note(refused, typed, length);
		return CKR_FUNCTION_CANCELED;
	}
	rv = try_pin(session, typed, length, work);
	if (rv == CKR_PIN_INCORRECT)
		refusal_note(refused, typed, length);
	return rv;
}

CK_RV
login_user(struct session *session, const CK_BYTE *typed, CK_ULONG length)
{
	struct token *token = session_token(session);
	CK_RV rv;

	if (token->logged_in)
		return CKR_USER_ALREADY_LOGGED_IN;
	rv = attempt_login(session, typed, length, verify_and_load);
	if (rv != CKR_OK)
		return rv;
	token->logged_in = true;
	token->window_until = clock_now_ms() + module_settings.signature_window_ms;
	return CKR_OK;
}

CK_RV
login_officer(const struct session *session)
{
	CK_ULONG sessions, read_write;

	/* what the specification has against it comes before what this token has */
	sessions_count(session->reader, session->role, &sessions, &read_write);
	if (session_token(session)->logged_in)
		return CKR_USER_ANOTHER_ALREADY_LOGGED_IN;
	return read_write < sessions ? CKR_SESSION_READ_ONLY_EXISTS : CKR_USER_TYPE_INVALID;
}

CK_RV
login_context(struct session *session, const CK_BYTE *typed, CK_ULONG length)
{
	struct token *token = session_token(session);
	CK_RV rv;

	if (!session->sign.active || !role_row(session->role)->always_authenticate ||
	    !token->logged_in)
		return CKR_OPERATION_NOT_INITIALIZED;
	rv = attempt_login(session, typed, length, verify_again);
	if (rv == CKR_DEVICE_ERROR && !token->logged_in)
		rv = CKR_OPERATION_NOT_INITIALIZED; /* the login was found lost, the signature with
						       it */
	if (rv == CKR_OK) {
		token->authenticated = session;
		token->authenticated_until = clock_now_ms() + CONTEXT_MS;
	}
	if (rv == CKR_PIN_LOCKED) /* and this ends the login (section 4.9) */
		(void)login_end(session);
	return rv;
}

void
login_keep_context(struct session *session)
{
	struct token *token = session_token(session);

	if (token->authenticated == session)
		token->authenticated_until = clock_now_ms() + CONTEXT_MS;
}

CK_RV
login_end(struct session *session)
{
	struct token *token = session_token(session);

	if (!token->logged_in)
		return CKR_USER_NOT_LOGGED_IN;
	token_log_out(session->reader, session->role);
	if (token->unlocked)
		reader_lock_card(session->reader);
	return CKR_OK;
}

static int
change(struct session *session, const struct jpki_pin *old, const struct jpki_pin *new_pin)
{
	unsigned tries = 0;
	int rv;

	rv = tries_allow(session);
	if (rv != JPKI_OK)
		return rv;
	about_to_unlock(session);
	rv = jpki_card_change_pin(session->reader->card, session->role, old, new_pin, &tries);
	rv = after_verify(session, rv, tries);
	log_line(LOG_INFO, "change of the PIN of %s: %s", role_row(session->role)->token_label,
	    jpki_strerror(rv));
	return rv;
}

/* The card's part; the PINs are what they can be. */
static CK_RV
change_in_transaction(
    struct session *session, const struct jpki_pin *old, const struct jpki_pin *new_pin)
{
	struct reader *reader = session->reader;
	bool was_unlocked;
	int rv;

	rv = reader_begin(reader, JPKI_BEGIN_SELECT);
	if (rv != JPKI_OK)
		return rv_of(rv);
	was_unlocked = session_token(session)->unlocked; /* as a reset may just have ended it */
	rv = reader_confirm_card(reader);
	if (rv == JPKI_OK)
		rv = change(session, old, new_pin);
	if (session_token(session)->unlocked && (!was_unlocked || rv != JPKI_OK))
		reader_lock_card(reader);
	return rv_of(reader_end(reader, rv));
}

CK_RV
login_set_pin(struct session *session, const CK_BYTE *old_typed, CK_ULONG old_length,
    const CK_BYTE *new_typed, CK_ULONG new_length)
{
	struct jpki_pin *old = NULL, *new_pin = NULL;
	CK_RV result;
	int rv;

	rv = jpki_pin_new(session->role, new_typed, new_length, &new_pin);
	if (rv == JPKI_OK)
		rv = jpki_pin_check_new(new_pin);
	if (rv == JPKI_OK)
		rv = jpki_pin_new(session->role, old_typed, old_length, &old);
	result = rv == JPKI_OK ? change_in_transaction(session, old, new_pin) : rv_of(rv);
	if (result == CKR_OK)
		refusal_take_back(&session_token(session)->refused, new_typed, new_length);
	jpki_pin_free(&old);
	jpki_pin_free(&new_pin);
	return result;
}
