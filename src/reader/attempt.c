/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/attempt.h"

#include <stdatomic.h>

#include "base/log.h"
#include "card/credential.h"
#include "card/pin.h"
#include "card/status.h"
#include "reader/contents.h"
#include "reader/lock.h"

/*
 * A PIN that no card could accept is refused without asking the card, and is remembered as refused.
 */
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

/* If the card does not answer the question, do not send a PIN. */
static int
ask_tries(struct attempt *attempt, bool now)
{
	int rv = contents_ask_tries(attempt->reader, attempt->role, now);

	return rv == JPKI_ERR_NOT_VERIFIED ? status_tell(attempt->reader->card, rv, JPKI_ERR_STATUS)
					   : rv;
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
	/* for the attributes the count also proves that their application is selected */
	int rv = ask_tries(attempt, known || spares || attempt->role == JPKI_ATTRIBUTES);

	if (rv != JPKI_OK)
		return rv;
	if (tries->left == 0)
		return JPKI_ERR_PIN_BLOCKED;
	if (spares && tries->counted && tries->left == 1)
		return JPKI_ERR_LAST_TRY;
	/*
	 * without a count (the card says only that the PIN is verified) an earlier refusal still
	 * holds
	 */
	if (known && refusal_holds(&attempt->given, tries->counted ? tries->left : 0))
		return JPKI_ERR_PIN_REFUSED;
	return JPKI_OK;
}

/* The new PIN may be remembered as refused, from before it became the PIN: forget that. */
static void
take_back(const struct attempt *attempt)
{
	struct refused new_pin = attempt->given;

	new_pin.bytes = attempt->new_pin->secret->bytes;
	new_pin.length = attempt->new_pin->secret->length;
	refusal_take_back(&new_pin);
}

/* Note what the card's answer to a PIN says about the tries, and about what is unlocked. */
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
	if (result == JPKI_ERR_NOT_VERIFIED) /* VERIFY does not answer this */
		return status_tell(reader->card, result, JPKI_ERR_STATUS);
	if (result != JPKI_ERR_PIN_WRONG && result != JPKI_ERR_PIN_BLOCKED)
		return result;
	contents_set_tries(reader, attempt->role, tries);
	if (result == JPKI_ERR_PIN_WRONG && tries > 0)
		refusal_note_card(&attempt->given, tries);
	return tries == 0 ? JPKI_ERR_PIN_BLOCKED : JPKI_ERR_PIN_WRONG;
}

/* Does the card's answer say whether the PIN is right? */
static bool
is_verdict(int result)
{
	return result == JPKI_OK || result == JPKI_ERR_PIN_WRONG || result == JPKI_ERR_PIN_BLOCKED;
}

/*
 * If the answer to a PIN was lost or invalid, ask for the tries: one less means that the card
 * refused the PIN. If the card cannot be asked now, it is asked when the same PIN is given again
 * (refusal_note_lost). *kept is true if no try was spent, or the PIN was not sent at all.
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

/*
 * Is it clear that no try was spent? Not for a change whose answer was lost: the change may have
 * been made, which restores the full count. A change that the card refused did nothing.
 */
static bool
is_clear(const struct attempt *attempt, int result)
{
	return attempt->new_pin == NULL || result == JPKI_ERR_UNSUPPORTED ||
	       result == JPKI_ERR_LENGTH || result == JPKI_ERR_NOT_FOUND;
}

/*
 * The result is that of learn_verdict, where JPKI_ERR_PIN_BLOCKED means that the PIN was blocked
 * before: the card compared nothing.
 */
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
 * The only function that sends a PIN. Once it is sent, the key counts as unlocked unless the card
 * says that the PIN is wrong, so that it will be locked again even if the answer is lost.
 */
int
attempt_send(struct attempt *attempt)
{
	struct jpki_card *card = attempt->reader->card;
	struct key *key = attempt->key;
	bool was_unlocked = key != NULL && key->unlocked != 0, kept = false;
	unsigned before = attempt->reader->tries[attempt->role].left, tries = 0;
	int answer, rv;

	lock_about_to_unlock(attempt->reader, attempt->role);
	attempt->sent = true;
	if (attempt->new_pin == NULL)
		answer = jpki_card_verify(card, attempt->role, attempt->pin, &tries);
	else
		answer = jpki_card_change_pin(
		    card, attempt->role, attempt->pin, attempt->new_pin, &tries);
	rv = learn_verdict(attempt, answer, before, &tries, &kept);
	if (!jpki_card_pin_was_sent(card) || (kept && is_clear(attempt, rv)))
		attempt->reader->last_try = JPKI_TRY_KEPT;
	else
		attempt->reader->last_try = try_of(rv);
	rv = judge_answer(attempt, rv, tries);
	log_line(LOG_INFO, "%s of JPKI %s: %s",
	    attempt->new_pin == NULL ? "PIN" : "change of the PIN",
	    credential_of(attempt->role)->name, jpki_strerror(rv));
	/* a wrong PIN may or may not lock a key that was unlocked (F-WRONG-PIN-CLEARS) */
	if (key != NULL && !was_unlocked &&
	    (answer == JPKI_ERR_PIN_WRONG || answer == JPKI_ERR_PIN_BLOCKED))
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
