/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/attempt.h"

#include <stdatomic.h>

#include "base/log.h"
#include "card/credential.h"
#include "card/pin.h"
#include "reader/contents.h"
#include "reader/lock.h"

/* What no card could accept is told without asking the card; but it counts as refused. */
int
attempt_make(struct attempt *attempt, const struct given_pin *given)
{
	struct refused *refused = &attempt->given;
	int rv = jpki_pin_new(attempt->role, given->bytes, given->length, &attempt->pin);

	attempt->key =
	    attempt->role == JPKI_ATTRIBUTES ? NULL : &attempt->reader->keys[attempt->role];
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

/* A question that it does not answer is no reason to send one. */
static int
ask_tries(struct attempt *attempt, bool now)
{
	int rv = contents_ask_tries(attempt->reader, attempt->role, now);

	return rv == JPKI_ERR_NOT_VERIFIED ? JPKI_ERR_STATUS : rv;
}

static atomic_bool spares_last_try;

void
attempt_spare_last_try(bool spare)
{
	spares_last_try = spare;
}

int
attempt_may_send(struct attempt *attempt)
{
	bool known = refusal_is_known(&attempt->given), spares = spares_last_try;
	const struct tries *tries = &attempt->reader->tries[attempt->role];
	/* of the attributes, that they are counted tells too that their application is selected */
	int rv = ask_tries(attempt, known || spares || attempt->role == JPKI_ATTRIBUTES);

	if (rv != JPKI_OK)
		return rv;
	if (tries->left == 0)
		return JPKI_ERR_PIN_BLOCKED;
	if (spares && tries->counted && tries->left == 1)
		return JPKI_ERR_LAST_TRY;
	/* that it is verified may have been so before: it says nothing of what was since */
	if (known && refusal_holds(&attempt->given, tries->counted ? tries->left : 0))
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
	struct reader *reader = attempt->reader;

	reader->tries[attempt->role].known = false;
	if (result == JPKI_OK) {
		contents_set_tries(reader, attempt->role, credential_of(attempt->role)->pin.tries);
		refusal_forget(attempt->given.insertion, attempt->role);
		if (attempt->new_pin != NULL)
			take_back(attempt);
		if (attempt->key != NULL)
			share_open(&reader->share);
	}
	if (result == JPKI_ERR_NOT_VERIFIED) /* no answer to a PIN */
		return JPKI_ERR_STATUS;
	if (result != JPKI_ERR_PIN_WRONG && result != JPKI_ERR_PIN_BLOCKED)
		return result;
	contents_set_tries(reader, attempt->role, tries);
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
 * as many as before, or it was not sent at all.
 */
static int
learn_verdict(struct attempt *attempt, int result, unsigned before, unsigned *tries, bool *kept)
{
	const struct tries *known = &attempt->reader->tries[attempt->role];

	*kept = !jpki_card_pin_was_sent(attempt->reader->card);
	if (*kept || is_verdict(result) || before == 0 || !known->counted)
		return result;
	refusal_note_lost(&attempt->given, before - 1);
	if (contents_ask_tries(attempt->reader, attempt->role, true) != JPKI_OK || !known->counted)
		return result;
	*kept = known->left >= before;
	if (*kept)
		return result;
	log_line(LOG_INFO, "%s, but the card has a try less: it has refused the PIN",
	    jpki_strerror(result));
	*tries = known->left;
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
int
attempt_send(struct attempt *attempt)
{
	struct jpki_card *card = attempt->reader->card;
	struct key *key = attempt->key;
	bool was_unlocked = key != NULL && key->unlocked != 0, kept = false;
	unsigned before = attempt->reader->tries[attempt->role].left, tries = 0;
	int said, rv;

	lock_about_to_unlock(attempt->reader, attempt->role);
	attempt->sent = true;
	if (attempt->new_pin == NULL)
		said = jpki_card_verify(card, attempt->role, attempt->pin, &tries);
	else
		said = jpki_card_change_pin(
		    card, attempt->role, attempt->pin, attempt->new_pin, &tries);
	rv = learn_verdict(attempt, said, before, &tries, &kept);
	if (!jpki_card_pin_was_sent(card) || (kept && is_clear(attempt, rv)))
		attempt->reader->last_try = JPKI_TRY_KEPT;
	else
		attempt->reader->last_try = try_of(rv);
	rv = judge_answer(attempt, rv, tries);
	log_line(LOG_INFO, "%s of JPKI %s: %s",
	    attempt->new_pin == NULL ? "PIN" : "change of the PIN",
	    credential_of(attempt->role)->name, jpki_strerror(rv));
	/* if it was open, whether it forgets an earlier success is the card's secret */
	if (key != NULL && !was_unlocked &&
	    (said == JPKI_ERR_PIN_WRONG || said == JPKI_ERR_PIN_BLOCKED))
		key->unlocked = 0;
	return rv;
}

static bool
is_refusal(int error)
{
	return error == JPKI_ERR_PIN_WRONG || error == JPKI_ERR_PIN_REFUSED ||
	       error == JPKI_ERR_PIN_LENGTH || error == JPKI_ERR_PIN_CHARACTER ||
	       error == JPKI_ERR_CANCELLED;
}

void
attempt_end(struct attempt *attempt, int result)
{
	if (is_refusal(result))
		refusal_note(&attempt->given);
	jpki_pin_free(&attempt->pin);
}
