/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/contents.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "card/credential.h"
#include "reader/refusal.h"
#include "reader/settings.h"
#include "reader/transaction.h"

/* How old an answer about tries may be, in ms, before the card is asked again for a PIN's sake. */
#define TRIES_RECENT_MS 2000
/* The same where it is but shown: browsers look again while they offer certificates. */
#define TRIES_SHOWN_MS 10000
/* How often a card that answers nothing sensible is asked what it is. */
#define PROBE_ATTEMPTS_MAX 3
/* How soon again, in ms, if another program did not let us, or the card did not come to power. */
#define PROBE_HELD_MS 1000
#define PROBE_MUTE_MS 30000
/* The same if asking it in vain has taken longer than this, in ms: somebody waits. */
#define PROBE_SLOW_MS 3000

bool
contents_offers_pss(const struct key *key)
{
	switch (settings_now.pss) {
	case PSS_ON:
		return true;
	case PSS_OFF:
		return false;
	default:
		return !key->pss_refused;
	}
}

void
contents_set_tries(struct reader *reader, enum jpki_role role, unsigned tries)
{
	reader->tries[role].left = tries;
	reader->tries[role].known = true;
	reader->tries[role].at = clock_now_ms();
}

static bool
tries_younger(const struct tries *tries, uint64_t age)
{
	return tries->known && clock_now_ms() - tries->at < age;
}

bool
contents_shows_tries(const struct reader *reader, enum jpki_role role)
{
	return tries_younger(&reader->tries[role], TRIES_SHOWN_MS);
}

int
contents_ask_tries(struct reader *reader, enum jpki_role role, bool now)
{
	unsigned tries;
	bool counted;
	int rv;

	if (!now && tries_younger(&reader->tries[role], TRIES_RECENT_MS))
		return JPKI_OK;
	rv = jpki_card_tries(reader->card, role, &tries, &counted);
	if (rv != JPKI_OK)
		return rv;
	contents_set_tries(reader, role, tries);
	reader->tries[role].counted = counted;
	if (counted)
		refusal_settle(reader->state.insertion, role, tries);
	return JPKI_OK;
}

/*
 * What was never known is waited for as a login is, while other programs take turns with the card;
 * but if one holds it for longer than that, only once.
 */
static enum patience
patience_for_first(const struct reader *reader)
{
	return reader->held ? PATIENCE_SHOWN : PATIENCE_FIRST;
}

static void
note_patience(struct reader *reader, enum patience patience, int result)
{
	if (result == JPKI_OK)
		reader->held = false;
	else if (result == JPKI_ERR_HELD && patience == PATIENCE_FIRST)
		reader->held = true;
}

int
contents_tries(struct reader *reader, enum jpki_role role, unsigned *tries)
{
	struct tries *known = &reader->tries[role];
	enum patience patience = known->known ? PATIENCE_SHOWN : patience_for_first(reader);
	int rv = JPKI_OK;

	/* while something is unlocked, nobody is about to be asked for a PIN in vain */
	if (!contents_shows_tries(reader, role) && !(known->known && reader_is_unlocked(reader))) {
		rv = transaction_begin_keeping_login(reader, patience);
		note_patience(reader, patience, rv);
		if (rv == JPKI_OK)
			rv = transaction_end(reader, contents_ask_tries(reader, role, true));
		if (rv == JPKI_ERR_HELD) /* the next one to look need not wait for it, too */
			known->at = clock_now_ms();
	}
	*tries = known->left;
	return rv;
}

/* What a key's certificate was read as may be what a disturbed exchange made of it. */
static void
forget_doubtful(struct key *key)
{
	if (!key->doubtful)
		return;
	key->doubtful = false;
	certificate_free(&key->certificates[JPKI_CERTIFICATE]);
	explicit_bzero(&key->der[JPKI_CERTIFICATE], sizeof(key->der[JPKI_CERTIFICATE]));
}

int
contents_load_certificate(struct reader *reader, enum jpki_role role, enum jpki_certificate which)
{
	struct key *key = &reader->keys[role];
	struct jpki_der *der = &key->der[which];
	int rv;

	if (which == JPKI_CERTIFICATE)
		forget_doubtful(key);
	if (key->certificates[which] != NULL)
		return JPKI_OK;
	rv = transaction_confirm_card(reader); /* no certificate is made of the halves of two */
	if (rv != JPKI_OK)
		return rv;
	rv = jpki_card_read_certificate(reader->card, role, which, der);
	if (rv != JPKI_OK)
		return rv;
	rv = certificate_parse(
	    der->bytes, der->total, which == JPKI_CERTIFICATE, &key->certificates[which]);
	if (rv == JPKI_ERR_DATA)
		memset(der, 0, sizeof(*der)); /* what is no use is not kept */
	return rv;
}

/* The way failed, as against: the card answered, but not what was hoped for. */
static bool
way_failed(int error)
{
	return error != JPKI_OK && error > JPKI_ERR_NOT_JPKI;
}

/* *lost: that is the word of a card that has no application selected any more. */
static int
try_certificate(struct reader *reader, enum jpki_role role, enum jpki_certificate which, bool *lost)
{
	enum patience patience = patience_for_first(reader);
	int rv = transaction_begin_keeping_login(reader, patience);

	note_patience(reader, patience, rv);
	if (rv != JPKI_OK)
		return rv;
	rv = contents_load_certificate(reader, role, which);
	*lost = rv != JPKI_OK && !way_failed(rv) && rv != JPKI_ERR_NOT_VERIFIED &&
		!transaction_still_selected(reader);
	return transaction_end(reader, rv);
}

int
contents_certificate(struct reader *reader, enum jpki_role role, enum jpki_certificate which,
    struct certificate **certificate)
{
	struct key *key = &reader->keys[role];
	bool lost = false;
	int rv = JPKI_OK;

	if (key->certificates[which] == NULL)
		rv = try_certificate(reader, role, which, &lost);
	if (lost && !way_failed(rv))
		rv = try_certificate(reader, role, which, &lost);
	if (rv == JPKI_OK)
		*certificate = key->certificates[which];
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

/*
 * `said` is what EF 0008 says, `sure` whether there is one. *lost: a card that has lost its power
 * unnoticed, and with it the application, says so too.
 */
static int
probe_key(struct reader *reader, enum jpki_role role, bool said, bool sure, bool *lost)
{
	struct key *key = &reader->keys[role];
	struct jpki_der *der = &key->der[JPKI_CERTIFICATE];
	bool secret = credential_of(role)->private_certificate;
	int rv = JPKI_ERR_NOT_VERIFIED;

	key->present = false;
	if (!said)
		return JPKI_OK;
	memset(der, 0, sizeof(*der)); /* an earlier attempt may have been with another card */
	/* what cannot be read without a PIN is asked for only in doubt */
	if (!secret || !sure)
		rv = jpki_card_read_certificate_head(reader->card, role, JPKI_CERTIFICATE, der);
	if (way_failed(rv) || !is_verdict(rv, der))
		return rv;
	key->present = rv == JPKI_OK || rv == JPKI_ERR_NOT_VERIFIED;
	key->private_certificate = secret || rv == JPKI_ERR_NOT_VERIFIED;
	*lost |= !key->present;
	if (!key->present)
		return JPKI_OK;
	rv = contents_ask_tries(reader, role, true);
	return way_failed(rv) ? rv : JPKI_OK;
}

static int
probe_card(struct reader *reader, bool *lost)
{
	bool said[JPKI_ROLES];
	bool sure;
	int rv;

	reader->recognised = true; /* it has been selected */
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
		if ((settings_now.roles & 1u << role) != 0)
			rv = probe_key(reader, (enum jpki_role)role, said[role], sure, lost);
	return rv;
}

static int
try_probe(struct reader *reader, bool *lost)
{
	enum patience patience = patience_for_first(reader);
	int rv = transaction_begin(reader, JPKI_BEGIN_SELECT, patience);

	*lost = false;
	note_patience(reader, patience, rv);
	return rv != JPKI_OK ? rv : transaction_end(reader, probe_card(reader, lost));
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
		    reader->keys[JPKI_AUTHENTICATION].present ? "there" : "not there",
		    reader->keys[JPKI_SIGNATURE].present ? "there" : "not there");
}

/* When to ask again what it is; a card that was taken out meanwhile is none to ask. */
static void
judge_probe(struct reader *reader, int result, uint64_t since)
{
	switch (result) {
	case JPKI_OK:
	case JPKI_ERR_NOT_JPKI:
		reader->probed = true;
		break;
	case JPKI_ERR_HELD:
		reader->probe_after = clock_now_ms() + PROBE_HELD_MS;
		break;
	case JPKI_ERR_MUTE: /* it is often put in the wrong way round; then it comes anew */
		reader->probe_after = clock_now_ms() + PROBE_MUTE_MS;
		break;
	case JPKI_ERR_BUSY:
	case JPKI_ERR_RESET:
		break;
	default:
		if (reader->state.present)
			reader->probed = ++reader->attempts >= PROBE_ATTEMPTS_MAX;
		if (clock_now_ms() - since >= PROBE_SLOW_MS)
			reader->probe_after = clock_now_ms() + PROBE_MUTE_MS;
	}
}

static void
probe(struct reader *reader)
{
	uint64_t since = clock_now_ms();
	bool lost;
	int rv;

	rv = try_probe(reader, &lost);
	if ((rv == JPKI_ERR_IO || (rv == JPKI_OK && lost)) &&
	    ++reader->attempts < PROBE_ATTEMPTS_MAX)
		rv = try_probe(reader, &lost);
	log_probe(reader, rv);
	reader->asked = rv;
	judge_probe(reader, rv, since);
}

struct key *
contents_key(struct reader *reader, enum jpki_role role)
{
	if (!reader->state.present)
		return NULL;
	if (!reader->probed && clock_now_ms() >= reader->probe_after)
		probe(reader);
	if (!reader->probed || !reader->keys[role].present)
		return NULL;
	return &reader->keys[role];
}
