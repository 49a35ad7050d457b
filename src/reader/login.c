/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/login.h"

#include <time.h>

#include "base/clock.h"
#include "card/status.h"
#include "reader/contents.h"
#include "reader/settings.h"
#include "reader/transaction.h"

static int
work(struct attempt *attempt)
{
	bool was_unlocked = attempt->key->unlocked != 0;
	int rv = transaction_confirm_card(attempt->reader);

	if (rv == JPKI_OK && attempt->in_login && attempt->key->login == 0)
		rv = JPKI_ERR_RESET; /* beginning the transaction has found that the login was lost
				      */
	if (rv == JPKI_OK)
		rv = attempt_may_send(attempt);
	if (rv == JPKI_OK)
		rv = attempt_send(attempt);
	/*
	 * Release the key, unless a login begins or goes on. If no PIN was sent, this also locks a
	 * card that another program has left open.
	 */
	if (rv == JPKI_ERR_RESET)
		return rv;
	if (attempt->sent ? rv != JPKI_OK || (attempt->new_pin != NULL && !was_unlocked)
			  : !was_unlocked)
		lock_release(attempt->reader, attempt->role);
	return rv;
}

/*
 * How long to wait, in ms, for another program that is locking the card, and how long to pause
 * between checks, in ns.
 */
#define LOCKING_MS 5000
#define LOCKING_PAUSE_NS 20000000

/*
 * Begin a transaction, and join the programs that share the card. A program that is locking the
 * card needs a transaction for that, so ours is ended while we wait.
 */
static int
begin_and_join(struct attempt *attempt)
{
	const struct timespec pause = {.tv_nsec = LOCKING_PAUSE_NS};
	uint64_t until = clock_now_ms() + LOCKING_MS;
	int rv;

	if (attempt->in_login && !attempt->key->certificate_found)
		transaction_break_off(attempt->reader);
	for (;;) {
		rv = transaction_begin(attempt->reader, JPKI_BEGIN_SELECT, PATIENCE_PERSON);
		if (rv != JPKI_OK || lock_join(attempt->reader, attempt->role) != SHARE_LATER ||
		    clock_now_ms() >= until)
			return rv;
		rv = transaction_end(attempt->reader, JPKI_OK);
		if (rv != JPKI_OK)
			return rv;
		(void)nanosleep(&pause, NULL);
	}
}

static int
in_transaction(struct attempt *attempt)
{
	int rv = begin_and_join(attempt);
	bool began = rv == JPKI_OK;

	if (rv == JPKI_OK)
		rv = work(attempt);
	if (began && rv == JPKI_ERR_NOT_FOUND)
		(void)status_tell(attempt->reader->card, rv, JPKI_ERR_RESET); /* see below */
	/* after a login a signature often follows, or the certificate is read */
	if (began)
		rv = attempt->new_pin == NULL ? transaction_end_soon(attempt->reader, rv)
					      : transaction_end(attempt->reader, rv);
	/* after an error, other programs must not count this one as logged in */
	if (attempt->key->unlocked == 0 || (attempt->sent && rv != JPKI_OK))
		lock_release(attempt->reader, attempt->role);
	/*
	 * the application was just selected, so NOT_FOUND means that the card has lost its power
	 * unnoticed
	 */
	return rv == JPKI_ERR_NOT_FOUND ? JPKI_ERR_RESET : rv;
}

static int
try_pin(struct attempt *attempt, const struct given_pin *given)
{
	int rv = attempt_make(attempt, given);

	if (rv == JPKI_OK)
		rv = in_transaction(attempt);
	attempt_end(attempt, rv);
	return rv;
}

static int
log_in(struct reader *reader, enum jpki_role role, const struct given_pin *pin)
{
	struct attempt attempt = {.reader = reader, .role = role};
	struct key *key = &reader->keys[role];
	int rv;

	if (key->login != 0 && !lock_wants_login(reader, role))
		return JPKI_ERR_LOGGED_IN;
	rv = try_pin(&attempt, pin);
	if (rv != JPKI_OK)
		return rv;
	if (key->login == 0)
		key->login = reader_next_number();
	key->window_until = clock_now_ms() + settings_now.signature_window_ms;
	return JPKI_OK;
}

int
login_user(struct reader *reader, enum jpki_role role, const struct given_pin *pin)
{
	int rv = log_in(reader, role, pin);

	if (rv != JPKI_OK)
		return rv;
	if (settings_now.signature_window_ms == 0)
		transaction_stop_lingering(reader);
	lock_expire(reader); /* with a window of 0 the key is locked at once */
	return JPKI_OK;
}

int
login_user_to_sign(struct reader *reader, enum jpki_role role, const struct given_pin *pin,
    struct authorisation *authorisation)
{
	int rv = log_in(reader, role, pin);

	if (rv != JPKI_OK)
		return rv;
	lock_begin_signature(reader, role, authorisation);
	/* with a window of 0 the PIN is for this signature alone */
	if (!lock_authorises(reader, role, authorisation)) {
		transaction_stop_lingering(reader);
		lock_authenticate_signature(reader, role, authorisation);
	}
	return JPKI_OK;
}

int
login_signature(struct reader *reader, enum jpki_role role, const struct given_pin *pin,
    struct authorisation *authorisation)
{
	struct attempt attempt = {.reader = reader, .role = role, .in_login = true};
	int rv = try_pin(&attempt, pin);

	if (rv == JPKI_OK)
		lock_authenticate_signature(reader, role, authorisation);
	/* a blocked PIN ends the login (PKCS#11 3.0, section 4.9) */
	if (rv == JPKI_ERR_PIN_BLOCKED)
		login_end(reader, role);
	return rv;
}

void
login_end(struct reader *reader, enum jpki_role role)
{
	lock_forget_login(reader, role);
	if (reader->keys[role].unlocked != 0)
		lock_release(reader, role);
}

int
login_change_pin(struct reader *reader, enum jpki_role role, const struct given_pin *old,
    const struct given_pin *new_given, bool *of_new)
{
	struct attempt attempt = {.reader = reader, .role = role};
	struct jpki_pin *new_pin = NULL;
	int rv = jpki_pin_new(role, new_given->bytes, new_given->length, &new_pin);

	if (rv == JPKI_OK)
		rv = jpki_pin_check_new(new_pin);
	*of_new = rv != JPKI_OK;
	attempt.new_pin = new_pin;
	if (rv == JPKI_OK)
		rv = try_pin(&attempt, old);
	jpki_pin_free(&new_pin);
	return rv;
}
