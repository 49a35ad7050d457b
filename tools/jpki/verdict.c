/* SPDX-License-Identifier: BSD-2-Clause */
#include "message.h"
#include "names.h"
#include "text.h"
#include "trouble.h"
#include "verdict.h"

static struct verdict
blocked(enum jpki_role role)
{
	return (struct verdict){true,
	    /* TRANSLATORS: the name of a PIN. */
	    text_format(_("Blocked: the %s."), name_of_pin(role)), trouble_blocked_advice()};
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
last_try(enum jpki_role role)
{
	return (struct verdict){false,
	    text_format(_("Only one try is left: the %s."), name_of_pin(role)),
	    _("Another wrong one blocks it. The right one brings back all tries.")};
}

/* There is one, it needs no PIN, and it cannot be read. */
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

/* What one key has to say, by urgency from 0: unreadable or blocked, expired, to be renewed, one
 * try left. */
static struct verdict
key_verdict(enum jpki_role role, const struct key_state *key, int urgency)
{
	bool known = key->is_there && key->certificate_error == JPKI_OK;
	bool counted = key->is_there && key->tries_error == JPKI_OK;

	if (urgency == 0 && is_unreadable(key))
		return unreadable(role, key);
	if (urgency == 0 && counted && key->left == 0)
		return blocked(role);
	if (urgency == 1 && known &&
	    (key->facts.period == PERIOD_OVER || key->facts.period == PERIOD_NOT_YET))
		return period_verdict(role, &key->facts);
	if (urgency == 2 && known && key->facts.period == PERIOD_RENEW)
		return period_verdict(role, &key->facts);
	if (urgency == 3 && counted && key->left == 1)
		return last_try(role);
	return (struct verdict){0};
}

#define URGENCIES 4

struct verdict
verdict_of_card(const struct card_state *state)
{
	bool any = false;

	for (int urgency = 0; urgency < URGENCIES; urgency++)
		for (int role = 0; role < JPKI_ROLES; role++) {
			struct verdict verdict =
			    key_verdict((enum jpki_role)role, &state->keys[role], urgency);

			any = any || state->keys[role].is_there;
			if (verdict.line != NULL)
				return verdict;
		}
	if (!any)
		return (struct verdict){true, text_format("%s", _("The card has no certificate.")),
		    _("The town office issues certificates.")};
	return (struct verdict){false, text_format("%s", _("The card can be used.")), NULL};
}
