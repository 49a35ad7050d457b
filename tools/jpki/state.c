/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "message.h"
#include "names.h"
#include "pulled.h"
#include "state.h"
#include "text.h"

int
state_read_certificate(
    uint64_t card, enum jpki_role role, enum jpki_certificate which, struct facts *facts)
{
	uint8_t der[JPKI_CERTIFICATE_MAX];
	size_t length = sizeof(der);
	int rv = jpki_certificate(card, role, which, der, &length);

	if (rv == JPKI_OK && !facts_read(facts, der, length))
		rv = JPKI_ERR_DATA;
	explicit_bzero(der, sizeof(der)); /* it may contain personal data */
	return rv;
}

static void
read_key(uint64_t card, enum jpki_role role, struct key_state *key)
{
	key->is_there = true;
	key->tries_error = jpki_tries(card, role, &key->left, &key->maximum);
	key->certificate_error = state_read_certificate(card, role, JPKI_CERTIFICATE, &key->facts);
}

static bool
is_of_gone(int error)
{
	return error == JPKI_ERR_NO_CARD || pulled_instead(error) != JPKI_HOLDS_CARD;
}

/* Was the card taken out meanwhile? */
static bool
is_gone(const struct card_state *state)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		if (is_of_gone(state->keys[role].tries_error) ||
		    is_of_gone(state->keys[role].certificate_error))
			return true;
	return false;
}

int
state_read(const struct found *found, struct card_state *state)
{
	unsigned keys = 0;
	int rv;

	*state = (struct card_state){0};
	pulled_watch(found->card, found->reader);
	rv = jpki_keys(found->card, &keys);
	if (rv == JPKI_OK)
		rv = jpki_card_text(found->card, state->model, state->serial);
	if (rv != JPKI_OK)
		return rv;
	for (int role = 0; role < JPKI_ROLES; role++)
		if (keys & JPKI_ROLE(role))
			read_key(found->card, (enum jpki_role)role, &state->keys[role]);
	if (!is_gone(state))
		return JPKI_OK;
	state_free(state);
	return JPKI_ERR_NO_CARD;
}

void
state_free(struct card_state *state)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		if (state->keys[role].is_there && state->keys[role].certificate_error == JPKI_OK)
			facts_free(&state->keys[role].facts);
}

char *
state_end_line(enum jpki_role role, struct day end, long days_left)
{
	const char *key = name_of_key_within(role);
	char *day = day_text(end), *line;

	if (days_left < 0)
		/* TRANSLATORS: the name of a key; a date. */
		line = text_format(_("Expired: the certificate for %s ended on %s."), key, day);
	else if (days_left == 0)
		line =
		    text_format(_("Renew it today: the certificate for %s ends on %s."), key, day);
	else
		line =
		    text_format(ngettext("Renew it: the certificate for %s ends on %s, in %ld day.",
				    "Renew it: the certificate for %s ends on %s, in %ld days.",
				    (unsigned long)days_left),
			key, day, days_left);
	text_free(&day);
	return line;
}

bool
state_other_may_help(const struct card_state *state, enum jpki_role role)
{
	for (int other = 0; other < JPKI_ROLES; other++) {
		const struct key_state *key = &state->keys[other];

		if (other != (int)role && key->is_there &&
		    (key->tries_error != JPKI_OK || key->left > 0))
			return true;
	}
	return false;
}

char *
state_tries_text(int error, unsigned left, unsigned maximum)
{
	if (error != JPKI_OK)
		return text_format("%s", _("cannot be asked for now"));
	if (left == 0)
		return text_format("%s", _("blocked: no try left"));
	if (left > maximum) /* not plausible, so the maximum is not known */
		return text_format(
		    ngettext("%u try left", "%u tries left", (unsigned long)left), left);
	/* TRANSLATORS: of tries. */
	return text_format(_("%u of %u tries left"), left, maximum);
}
