/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/login.h"

#include <stdatomic.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "card/credential.h"
#include "card/pin.h"
#include "reader/contents.h"
#include "reader/refusal.h"
#include "reader/settings.h"
#include "reader/transaction.h"

/* A PIN on its way to the card, and what it is for. */
struct attempt {
	struct reader *reader;
	enum jpki_role role;
	struct key *key;
	struct jpki_pin *pin;
	struct refused given;		/* as refusal.h knows it */
	const struct jpki_pin *new_pin; /* to change it to; NULL: to log in */
	bool in_login; /* only while the login lasts that there was when it was given */
	bool sent;     /* the card has seen it */
};

/* A question that it does not answer is no reason to send one. */
static int
ask_tries(struct attempt *attempt, bool now)
{
	int rv = contents_ask_tries(attempt->reader, attempt->role, now);

	return rv == JPKI_ERR_NOT_VERIFIED ? JPKI_ERR_STATUS : rv;
}

static atomic_bool spares_last_try;

void
login_spare_last_try(bool spare)
{
	spares_last_try = spare;
}

/* May the PIN be sent? */
static int
may_send(struct attempt *attempt)
{
	bool known = refusal_is_known(&attempt->given), spares = spares_last_try;
	int rv = ask_tries(attempt, known || spares);

	if (rv != JPKI_OK)
		return rv;
	if (attempt->key->tries == 0)
		return JPKI_ERR_PIN_BLOCKED;
	if (spares && attempt->key->tries_counted && attempt->key->tries == 1)
		return JPKI_ERR_LAST_TRY;
	/* that it is verified may have been so before: it says nothing of what was since */
	if (known &&
	    refusal_holds(&attempt->given, attempt->key->tries_counted ? attempt->key->tries : 0))
		return JPKI_ERR_PIN_REFUSED;
	return JPKI_OK;
}

/* The new PIN may have been refused while it was none. */
static void
take_back(const struct attempt *attempt)
{
	struct refused new_pin = attempt->given;

	new_pin.bytes = attempt->new_pin->secret->bytes;
	new_pin.length = attempt->new_pin->secret->length;
	refusal_take_back(&new_pin);
}

/* What the card's answer to a PIN says of the tries, and of what is unlocked. */
static int
judge_answer(struct attempt *attempt, int result, unsigned tries)
{
	struct key *key = attempt->key;

	key->tries_known = false;
	if (result == JPKI_OK) {
		contents_set_tries(key, credential_of(attempt->role)->pin.tries);
		refusal_forget(attempt->given.insertion, attempt->role);
		if (attempt->new_pin != NULL)
			take_back(attempt);
		share_open(&attempt->reader->share);
	}
	if (result == JPKI_ERR_NOT_VERIFIED) /* no answer to a PIN */
		return JPKI_ERR_STATUS;
	if (result != JPKI_ERR_PIN_WRONG && result != JPKI_ERR_PIN_BLOCKED)
		return result;
	contents_set_tries(key, tries);
	if (result == JPKI_ERR_PIN_WRONG && tries > 0)
		refusal_note_card(&attempt->given, tries);
	return tries == 0 ? JPKI_ERR_PIN_BLOCKED : JPKI_ERR_PIN_WRONG;
}

/* Is it an answer to a PIN? */
static bool
is_verdict(int result)
{
	return result == JPKI_OK || result == JPKI_ERR_PIN_WRONG || result == JPKI_ERR_PIN_BLOCKED;
}

/*
 * The answer to a PIN was lost, or is none. If the card has a try less now, it has refused the PIN.
 * Where it cannot be asked, or this one is given again later, that is looked at then. *kept: it has
 * as many as before.
 */
static int
learn_verdict(struct attempt *attempt, int result, unsigned before, unsigned *tries, bool *kept)
{
	const struct key *key = attempt->key;

	if (is_verdict(result) || before == 0 || !key->tries_counted)
		return result;
	refusal_note_lost(&attempt->given, before - 1);
	if (contents_ask_tries(attempt->reader, attempt->role, true) != JPKI_OK ||
	    !key->tries_counted)
		return result;
	*kept = key->tries >= before;
	if (*kept)
		return result;
	log_line(LOG_INFO, "%s, but the card has a try less: it has refused the PIN",
	    jpki_strerror(result));
	*tries = key->tries;
	return JPKI_ERR_PIN_WRONG;
}

/* A command that the card has refused did nothing; of a change whose answer was lost, that the
 * tries are all there says nothing. */
static bool
is_clear(const struct attempt *attempt, int result)
{
	return attempt->new_pin == NULL || result == JPKI_ERR_UNSUPPORTED ||
	       result == JPKI_ERR_LENGTH || result == JPKI_ERR_NOT_FOUND;
}

/* Before that: a PIN that was blocked already has not been compared. */
static enum jpki_try
try_of(int result)
{
	switch (result) {
	case JPKI_OK:
	case JPKI_ERR_PIN_BLOCKED:
		return JPKI_TRY_KEPT;
	case JPKI_ERR_PIN_WRONG:
		return JPKI_TRY_SPENT;
	default:
		return JPKI_TRY_UNCERTAIN;
	}
}

/*
 * The one place that sends a PIN. From then on the card counts as unlocked unless it says that it
 * refused, so that it is locked again whatever happens on the way.
 */
static int
send(struct attempt *attempt)
{
	struct jpki_card *card = attempt->reader->card;
	struct key *key = attempt->key;
	bool was_unlocked = key->unlocked != 0, kept = false;
	unsigned before = key->tries, tries = 0;
	int said, rv;

	lock_about_to_unlock(attempt->reader, attempt->role);
	attempt->sent = true;
	if (attempt->new_pin == NULL)
		said = jpki_card_verify(card, attempt->role, attempt->pin, &tries);
	else
		said = jpki_card_change_pin(
		    card, attempt->role, attempt->pin, attempt->new_pin, &tries);
	rv = learn_verdict(attempt, said, before, &tries, &kept);
	attempt->reader->last_try = kept && is_clear(attempt, rv) ? JPKI_TRY_KEPT : try_of(rv);
	rv = judge_answer(attempt, rv, tries);
	log_line(LOG_INFO, "%s of JPKI %s: %s",
	    attempt->new_pin == NULL ? "PIN" : "change of the PIN",
	    credential_of(attempt->role)->name, jpki_strerror(rv));
	/* if it was open, whether it forgets an earlier success is the card's secret */
	if ((said == JPKI_ERR_PIN_WRONG || said == JPKI_ERR_PIN_BLOCKED) && !was_unlocked)
		key->unlocked = 0;
	return rv;
}

/*
 * After a login the certificate too, in the same transaction, since selecting again might undo the
 * login.
 */
static int
send_and_load(struct attempt *attempt)
{
	int rv = send(attempt);

	if (rv != JPKI_OK || attempt->new_pin != NULL || attempt->in_login)
		return rv;
	rv = contents_load_certificate(attempt->reader, attempt->role, JPKI_CERTIFICATE);
	return rv == JPKI_ERR_NOT_VERIFIED ? JPKI_ERR_STATUS : rv; /* it has just been */
}

static int
work(struct attempt *attempt)
{
	bool was_unlocked = attempt->key->unlocked != 0;
	int rv = transaction_confirm_card(attempt->reader);

	if (rv == JPKI_OK && attempt->in_login && attempt->key->login == 0)
		rv = JPKI_ERR_RESET; /* it was found lost as the transaction began */
	if (rv == JPKI_OK)
		rv = may_send(attempt);
	if (rv == JPKI_OK)
		rv = send_and_load(attempt);
	/* what has been unlocked and is no login; or a PIN was refused that others left open */
	if (rv == JPKI_ERR_RESET)
		return rv;
	if (attempt->sent ? rv != JPKI_OK || (attempt->new_pin != NULL && !was_unlocked)
			  : !was_unlocked)
		lock_release(attempt->reader, attempt->role);
	return rv;
}

/* How long a program that is locking the card is waited for, in ms, and how often it is looked at.
 */
#define LOCKING_MS 5000
#define LOCKING_PAUSE_NS 20000000

/*
 * In a transaction, and as one of those who share the card. Who is just locking it needs the
 * transaction for that, and is given it.
 */
static int
begin_and_join(struct attempt *attempt)
{
	const struct timespec pause = {.tv_nsec = LOCKING_PAUSE_NS};
	uint64_t until = clock_now_ms() + LOCKING_MS;
	int rv;

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

	if (rv == JPKI_OK)
		rv = transaction_end(attempt->reader, work(attempt));
	if (attempt->key->unlocked ==
	    0) /* whatever went wrong, nobody is to take us for logged in */
		lock_release(attempt->reader, attempt->role);
	/* its application has just been selected: the card has lost its power since, unnoticed */
	return rv == JPKI_ERR_NOT_FOUND ? JPKI_ERR_RESET : rv;
}

/* What no card could accept is told without asking the card; but it counts as refused. */
static int
make_attempt(struct attempt *attempt, const struct given_pin *given)
{
	struct refused *refused = &attempt->given;
	int rv = jpki_pin_new(attempt->role, given->bytes, given->length, &attempt->pin);

	attempt->key = &attempt->reader->keys[attempt->role];
	*refused = (struct refused){.insertion = attempt->reader->state.insertion,
	    .role = attempt->role,
	    .bytes = given->bytes,
	    .length = given->length};
	if (rv == JPKI_OK) {
		refused->bytes = attempt->pin->secret->bytes;
		refused->length = attempt->pin->secret->length;
	} else if (rv != JPKI_ERR_PIN_LENGTH && rv != JPKI_ERR_PIN_CHARACTER)
		return rv;
	if (refusal_is_recent(refused, given->at)) {
		log_line(LOG_INFO, "PIN of JPKI %s: called wrong a moment ago, and given again",
		    credential_of(attempt->role)->name);
		rv = JPKI_ERR_CANCELLED;
	}
	return rv;
}

static bool
is_refusal(int error)
{
	return error == JPKI_ERR_PIN_WRONG || error == JPKI_ERR_PIN_REFUSED ||
	       error == JPKI_ERR_PIN_LENGTH || error == JPKI_ERR_PIN_CHARACTER ||
	       error == JPKI_ERR_CANCELLED;
}

static int
try_pin(struct attempt *attempt, const struct given_pin *given)
{
	int rv = make_attempt(attempt, given);

	if (rv == JPKI_OK)
		rv = in_transaction(attempt);
	if (is_refusal(rv))
		refusal_note(&attempt->given);
	jpki_pin_free(&attempt->pin);
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

	if (rv == JPKI_OK)
		lock_expire(reader); /* without a window nothing is open even now */
	return rv;
}

int
login_user_to_sign(struct reader *reader, enum jpki_role role, const struct given_pin *pin,
    struct authorisation *authorisation)
{
	int rv = log_in(reader, role, pin);

	if (rv != JPKI_OK)
		return rv;
	lock_begin_signature(reader, role, authorisation);
	if (!lock_authorises(reader, role, authorisation)) /* there is no window: it is its own */
		lock_authenticate_signature(reader, role, authorisation);
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
	if (rv == JPKI_ERR_PIN_BLOCKED) /* and this ends the login (PKCS#11 3.0, section 4.9) */
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
