/* SPDX-License-Identifier: BSD-2-Clause */
#include "message.h"
#include "names.h"
#include "text.h"
#include "trouble.h"
#include "verdict.h"

static bool
is_counted(const struct key_state *key)
{
	return key->is_there && key->tries_error == JPKI_OK;
}

static bool
is_blocked(const struct key_state *key)
{
	return is_counted(key) && key->left == 0;
}

static bool
is_at_last_try(const struct key_state *key)
{
	return is_counted(key) && key->left == 1;
}

/* The card does not say how many tries are left, so no PIN is sent to it. */
static bool
is_uncounted(const struct key_state *key)
{
	return key->is_there && key->tries_error != JPKI_OK;
}

/* The keys for which `is` is true, JPKI_ROLE bits. */
static unsigned
keys_that(const struct card_state *state, bool (*is)(const struct key_state *key))
{
	unsigned roles = 0;

	for (int role = 0; role < JPKI_ROLES; role++)
		if (is(&state->keys[role]))
			roles |= JPKI_ROLE(role);
	return roles;
}

static char *
last_try_line(unsigned roles)
{
	if (roles == JPKI_ALL_ROLES)
		/* TRANSLATORS: the names of two PINs. */
		return text_format(
		    _("Only one try is left for each: the %s."), name_of_pins(roles));
	/* TRANSLATORS: the name of a PIN. */
	return text_format(_("Only one try is left: the %s."), name_of_pins(roles));
}

static struct verdict
blocked(enum jpki_role role, const struct card_state *state)
{
	unsigned last = keys_that(state, is_at_last_try);
	struct verdict verdict = {true,
	    /* TRANSLATORS: the name of a PIN, or of both. */
	    text_format(_("Blocked: the %s."), name_of_pins(keys_that(state, is_blocked))),
	    trouble_blocked_advice(state_other_may_help(state, role))};

	if (last != 0) {
		char *more = last_try_line(last);

		verdict.line = text_append(verdict.line, "\n");
		verdict.line = text_append(verdict.line, more);
		text_free(&more);
	}
	return verdict;
}

static struct verdict
uncounted(enum jpki_role role, const struct card_state *state)
{
	return (struct verdict){true,
	    text_format(_("It cannot be asked how many tries are left, so it is not sent: the %s."),
		name_of_pins(keys_that(state, is_uncounted))),
	    trouble_advice(state->keys[role].tries_error)};
}

static struct verdict
period_verdict(enum jpki_role role, const struct facts *facts)
{
	struct verdict verdict = {.is_bad = facts->period != PERIOD_RENEW};

	if (facts->period == PERIOD_NOT_YET) {
		verdict.line = text_format(
		    _("Not valid yet: the certificate for %s. Is the computer's clock right?"),
		    name_of_key_within(role));
		return verdict;
	}
	verdict.line = state_end_line(role, facts->last_day, facts->days_left);
	verdict.advice =
	    facts->period == PERIOD_OVER
		? _("The town office issues a new one.")
		: _("The town office renews it, with the card and its PINs, from three "
		    "months before the end.");
	return verdict;
}

static struct verdict
last_try(const struct card_state *state)
{
	return (struct verdict){false, last_try_line(keys_that(state, is_at_last_try)),
	    _("Another wrong one blocks it. The right one brings back all tries.")};
}

/* Its certificate exists and needs no PIN, but cannot be read. */
static bool
is_unreadable(const struct key_state *key)
{
	return key->is_there && key->certificate_error != JPKI_OK &&
	       key->certificate_error != JPKI_ERR_NOT_VERIFIED;
}

static struct verdict
unreadable(enum jpki_role role, const struct key_state *key)
{
	return (struct verdict){true,
	    text_format(_("The certificate for %s cannot be read."), name_of_key_within(role)),
	    trouble_advice(key->certificate_error)};
}

static struct verdict
not_there(enum jpki_role role)
{
	return (struct verdict){false,
	    text_format(_("The card has no certificate for %s."), name_of_key_within(role)),
	    _("The town office issues certificates.")};
}

/* The verdict about one key for each urgency, from 0: unreadable or blocked; expired; tries
 * unknown; to be renewed; one try left; missing for a login (a card without the signature key is
 * normal). What is said about PINs covers both. */
static struct verdict
key_verdict(enum jpki_role role, const struct card_state *state, int urgency)
{
	const struct key_state *key = &state->keys[role];
	bool known = key->is_there && key->certificate_error == JPKI_OK;

	if (urgency == 0 && is_unreadable(key))
		return unreadable(role, key);
	if (urgency == 0 && is_blocked(key))
		return blocked(role, state);
	if (urgency == 1 && known &&
	    (key->facts.period == PERIOD_OVER || key->facts.period == PERIOD_NOT_YET))
		return period_verdict(role, &key->facts);
	if (urgency == 2 && is_uncounted(key))
		return uncounted(role, state);
	if (urgency == 3 && known && key->facts.period == PERIOD_RENEW)
		return period_verdict(role, &key->facts);
	if (urgency == 4 && is_at_last_try(key))
		return last_try(state);
	if (urgency == 5 && role == JPKI_AUTHENTICATION && !key->is_there)
		return not_there(role);
	return (struct verdict){0};
}

#define URGENCIES 6

struct verdict
verdict_of_card(const struct card_state *state)
{
	if (!state->keys[JPKI_AUTHENTICATION].is_there && !state->keys[JPKI_SIGNATURE].is_there)
		return (struct verdict){true, text_format("%s", _("The card has no certificate.")),
		    _("The town office issues certificates.")};
	for (int urgency = 0; urgency < URGENCIES; urgency++)
		for (int role = 0; role < JPKI_ROLES; role++) {
			struct verdict verdict = key_verdict((enum jpki_role)role, state, urgency);

			if (verdict.line != NULL)
				return verdict;
		}
	return (struct verdict){false, text_format("%s", _("The card can be used.")), NULL};
}
