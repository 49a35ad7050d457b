/* SPDX-License-Identifier: BSD-2-Clause */
#include "checks.h"

#include <string.h>

#include "codes.h"
#include "programs.h"
#include "scene.h"
#include "token/rv.h"
#include "watch.h"

/* As things were before the call. */
static unsigned tries[CARDS][VCARD_PINS];
static uint64_t began;
static bool may_sign[SESSIONS]; /* the card is locked before the signature is handed out */

void
checks_before(void)
{
	began = scene_now();
	for (int i = 0; i < SESSIONS; i++)
		may_sign[i] = model_may_sign(&model_sessions[i], began);
	for (int i = 0; i < CARDS; i++) {
		vcard_ledger_mark(scene_cards[i].vcard);
		for (int pin = 0; pin < VCARD_PINS; pin++)
			tries[i][pin] = vcard_pin_tries(scene_cards[i].vcard, (enum vcard_pin)pin);
	}
}

/* 4: a PIN without tries is not tried, as far as the card has said so truthfully. */
void
checks_tries_before(int card, int role, bool change, unsigned left, bool in_own, bool recent)
{
	const struct scene_card *its = &scene_cards[card];

	if (role < 0 || change || !in_own || its->deceived)
		return;
	if (its->said[role].known && its->said[role].truthful && its->said[role].tries == 0)
		violate(CHECK_TRIES, "a PIN is tried of which the card said that it is blocked");
	if (left == 0 && !(its->said[role].known && recent))
		violate(CHECK_TRIES, "a blocked PIN is tried without asking the card first");
}

/* 3 and 4: what tries were spent. */
static void
check_tries(int i)
{
	struct vcard *card = scene_cards[i].vcard;

	for (int pin = 0; pin < VCARD_PINS; pin++) {
		unsigned left = vcard_pin_tries(card, (enum vcard_pin)pin);
		bool elsewhere =
		    pin >= JPKI_CREDENTIALS || (pin == JPKI_ATTRIBUTES && !watch.given[pin]);

		if (left >= tries[i][pin])
			continue;
		if (elsewhere && !watch.deceived)
			violate(CHECK_APPLICATION, "%s cost a try of the PIN %s", watch.function,
			    vcard_pin_name((enum vcard_pin)pin));
		if (elsewhere || watch.deceived)
			continue;
		if (!watch.given[pin] || watch.card != i || tries[i][pin] - left > 1)
			violate(CHECK_TRIES, "%s: tries of the %s PIN fell from %u to %u",
			    watch.function, vcard_pin_name((enum vcard_pin)pin), tries[i][pin],
			    left);
		if (strcmp(watch.pin, scene_cards[i].pins[pin]) == 0)
			violate(CHECK_TRIES, "%s: the right PIN cost a try", watch.function);
	}
}

/*
 * Did who keeps to the rules have it verified, and has none of the other programs a right to that?
 * While the signature key is open, who opened it locks the card.
 */
static bool
is_ours(int i, int role)
{
	const struct scene_card *its = &scene_cards[i];

	if (role == JPKI_AUTHENTICATION && (its->ours[JPKI_SIGNATURE] || model_signature_open(i)))
		return false;
	return its->ours[role] && !its->theirs[role] && !its->lied[role] && !its->not_cut &&
	       !programs_hold(i);
}

/* 6: nobody may use it after the call, whoever else is there, and whatever the card said. */
static void
check_attributes_locked(int i)
{
	const struct scene_card *its = &scene_cards[i];

	if (its->ours[JPKI_ATTRIBUTES] && !its->theirs[JPKI_ATTRIBUTES] && !its->not_cut)
		violate(CHECK_LOCKED, "after %s the attributes stay open", watch.function);
}

/* 6: what we had verified is verified only while somebody may use it. */
static void
check_locked(int i)
{
	const struct scene_card *its = &scene_cards[i];

	if (watch.reader != ALL_READERS && watch.reader != its->reader)
		return;
	check_attributes_locked(i);
	for (int role = 0; role < JPKI_ROLES; role++) {
		if (!is_ours(i, role))
			continue;
		if (!model_may_be_unlocked(its->reader, (enum jpki_role)role, began))
			violate(CHECK_LOCKED, "after %s the %s PIN stays verified", watch.function,
			    vcard_pin_name((enum vcard_pin)role));
	}
}

void
checks_after_others(void)
{
	scene_settle();
	if (watch.function != NULL) /* it is looked at after the call */
		return;
	for (int i = 0; i < CARDS; i++)
		if (is_ours(i, JPKI_AUTHENTICATION) &&
		    !model_may_be_unlocked(scene_cards[i].reader, JPKI_AUTHENTICATION, 0))
			violate(CHECK_LOCKED, "after the last program the PIN stays verified");
}

/* 6: that is so though no call is made. */
void
checks_expired(void)
{
	scene_settle();
	for (int i = 0; i < CARDS; i++)
		if (is_ours(i, JPKI_SIGNATURE) &&
		    !model_may_be_unlocked(scene_cards[i].reader, JPKI_SIGNATURE, began))
			violate(CHECK_LOCKED, "no call is made, and the signature key stays open");
}

static bool
looked(CK_RV rv)
{
	return rv != CKR_ARGUMENTS_BAD && rv != CKR_CRYPTOKI_NOT_INITIALIZED &&
	       rv != CKR_SLOT_ID_INVALID && rv != CKR_SESSION_HANDLE_INVALID &&
	       rv != CKR_SESSION_PARALLEL_NOT_SUPPORTED;
}

void
checks_after(CK_RV rv)
{
	for (int role = 0; role < JPKI_CREDENTIALS; role++)
		if (watch_total_sent[role] > watch_total_given[role] && !watch.deceived)
			violate(CHECK_GIVEN, "more %s PINs sent than were given",
			    vcard_pin_name((enum vcard_pin)role));
	for (int i = 0; i < CARDS; i++)
		check_tries(i);
	for (int i = 0; looked(rv) && watch.reader != NO_READER && i < CARDS; i++)
		check_locked(i);
	if (!code_allowed(watch.function, rv))
		violate(CHECK_CODE, "%s answers %s (0x%lX)", watch.function, rv_name(rv), rv);
}

/* 8: a right PIN, and nothing else. */
void
checks_login(void)
{
	if (watch.verifies == 0)
		violate(CHECK_LOGIN, "a login without a PIN sent");
	if (!watch.right && !watch.deceived && !(watch.lied && watch.said_right))
		violate(CHECK_LOGIN, "a login, though the card has not verified the PIN");
}

/* 5 and 7. */
void
checks_signature(const struct model_session *session, const CK_BYTE *signature, CK_ULONG length)
{
	const struct model_token *token = model_token(session);

	if (!may_sign[session - model_sessions])
		violate(CHECK_SIGNING, "a signature that nobody may make");
	if (length != 256 ||
	    !signature_verifies(scene_certificate(token->card, model_role(session->slot)),
		session->scheme, session->data, session->length, signature))
		violate(CHECK_SIGNATURE, "a wrong signature is handed out");
	report->statistics.signatures++;
}
