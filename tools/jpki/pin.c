/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki pin: show the tries left, and change a PIN. */
#include <stdio.h>
#include <string.h>

#include "columns.h"
#include "failure.h"
#include "json.h"
#include "message.h"
#include "names.h"
#include "pulled.h"
#include "state.h"
#include "terminal.h"
#include "text.h"
#include "trouble.h"
#include "unlock.h"
#include "weak.h"

#define COLUMN 26
/* How many times a person is asked for a new PIN. */
#define QUESTIONS 3

/* ---------------------------------------------------------------- status */

static json_t *
tries_json(int error, unsigned left, unsigned maximum)
{
	return error == JPKI_OK
		   ? json_pack("{s:i, s:i}", "left", (int)left, "maximum", (int)maximum)
		   : json_pack("{s:s}", "error", trouble_word(error));
}

/* The state of the PINs of a card. */
struct pins {
	bool any_blocked, any_may_be_open;
	int error; /* error of the first one whose tries are not known */
};

static void
note_pin(struct pins *pins, int error, unsigned left)
{
	if (error == JPKI_OK && left == 0)
		pins->any_blocked = true;
	else
		pins->any_may_be_open = true;
	if (pins->error == JPKI_OK)
		pins->error = error;
}

static void
show_key(const struct found *found, enum jpki_role role, json_t *all, struct pins *pins)
{
	unsigned left = 0, maximum = 0;
	int error = jpki_tries(found->card, role, &left, &maximum);
	char *text = state_tries_text(error, left, maximum);

	if (all != NULL)
		json_object_set_new(all, word_of_key(role), tries_json(error, left, maximum));
	else
		columns_row(0, COLUMN, name_of_key(role), text);
	text_free(&text);
	note_pin(pins, error, left);
}

static void
advise_on(const struct pins *pins)
{
	const char *advice = pins->error != JPKI_OK ? trouble_advice(pins->error) : NULL;

	if (pins->any_blocked)
		columns_text(stdout, 0, trouble_blocked_advice(pins->any_may_be_open));
	if (pins->error != JPKI_OK)
		columns_text(stdout, 0, trouble_sentence(pins->error));
	if (advice != NULL)
		columns_text(stdout, 0, advice);
}

/* The error if the card has gone, which is told only once; otherwise JPKI_OK. */
static int
find_gone(const struct found *found)
{
	for (int role = 0; role < JPKI_ROLES; role++) {
		unsigned left, maximum;
		int error = (found->keys & JPKI_ROLE(role))
				? jpki_tries(found->card, (enum jpki_role)role, &left, &maximum)
				: JPKI_OK;

		if (error == JPKI_ERR_NO_CARD || pulled_instead(error) != JPKI_HOLDS_CARD)
			return error;
	}
	return JPKI_OK;
}

static int
show(const struct words *words, const struct found *found)
{
	json_t *all = verb_has(words, OPTION_JSON) ? json_object() : NULL;
	struct pins pins = {.error = JPKI_OK};

	for (int role = 0; role < JPKI_ROLES; role++)
		if (found->keys & JPKI_ROLE(role))
			show_key(found, (enum jpki_role)role, all, &pins);
	if (all != NULL)
		json_print(all);
	else
		advise_on(&pins);
	return !pins.any_blocked && pins.error == JPKI_OK ? STATUS_DONE : STATUS_FAILED;
}

/* ---------------------------------------------------------------- change */

struct change {
	const struct words *words;
	struct unlock unlock;
	struct jpki_secret *old, *new;
};

static bool
has_small_letters(const struct jpki_secret *secret)
{
	for (size_t i = 0; i < secret->length; i++)
		if (secret->bytes[i] >= 'a' && secret->bytes[i] <= 'z')
			return true;
	return false;
}

/* A weak PIN is accepted only if the person confirms it. */
static int
accept_weak(const struct change *change, const char *reason)
{
	complain("%s", reason);
	failure_code("pin-weak");
	if (verb_has(change->words, OPTION_WEAK))
		return STATUS_DONE;
	if (change->unlock.ask.descriptor < 0 && terminal_confirm(_("Take it all the same?")))
		return STATUS_DONE;
	advise("%s",
	    _("Nothing was changed. Run this again with another one, or with --weak to take it."));
	return STATUS_PIN;
}

/* Ask again, if a person types it unseen. *same: whether both are equal. */
static int
ask_again(const struct change *change, bool *same)
{
	struct jpki_secret *again = NULL;
	int status = STATUS_DONE;

	*same = true;
	if (!ask_is_person(&change->unlock.ask))
		return STATUS_DONE;
	status = ask_secret(&change->unlock.ask, _("The new one once more"), NULL, &again);
	if (status != STATUS_DONE)
		return status;
	*same = weak_same(again, change->new);
	jpki_secret_free(&again);
	if (!*same) {
		complain("%s", _("These were not the same: nothing was changed."));
		failure_code("pin-mismatch");
	}
	return *same || ask_may_be_repeated(&change->unlock.ask) ? STATUS_DONE : STATUS_PIN;
}

/* Is the new PIN acceptable, or does the person want it all the same? */
static int
judge_new(const struct change *change)
{
	enum jpki_role role = change->unlock.role;
	const char *reason;

	if (weak_same(change->old, change->new)) {
		complain("%s", _("The new one is the old one: nothing was changed."));
		failure_code("pin-same");
		return STATUS_PIN;
	}
	reason = weak_reason(role, change->new);
	return reason != NULL ? accept_weak(change, reason) : STATUS_DONE;
}

/* Ask once for a new PIN. change->new is set if it is accepted, and NULL if the person may be
 * asked again. */
static int
ask_new_once(struct change *change)
{
	const struct ask *ask = &change->unlock.ask;
	enum jpki_role role = change->unlock.role;
	bool same = false;
	int rv, status = ask_secret(ask,
		    role == JPKI_AUTHENTICATION ? _("New PIN (4 digits)")
						: _("New password (6 to 16 letters and digits)"),
		    NULL, &change->new);

	if (status != STATUS_DONE || change->new == NULL)
		return status;
	rv = jpki_check_new_pin(role, change->new->bytes, change->new->length);
	if (rv == JPKI_OK) {
		status = judge_new(change);
		if (status == STATUS_DONE)
			status = ask_again(change, &same);
	} else {
		status = trouble_tell(rv);
		if (ask_may_be_repeated(ask))
			status = STATUS_DONE;
	}
	if (!same || status != STATUS_DONE)
		jpki_secret_free(&change->new);
	return status;
}

static int
ask_new(struct change *change)
{
	int status = STATUS_DONE;

	for (int i = 0; i < QUESTIONS && status == STATUS_DONE && change->new == NULL; i++)
		status = ask_new_once(change);
	return status == STATUS_DONE && change->new == NULL ? STATUS_PIN : status;
}

/* Tell that the change is uncertain: the answer was lost or unclear, so either PIN may be valid.
 * Trying them is safe: the right one restores the tries. */
static void
tell_uncertain(void)
{
	columns_text(stderr, 0,
	    _("It is not certain whether it was changed. Next time, give the new one first; if the "
	      "card says that it is wrong, it is still the old one."));
}

static void
tell_changed(const struct change *change)
{
	enum jpki_role role = change->unlock.role;

	if (verb_has(change->words, OPTION_JSON)) {
		json_print(json_pack("{s:s}", "changed", word_of_key(role)));
		return;
	}
	tell("%s", role == JPKI_AUTHENTICATION
		       ? _("The PIN for user authentication is changed.")
		       : _("The password for digital signature is changed."));
	if (has_small_letters(change->new))
		columns_text(stdout, 0,
		    _("The card has it in capital letters: small ones and capitals are the same "
		      "here, "
		      "but not in every program."));
}

/* Tell the error, and whether the PIN may have been changed. If as many tries as before are left,
 * the card accepted the old PIN or did not compare it. */
static int
tell_not_changed(const struct change *change, int error, enum jpki_try spent, unsigned before)
{
	enum jpki_role role = change->unlock.role;
	uint64_t card = change->unlock.found->card;
	bool uncertain = spent == JPKI_TRY_UNCERTAIN;
	unsigned left, maximum;
	int status;

	if (uncertain && before > 0 && jpki_tries(card, role, &left, &maximum) == JPKI_OK &&
	    left >= before)
		spent = JPKI_TRY_KEPT;
	status = error == JPKI_ERR_NO_CARD && !uncertain && spent == JPKI_TRY_KEPT
		     ? trouble_tell_taken_out()
		     : trouble_tell_pin(card, role, error, spent);
	if (uncertain)
		tell_uncertain();
	else
		advise("%s", _("Nothing was changed."));
	return status;
}

static int
give_to_card(const struct change *change)
{
	enum jpki_role role = change->unlock.role;
	uint64_t card = change->unlock.found->card;
	enum jpki_try spent = JPKI_TRY_KEPT;
	unsigned before = 0, maximum;
	int rv;

	(void)jpki_tries(card, role, &before, &maximum);
	rv = jpki_change_pin(card, role, change->old->bytes, change->old->length,
	    change->new->bytes, change->new->length, &spent);
	if (rv != JPKI_OK)
		return tell_not_changed(change, rv, spent, before);
	tell_changed(change);
	return STATUS_DONE;
}

static int
change_pin(const struct words *words, const struct found *found, enum jpki_role role)
{
	struct change change = {.words = words};
	int status = unlock_prepare(words, found, role, &change.unlock);

	if (status == STATUS_DONE)
		status = unlock_ask(&change.unlock, &change.old);
	if (status == STATUS_DONE)
		status = ask_new(&change);
	if (status == STATUS_DONE)
		status = give_to_card(&change);
	jpki_secret_free(&change.old);
	jpki_secret_free(&change.new);
	return status;
}

/* ---------------------------------------------------------------- the verb */

static int
run_change(const struct words *words)
{
	enum jpki_role role;
	struct found found;
	int status;

	if (words->count < 2)
		return verb_misused(words, "%s", _("which one: auth or sign"));
	if (!key_of_word(words->word[1], &role))
		return verb_misused(words, _("there is no key \"%s\""), words->word[1]);
	status = found_card(words, &found);
	if (status == STATUS_DONE && !(found.keys & JPKI_ROLE(role)))
		status = trouble_tell(JPKI_ERR_NO_KEY);
	if (status == STATUS_DONE)
		status = change_pin(words, &found, role);
	return status;
}

static int
run_status(const struct words *words)
{
	static const enum option_id used[] = {OPTION_READER, OPTION_JSON, OPTION_NONE};
	struct found found;
	int status, error;

	if (words->count > 1)
		return verb_misused(words, _("\"%s\" is too much here"), words->word[1]);
	if (!verb_only(words, "status", used))
		return STATUS_USAGE;
	status = found_card(words, &found);
	if (status != STATUS_DONE)
		return status;
	error = find_gone(&found);
	return error == JPKI_OK ? show(words, &found) : trouble_tell(error);
}

static int
run(const struct words *words)
{
	const char *word = words->count > 0 ? words->word[0] : "status";
	int status;

	if (strcmp(word, "status") == 0)
		status = run_status(words);
	else if (strcmp(word, "change") == 0)
		status = run_change(words);
	else
		return verb_misused(words, _("\"%s\" is not understood: status or change"), word);
	jpki_stop();
	return status;
}

static const enum option_id options[] = {
    UNLOCK_OPTIONS, OPTION_WEAK, OPTION_READER, OPTION_JSON, OPTION_NONE};

const struct verb verb_pin = {
    .name = "pin",
    .summary = N_("how many tries are left; change a PIN"),
    .usage = N_("status | change auth|sign [OPTION]..."),
    .about = N_("status tells how many wrong PINs may still be given; change sets another PIN for "
		"user authentication (auth, 4 digits) or another password for digital signature "
		"(sign, 6 to 16 letters and digits). The old one is asked for once, the new one "
		"twice. With --pin-fd, the first line is the old one and the second the new one."),
    .options = options,
    .words_max = 2,
    .run = run,
};
