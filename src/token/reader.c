/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/reader.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "token/lock.h"
#include "token/module.h"
#include "token/role.h"
#include "token/session.h"

/* How old an answer about tries may be, in ms, before the card is asked again for a PIN's sake. */
#define TRIES_RECENT_MS 2000
/* The same where it is but shown: browsers look again while they offer certificates. */
#define TRIES_SHOWN_MS 10000
/* How often a transaction is begun, if others reset the card each time before it has. */
#define BEGIN_ATTEMPTS_MAX 5
/* How often a card that answers nothing sensible is asked what it is. */
#define PROBE_ATTEMPTS_MAX 3
/*
 * Exchanging reader and card takes at least this long, in ms; the service's count of events may
 * not show it. After that the card is asked whether it is the same.
 */
#define CARD_KEEPS_MS 2000

void
token_forget_certificate(struct token *token, enum jpki_certificate which)
{
	certificate_free(&token->certificates[which]);
	explicit_bzero(&token->der[which], sizeof(token->der[which]));
}

void
reader_forget(struct reader *reader)
{
	sessions_close(reader, MODULE_ALL_ROLES);
	for (int role = 0; role < JPKI_ROLES; role++) {
		for (int which = 0; which < JPKI_CERTIFICATES; which++)
			token_forget_certificate(
			    &reader->tokens[role], (enum jpki_certificate)which);
		memset(&reader->tokens[role], 0, sizeof(reader->tokens[role]));
	}
	jpki_card_free(&reader->card);
	memset(&reader->info, 0, sizeof(reader->info));
	reader->probed = false;
	reader->attempts = 0;
}

bool
token_offers_pss(const struct token *token)
{
	switch (module_settings.pss) {
	case PSS_ON:
		return true;
	case PSS_OFF:
		return false;
	default:
		return !token->pss_refused;
	}
}

static bool
same_card(struct reader *reader, const struct jpki_reader_state *now)
{
	int rv;

	if (!now->present || !reader->state.present || now->events != reader->state.events)
		return false;
	if (reader->card == NULL)
		return true;
	rv = jpki_card_check(reader->card);
	if (rv == JPKI_ERR_RESET)
		reader_was_reset(reader);
	return rv == JPKI_OK || rv == JPKI_ERR_RESET;
}

static void
card_came(struct reader *reader)
{
	for (int role = 0; role < JPKI_ROLES; role++) {
		reader->tokens[role].public_serial = module_next_serial();
		reader->tokens[role].private_serial = module_next_serial();
	}
}

void
reader_update(struct reader *reader)
{
	struct jpki_reader_state now = {0};

	module_reader_name(reader, now.name);
	if (now.name[0] == '\0' || jpki_transport.poll(module_service(), &now, 1) != JPKI_OK)
		now.attached = now.present = false;
	if ((now.present || reader->state.present) && !same_card(reader, &now)) {
		if (reader->looked_at)
			module_slot_event(reader);
		reader_forget(reader);
		log_line(LOG_INFO, "%s: %s", now.name,
		    now.present ? "there is a card" : "there is no card any more");
		if (now.present)
			card_came(reader);
	}
	reader->state = now;
	reader->looked_at = true;
	reader_expire(reader);
}

static int
need_card(struct reader *reader)
{
	if (!reader->state.present)
		return JPKI_ERR_NO_CARD;
	if (reader->card != NULL)
		return JPKI_OK;
	return jpki_card_new(module_service(), reader->state.name, &reader->card);
}

/*
 * A connection is with the card that is there when it is opened: is that still the one that was
 * seen? It may have been exchanged between the look and the opening, most of all while the
 * computer slept.
 */
static int
check_seen(struct reader *reader)
{
	struct jpki_reader_state now = reader->state;
	int rv = jpki_transport.poll(module_service(), &now, 1);

	if (rv != JPKI_OK)
		return rv;
	return now.present && now.events == reader->state.events ? JPKI_OK : JPKI_ERR_NO_CARD;
}

int
reader_begin(struct reader *reader, enum jpki_begin how)
{
	int rv;

	reader->same_card = false;
	rv = need_card(reader);
	if (rv != JPKI_OK)
		return rv;
	rv = jpki_card_begin(reader->card, how, -1);
	for (int i = 1; rv == JPKI_ERR_RESET && i < BEGIN_ATTEMPTS_MAX; i++) {
		reader_was_reset(reader);
		rv = jpki_card_begin(reader->card, how, -1);
	}
	if (rv == JPKI_OK)
		rv = check_seen(reader);
	/* a connection that was kept would tell of an exchange, a short pause has no room for one
	 */
	if (rv == JPKI_OK)
		reader->same_card = reader_is_unlocked(reader) ||
				    clock_now_ms() - reader->contact_at < CARD_KEEPS_MS;
	return rv == JPKI_OK ? rv : reader_end(reader, rv);
}

static bool
means_gone(int error)
{
	return error == JPKI_ERR_NO_CARD || error == JPKI_ERR_NO_READER ||
	       error == JPKI_ERR_NO_SERVICE;
}

int
reader_end(struct reader *reader, int result)
{
	int state = JPKI_OK;

	if (reader->same_card) /* what was not looked at proves nothing of the card */
		reader->contact_at = clock_now_ms();
	(void)jpki_card_end(reader->card);
	if (result != JPKI_OK)
		state = jpki_card_check(reader->card);
	if (means_gone(state))
		result = state;
	if (means_gone(result)) {
		if (reader->looked_at)
			module_slot_event(reader);
		reader_forget(reader);
		reader->state.present = false;
		return result;
	}
	if (state == JPKI_ERR_RESET || result == JPKI_ERR_RESET)
		reader_was_reset(reader);
	if (result == JPKI_ERR_IO) /* begin anew with a card that has just come to power */
		reader_lock_card(reader);
	if (!reader_is_unlocked(reader)) /* others may want the card for themselves */
		(void)jpki_card_disconnect(reader->card, false, -1);
	return result;
}

void
token_set_tries(struct token *token, unsigned tries)
{
	token->tries = tries;
	token->tries_known = true;
	token->tries_at = clock_now_ms();
}

static bool
tries_younger(const struct token *token, uint64_t age)
{
	return token->tries_known && clock_now_ms() - token->tries_at < age;
}

bool
token_tries_recent(const struct token *token)
{
	return tries_younger(token, TRIES_RECENT_MS);
}

/* The way failed, as against: the card answered, but not what was hoped for. */
static bool
way_failed(int error)
{
	return error != JPKI_OK && error > JPKI_ERR_NOT_JPKI;
}

static int
ask_tries(struct reader *reader, enum jpki_role role)
{
	unsigned tries;
	int rv;

	rv = jpki_card_tries(reader->card, role, &tries);
	if (rv == JPKI_OK)
		token_set_tries(&reader->tokens[role], tries);
	return rv;
}

/*
 * Does it tell whether there is a certificate? Any other answer may be another one next time, and
 * so may one that is no answer at all, as against a certificate's first bytes that are of no use.
 */
static bool
is_verdict(int error, const struct jpki_der *der)
{
	if (error == JPKI_ERR_DATA)
		return der->bytes[0] != 0;
	return error == JPKI_OK || error == JPKI_ERR_NOT_VERIFIED || error == JPKI_ERR_NOT_FOUND;
}

/* `said` is what EF 0008 says, `sure` whether there is one. */
static int
probe_token(struct reader *reader, enum jpki_role role, bool said, bool sure)
{
	struct token *token = &reader->tokens[role];
	struct jpki_der *der = &token->der[JPKI_CERTIFICATE];
	bool secret = role_row(role)->private_certificate;
	int rv = JPKI_ERR_NOT_VERIFIED;

	if (!said)
		return JPKI_OK;
	memset(der, 0, sizeof(*der)); /* an earlier attempt may have been with another card */
	/* what cannot be read without a PIN is asked for only in doubt */
	if (!secret || !sure)
		rv = jpki_card_read_certificate_head(reader->card, role, JPKI_CERTIFICATE, der);
	if (way_failed(rv) || !is_verdict(rv, der))
		return rv;
	token->present = rv == JPKI_OK || rv == JPKI_ERR_NOT_VERIFIED;
	token->private_certificate = secret || rv == JPKI_ERR_NOT_VERIFIED;
	if (!token->present)
		return JPKI_OK;
	rv = ask_tries(reader, role);
	return way_failed(rv) ? rv : JPKI_OK;
}

static int
probe_card(struct reader *reader)
{
	bool said[JPKI_ROLES];
	bool sure;
	int rv;

	rv = jpki_card_read_info(reader->card, &reader->info);
	reader->same_card = true; /* this is how it comes to be known */
	/* its certificates have all expired (card-facts: files) */
	if (rv != JPKI_OK || reader->info.kind == JPKI_KIND_RESIDENT)
		return rv;
	rv = jpki_card_read_presence(reader->card, said);
	if (way_failed(rv))
		return rv;
	sure = rv == JPKI_OK;
	rv = JPKI_OK;
	for (int role = 0; role < JPKI_ROLES && rv == JPKI_OK; role++)
		if ((module_roles & MODULE_ROLE(role)) != 0)
			rv = probe_token(reader, (enum jpki_role)role, said[role], sure);
	return rv;
}

static int
try_probe(struct reader *reader)
{
	int rv = reader_begin(reader, JPKI_BEGIN_SELECT);

	return rv != JPKI_OK ? rv : reader_end(reader, probe_card(reader));
}

static void
log_probe(const struct reader *reader, int result)
{
	const struct jpki_token_info *info = &reader->info;

	if (result != JPKI_OK)
		log_line(LOG_INFO, "%s: asked what it is: %s", reader->state.name,
		    jpki_strerror(result));
	else
		log_line(LOG_INFO, "%s: label '%s', model '%s', authentication %s, signature %s",
		    reader->state.name, info->label, info->model,
		    reader->tokens[JPKI_AUTHENTICATION].present ? "there" : "not there",
		    reader->tokens[JPKI_SIGNATURE].present ? "there" : "not there");
}

static void
probe(struct reader *reader)
{
	int rv;

	rv = try_probe(reader);
	if (rv == JPKI_ERR_IO) /* it has no power any more */
		rv = try_probe(reader);
	log_probe(reader, rv);
	reader->probed = rv == JPKI_OK || rv == JPKI_ERR_NOT_JPKI;
	if (!reader->probed && rv != JPKI_ERR_BUSY && rv != JPKI_ERR_RESET &&
	    ++reader->attempts == PROBE_ATTEMPTS_MAX)
		reader->probed = true;
}

struct token *
reader_token(struct reader *reader, enum jpki_role role)
{
	if (!reader->state.present)
		return NULL;
	if (!reader->probed)
		probe(reader);
	if (!reader->probed || !reader->tokens[role].present)
		return NULL;
	return &reader->tokens[role];
}

/* One with the first block of a certificate that is known and can be read now, or NULL. */
static struct token *
token_with_head(struct reader *reader, enum jpki_role *role)
{
	for (int r = 0; r < JPKI_ROLES; r++)
		if (reader->tokens[r].der[JPKI_CERTIFICATE].have > 0 &&
		    (!reader->tokens[r].private_certificate || reader->tokens[r].unlocked)) {
			*role = (enum jpki_role)r;
			return &reader->tokens[r];
		}
	return NULL;
}

/* Is what the card gives in its place the same? */
static int
compare_head(struct reader *reader, bool *same)
{
	const struct jpki_der *known;
	struct jpki_der seen = {0};
	struct token *token;
	enum jpki_role role;
	int rv;

	token = token_with_head(reader, &role);
	if (token == NULL)
		return JPKI_ERR_NOT_FOUND;
	known = &token->der[JPKI_CERTIFICATE];
	rv = jpki_card_read_certificate_head(reader->card, role, JPKI_CERTIFICATE, &seen);
	*same = seen.total == known->total && seen.have <= known->have &&
		memcmp(seen.bytes, known->bytes, seen.have) == 0;
	return rv;
}

/* For a card whose certificates cannot be read yet. Serial numbers may not be unique (C). */
static int
compare_info(struct reader *reader, bool *same)
{
	struct jpki_token_info now;
	int rv = jpki_card_read_info(reader->card, &now);

	*same = now.kind == reader->info.kind && strcmp(now.label, reader->info.label) == 0 &&
		strcmp(now.model, reader->info.model) == 0 &&
		strcmp(now.serial, reader->info.serial) == 0;
	return rv;
}

int
reader_confirm_card(struct reader *reader)
{
	enum jpki_role role;
	bool same;
	int rv;

	if (reader->same_card)
		return JPKI_OK;
	rv = token_with_head(reader, &role) != NULL ? compare_head(reader, &same)
						    : compare_info(reader, &same);
	if (rv == JPKI_ERR_NOT_VERIFIED)
		return JPKI_ERR_STATUS;
	if (rv == JPKI_ERR_NOT_FOUND) /* a certificate that was there */
		return JPKI_ERR_NO_CARD;
	reader->same_card = rv == JPKI_OK && same;
	return rv == JPKI_OK && !same ? JPKI_ERR_NO_CARD : rv;
}

int
reader_load_certificate(struct reader *reader, enum jpki_role role, enum jpki_certificate which)
{
	struct token *token = &reader->tokens[role];
	struct jpki_der *der = &token->der[which];
	int rv;

	if (token->certificates[which] != NULL)
		return JPKI_OK;
	rv = reader_confirm_card(reader); /* no certificate is made of the halves of two */
	if (rv != JPKI_OK)
		return rv;
	rv = jpki_card_read_certificate(reader->card, role, which, der);
	if (rv != JPKI_OK)
		return rv;
	rv = certificate_parse(
	    der->bytes, der->total, which == JPKI_CERTIFICATE, &token->certificates[which]);
	if (rv == JPKI_ERR_DATA)
		memset(der, 0, sizeof(*der)); /* what is no use is not kept */
	return rv;
}

bool
reader_still_selected(struct reader *reader)
{
	bool same;

	return compare_head(reader, &same) == JPKI_OK && same;
}

bool
reader_is_other_card(struct reader *reader)
{
	bool same;

	return compare_head(reader, &same) == JPKI_OK && !same;
}

/*
 * Selecting may cost the login on some cards (card-facts: C): while there is one, look first
 * whether it is necessary.
 */
static int
begin_keeping_login(struct reader *reader)
{
	bool selected;
	int rv;

	if (!reader_is_unlocked(reader))
		return reader_begin(reader, JPKI_BEGIN_SELECT);
	rv = reader_begin(reader, JPKI_BEGIN_TRUST);
	if (rv != JPKI_OK || reader_still_selected(reader))
		return rv;
	rv = jpki_card_select(reader->card, &selected);
	return rv == JPKI_OK ? rv : reader_end(reader, rv);
}

int
reader_certificate(struct reader *reader, enum jpki_role role, enum jpki_certificate which,
    struct certificate **certificate)
{
	struct token *token = &reader->tokens[role];
	int rv;

	if (token->certificates[which] == NULL) {
		rv = begin_keeping_login(reader);
		if (rv != JPKI_OK)
			return rv;
		rv = reader_end(reader, reader_load_certificate(reader, role, which));
		if (rv != JPKI_OK)
			return rv;
	}
	*certificate = token->certificates[which];
	return JPKI_OK;
}

int
reader_tries(struct reader *reader, enum jpki_role role, unsigned *tries)
{
	struct token *token = &reader->tokens[role];
	int rv = JPKI_OK;

	/* while something is unlocked, nobody is about to be asked for a PIN in vain */
	if (!tries_younger(token, TRIES_SHOWN_MS) &&
	    !(token->tries_known && reader_is_unlocked(reader))) {
		rv = begin_keeping_login(reader);
		if (rv == JPKI_OK)
			rv = reader_end(reader, ask_tries(reader, role));
	}
	*tries = token->tries;
	return rv;
}

void
reader_publish(struct reader *reader)
{
	struct slot_view view = {.valid = reader->probed || !reader->state.present,
	    .card_present = reader->state.present,
	    .info = reader->info};

	module_publish_state(reader);
	for (int role = 0; role < JPKI_ROLES; role++) {
		const struct token *token = &reader->tokens[role];

		view.token_present = token->present;
		view.tries = token->tries;
		view.tries_known = token->tries_known;
		view.offers_pss = token_offers_pss(token);
		module_publish(reader, (enum jpki_role)role, &view);
	}
}
