/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/contents.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "card/credential.h"
#include "card/status.h"
#include "reader/cache.h"
#include "reader/refusal.h"
#include "reader/settings.h"
#include "reader/transaction.h"

/* How old a count of tries may be, in ms, to decide whether a PIN may be sent. */
#define TRIES_RECENT_MS 2000
/*
 * How old it may be, in ms, to be shown: browsers ask again and again while they offer
 * certificates.
 */
#define TRIES_SHOWN_MS 10000
/* How many times to probe a card that gives an unexpected answer. */
#define PROBE_ATTEMPTS_MAX 3
/*
 * After how many ms to probe again: if another program held the card, and if it did not power up.
 */
#define PROBE_HELD_MS 1000
#define PROBE_MUTE_MS 30000
/*
 * A probe that failed and took longer than this, in ms, is repeated only after PROBE_MUTE_MS,
 * because somebody is waiting.
 */
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
 * To learn something for the first time, wait as long as for a login: other programs may take turns
 * with the card. But if one has held it that long, wait only as long as for something shown.
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

	/*
	 * while a key is unlocked, nobody is about to be asked for a PIN: no need to ask the card
	 */
	if (!contents_shows_tries(reader, role) && !(known->known && reader_is_unlocked(reader))) {
		rv = transaction_begin_reading(reader, patience);
		note_patience(reader, patience, rv);
		if (rv == JPKI_OK)
			rv = transaction_end_soon(reader, contents_ask_tries(reader, role, true));
		if (rv == JPKI_ERR_HELD) /* so that the next caller does not wait again */
			known->at = clock_now_ms();
	}
	*tries = known->left;
	return rv;
}

/* Discard what was read of a certificate in an exchange that may have been disturbed. */
static void
forget_doubtful(struct key *key)
{
	if (!key->doubtful)
		return;
	key->doubtful = false;
	certificate_free(&key->certificates[JPKI_CERTIFICATE]);
	certificate_free(&key->public_key);
	explicit_bzero(&key->der[JPKI_CERTIFICATE], sizeof(key->der[JPKI_CERTIFICATE]));
}

/* Discard invalid bytes, here and in the cache. */
static void
drop(struct reader *reader, struct jpki_der *der)
{
	log_line(LOG_INFO, "%s: what was read as a certificate is none, %zu bytes (%s)",
	    reader->state.name, der->total, error_name(JPKI_ERR_DATA));
	cache_drop(reader);
	explicit_bzero(der, sizeof(*der));
}

static int
parse(struct reader *reader, enum jpki_role role, enum jpki_certificate which)
{
	struct key *key = &reader->keys[role];
	struct jpki_der *der = &key->der[which];
	int rv = certificate_parse(
	    der->bytes, der->total, which == JPKI_CERTIFICATE, &key->certificates[which]);

	if (rv == JPKI_ERR_DATA)
		drop(reader, der);
	return rv;
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
	rv = transaction_confirm_card(reader); /* never join parts of two cards' certificates */
	if (rv != JPKI_OK)
		return rv;
	rv = jpki_card_read_certificate(reader->card, role, which, der);
	if (rv == JPKI_ERR_NOT_FOUND) /* the cache said that it was there */
		cache_drop(reader);
	return rv != JPKI_OK ? rv : parse(reader, role, which);
}

static int
take_key(struct reader *reader, enum jpki_role role, const uint8_t *info, size_t length)
{
	struct key *key = &reader->keys[role];
	int rv = certificate_parse_key(info, length, &key->public_key);

	if (rv == JPKI_ERR_DATA)
		drop(reader, &key->der[JPKI_CERTIFICATE]);
	return rv;
}

int
contents_load_public_key(struct reader *reader, enum jpki_role role)
{
	struct key *key = &reader->keys[role];
	const uint8_t *info;
	size_t length;
	int rv;

	forget_doubtful(key);
	if (contents_knows_public_key(reader, role))
		return JPKI_OK;
	rv = transaction_confirm_card(reader);
	if (rv == JPKI_OK)
		rv = jpki_card_read_certificate_key(
		    reader->card, role, &key->der[JPKI_CERTIFICATE], &info, &length);
	if (rv == JPKI_ERR_NOT_FOUND)
		cache_drop(reader);
	if (rv == JPKI_ERR_DATA)
		drop(reader, &key->der[JPKI_CERTIFICATE]);
	if (rv == JPKI_OK)
		rv = take_key(reader, role, info, length);
	if (rv == JPKI_OK)
		cache_keep(reader);
	return rv;
}

bool
contents_knows_public_key(struct reader *reader, enum jpki_role role)
{
	struct key *key = &reader->keys[role];
	const uint8_t *info;
	size_t length;

	if (key->doubtful)
		return false;
	return contents_public_key(key) != NULL ||
	       (jpki_der_key(&key->der[JPKI_CERTIFICATE], &info, &length) &&
		   take_key(reader, role, info, length) == JPKI_OK);
}

const struct certificate *
contents_public_key(const struct key *key)
{
	const struct certificate *whole = key->certificates[JPKI_CERTIFICATE];

	return whole != NULL ? whole : key->public_key;
}

bool
contents_has_certificate(const struct key *key)
{
	const struct jpki_der *der = &key->der[JPKI_CERTIFICATE];

	return !key->private_certificate || key->unlocked != 0 ||
	       key->certificates[JPKI_CERTIFICATE] != NULL ||
	       (der->total > 0 && der->have == der->total);
}

/* Parse it without the card, if all its bytes are known: from a login, or from the cache. */
static bool
take_known(struct reader *reader, enum jpki_role role, enum jpki_certificate which)
{
	const struct key *key = &reader->keys[role];
	const struct jpki_der *der = &key->der[which];

	return der->total > 0 && der->have == der->total &&
	       !(which == JPKI_CERTIFICATE && key->doubtful) &&
	       parse(reader, role, which) == JPKI_OK;
}

/*
 * Can the reading of this certificate go on without SELECT? The application is still selected if no
 * other program has used the card, and the next block read shows whether that is so.
 */
static bool
may_trust(const struct reader *reader, enum jpki_role role, enum jpki_certificate which)
{
	const struct key *key = &reader->keys[role];

	return which == JPKI_CERTIFICATE && !key->doubtful && !key->private_certificate &&
	       key->der[which].have > 0 && transaction_is_kept(reader);
}

/*
 * Allow an extended Le to be tried, but not during a login: a reader that does not support it may
 * reset the card, which ends the login.
 */
static void
allow_long_reads(const struct reader *reader)
{
	jpki_card_try_long(
	    reader->card, !reader_is_unlocked(reader) && !share_is_taken(reader->state.insertion));
}

/* Read on without SELECT. If that fails, select the application, for the caller to read again. */
static int
read_trusting(struct reader *reader, enum jpki_role role)
{
	bool done;
	int rv;

	if (jpki_card_is_selected(reader->card))
		return JPKI_OK;
	rv = jpki_card_read_certificate_trusting(
	    reader->card, role, &reader->keys[role].der[JPKI_CERTIFICATE]);
	if (rv == JPKI_OK)
		return rv;
	if (rv != JPKI_ERR_ARGUMENT) /* the reason may be another card */
		reader->same_card = false;
	return jpki_card_select(reader->card, &done);
}

/* *lost is true if reading failed because the application is not selected any more. */
static int
try_certificate(struct reader *reader, enum jpki_role role, enum jpki_certificate which, bool *lost)
{
	enum patience patience = patience_for_first(reader);
	bool trusts = may_trust(reader, role, which);
	int rv = trusts ? transaction_begin(reader, JPKI_BEGIN_TRUST, patience)
			: transaction_begin_reading(reader, patience);

	note_patience(reader, patience, rv);
	if (rv != JPKI_OK)
		return rv;
	allow_long_reads(reader);
	if (trusts)
		rv = read_trusting(reader, role);
	if (rv != JPKI_OK)
		return transaction_end(reader, rv);
	rv = contents_load_certificate(reader, role, which);
	*lost = rv != JPKI_OK && !transaction_way_failed(rv) && rv != JPKI_ERR_NOT_VERIFIED &&
		!transaction_still_selected(reader);
	if (*lost) /* it may also be another card */
		reader->same_card = false;
	if (rv != JPKI_ERR_NO_CARD && rv != JPKI_ERR_NO_READER)
		cache_keep(reader);
	if (rv == JPKI_ERR_NOT_VERIFIED && reader->keys[role].unlocked == 0)
		status_forget(reader->card); /* as it has to be without a login */
	return transaction_end_soon(reader, rv);
}

static uint8_t
long_read(const struct reader *reader)
{
	struct jpki_habits habits = {0};

	if (reader->card != NULL)
		jpki_card_habits(reader->card, &habits);
	return habits.long_read;
}

int
contents_certificate(struct reader *reader, enum jpki_role role, enum jpki_certificate which,
    struct certificate **certificate)
{
	struct key *key = &reader->keys[role];
	bool lost = false,
	     known = key->certificates[which] != NULL || take_known(reader, role, which);
	uint8_t before = long_read(reader);
	int rv = JPKI_OK;

	if (!known)
		rv = try_certificate(reader, role, which, &lost);
	if ((lost && !transaction_way_failed(rv)) || (rv != JPKI_OK && before != long_read(reader)))
		rv = try_certificate(reader, role, which, &lost);
	if (rv == JPKI_OK)
		*certificate = key->certificates[which];
	return rv;
}

/*
 * Does the error settle whether there is a certificate? JPKI_ERR_DATA does if the first byte of one
 * was read. After any other error the next answer may be different.
 */
static bool
is_verdict(int error, const struct jpki_der *der)
{
	if (error == JPKI_ERR_DATA)
		return der->bytes[0] != 0;
	return error == JPKI_OK || error == JPKI_ERR_NOT_VERIFIED || error == JPKI_ERR_NOT_FOUND;
}

/*
 * Read the first block of a certificate, unless it is known. Its error tells whether the
 * certificate is missing or needs a PIN.
 */
static int
read_head(struct reader *reader, enum jpki_role role)
{
	return jpki_card_read_certificate_head(
	    reader->card, role, JPKI_CERTIFICATE, &reader->keys[role].der[JPKI_CERTIFICATE]);
}

static bool
is_wanted(enum jpki_role role)
{
	return (settings_now.roles & 1u << role) != 0;
}

/* What a probe has read: EF 0008, and the beginning of a certificate. */
struct probe_answers {
	bool present[JPKI_ROLES];
	bool presence_known; /* EF 0008 was read, or comes from the cache */
	int head; /* the error of reading the first block of the authentication certificate */
};

/*
 * Set whether the card has this key. A certificate that needs a PIN is read only if there is no EF
 * 0008. *lost is set if there is none: a card that has lost its power unnoticed, and with it the
 * application, answers so too.
 */
static int
probe_key(
    struct reader *reader, enum jpki_role role, const struct probe_answers *answers, bool *lost)
{
	struct key *key = &reader->keys[role];
	bool secret = credential_of(role)->private_certificate;
	int rv = JPKI_ERR_NOT_VERIFIED;

	key->present = false;
	if (!answers->present[role])
		return JPKI_OK;
	if (!secret)
		rv = answers->head;
	else if (!answers->presence_known)
		rv = read_head(reader, role);
	if (transaction_way_failed(rv) || !is_verdict(rv, &key->der[JPKI_CERTIFICATE]))
		return rv;
	key->present = rv == JPKI_OK || rv == JPKI_ERR_NOT_VERIFIED;
	if (!key->present) {
		(void)status_tell(reader->card, rv, JPKI_ERR_NO_KEY);
		log_line(LOG_INFO, "the certificate for %s: %s (%s, told as %s)",
		    credential_of(role)->name, jpki_strerror(rv), error_name(rv),
		    error_name(JPKI_ERR_NO_KEY));
	}
	key->private_certificate = secret || rv == JPKI_ERR_NOT_VERIFIED;
	key->pss_refused = key->present && cache_refuses_pss(reader->info.model, role);
	*lost |= !key->present;
	return JPKI_OK;
}

/* Is the card in the cache? Then it need not be asked for anything else. */
static bool
recognise(struct reader *reader, struct probe_answers *answers)
{
	if (answers->head != JPKI_OK || !cache_recall(reader))
		return false;
	answers->presence_known = answers->present[JPKI_AUTHENTICATION] = true;
	answers->present[JPKI_SIGNATURE] = reader->signature_listed;
	/* a signature certificate may have been added since */
	if (reader->signature_listed || !is_wanted(JPKI_SIGNATURE))
		return true;
	reader->cached = 0;
	return false;
}

static int
ask_what_it_is(struct reader *reader, struct probe_answers *answers)
{
	int rv = jpki_card_read_info(reader->card, &reader->info);

	/* its certificates have all expired (F-RESIDENT-CARD) */
	if (rv != JPKI_OK || reader->info.kind == JPKI_KIND_RESIDENT)
		return rv;
	rv = jpki_card_read_presence(reader->card, answers->present);
	if (transaction_way_failed(rv))
		return rv;
	answers->presence_known = rv == JPKI_OK;
	reader->signature_listed = answers->presence_known && answers->present[JPKI_SIGNATURE];
	return JPKI_OK;
}

/* Forget what an earlier attempt read: that may have been another card. */
static void
forget_heads(struct reader *reader)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		for (int which = 0; which < JPKI_CERTIFICATES; which++)
			reader->keys[role].der[which].have = reader->keys[role].der[which].total =
			    0;
}

static int
probe_card(struct reader *reader, bool *lost)
{
	struct probe_answers answers = {.head = JPKI_ERR_NOT_FOUND};
	int rv = JPKI_OK;

	reader->recognised = true; /* the application could be selected */
	forget_heads(reader);
	if (is_wanted(JPKI_AUTHENTICATION))
		answers.head = read_head(reader, JPKI_AUTHENTICATION);
	if (transaction_way_failed(answers.head))
		return answers.head;
	if (!recognise(reader, &answers))
		rv = ask_what_it_is(reader, &answers);
	reader->same_card = true; /* from now on this is the known card */
	for (int role = 0; role < JPKI_ROLES && rv == JPKI_OK; role++)
		if (is_wanted((enum jpki_role)role))
			rv = probe_key(reader, (enum jpki_role)role, &answers, lost);
	if (rv == JPKI_OK && answers.presence_known)
		cache_keep(reader);
	return rv;
}

static int
try_probe(struct reader *reader, bool *lost)
{
	enum patience patience = patience_for_first(reader);
	int rv = transaction_begin(reader, JPKI_BEGIN_SELECT, patience);

	*lost = false;
	note_patience(reader, patience, rv);
	return rv != JPKI_OK ? rv : transaction_end_soon(reader, probe_card(reader, lost));
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

/* When to probe again; a card that was taken out meanwhile is not probed. */
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
	case JPKI_ERR_MUTE: /* it is often upside down; putting it in again is a new insertion */
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
	reader->probe_error = rv;
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
