/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/examine.h"

#include "card/examine_commands.h"
#include "card/examine_files.h"
#include "card/examine_signatures.h"
#include "reader/contents.h"
#include "reader/examine_extensions.h"
#include "reader/readers.h"
#include "reader/rsa.h"
#include "reader/transaction.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* An examination under way. */
struct work {
	struct reader *reader;
	struct examination examination;
};

/* Begin a transaction. It may have connected to the card anew. */
static int
begin(struct work *work, enum jpki_begin how)
{
	int rv = transaction_begin(work->reader, how, PATIENCE_PERSON);

	work->examination.card = work->reader->card;
	return rv;
}

static int
ask_all_locked(struct work *work)
{
	int rv = examine_power_up(&work->examination);

	if (rv == JPKI_OK)
		rv = examine_locked(&work->examination);
	if (rv == JPKI_OK)
		rv = examine_files(&work->examination);
	return rv == JPKI_OK ? examine_public_extensions(work->reader, &work->examination) : rv;
}

/*
 * In a transaction of its own, after all others: a reader that cannot carry an extended Le may be
 * unusable until the card has lost its power.
 */
static int
ask_extended(struct work *work)
{
	int rv = begin(work, JPKI_BEGIN_SELECT);

	if (rv != JPKI_OK)
		return rv;
	rv = transaction_end(work->reader, examine_extended(&work->examination));
	return rv == JPKI_ERR_IO ? JPKI_OK : rv;
}

/* Ask what can be asked of a card just after power-up, while no PIN is verified. */
static int
examine_cold(struct work *work)
{
	int rv = begin(work, JPKI_BEGIN_ONLY);

	if (rv != JPKI_OK)
		return rv;
	/* within the transaction, so that no other program is using the card */
	lock_card(work->reader);
	rv = begin(work, JPKI_BEGIN_ONLY);
	if (rv != JPKI_OK)
		return rv;
	rv = transaction_end(work->reader, ask_all_locked(work));
	return rv == JPKI_OK ? ask_extended(work) : rv;
}

/* ---------------------------------------------------------------- what ends a verification */

static const struct fact other_program = {
    "other-program", "verified, for another program", "verified"};
static const struct fact disconnected = {"disconnect", "... after that disconnects", "verified"};
static const struct fact selected = {"select-clears", "... after selecting again", "verified"};
static const struct fact reset = {"reset-clears", "... after a reset", "verified"};
static const struct fact power = {"power-cut", "... after the power was cut", "forgotten"};

/* Find out by signing whether the PIN is still verified, and report it. */
static int
tell_verified(
    const struct examination *examination, const struct fact *fact, bool wanted, bool *verified)
{
	struct finding finding = {0};
	int rv = examine_try_signing(examination);

	*verified = rv == JPKI_OK;
	if (rv == JPKI_OK || rv == JPKI_ERR_NOT_VERIFIED)
		examine_see(
		    &finding, *verified == wanted, "%s", *verified ? "verified" : "forgotten");
	else if (!examine_see_error(&finding, rv))
		return rv;
	examine_tell(examination, fact, &finding);
	return JPKI_OK;
}

/* Ask as another program would, over a second connection. Ours stays open, with its guard. */
static int
ask_elsewhere(const struct work *work)
{
	struct examination other = work->examination;
	bool verified;
	int rv = jpki_card_new(readers_service(), work->reader->state.name, &other.card);

	if (rv != JPKI_OK)
		return rv;
	rv = jpki_card_begin(other.card, JPKI_BEGIN_ONLY, PATIENCE_PERSON);
	if (rv == JPKI_OK)
		rv = tell_verified(&other, &other_program, true, &verified);
	jpki_card_free(&other.card);
	return rv;
}

/* Reset the card, and select the application again. */
static int
ask_reset(const struct work *work)
{
	bool verified;
	int rv = examine_reset(&work->examination);

	if (rv == JPKI_OK)
		rv = examine_select(&work->examination);
	return rv == JPKI_OK ? tell_verified(&work->examination, &reset, true, &verified) : rv;
}

static int
ask_what_clears(struct work *work)
{
	bool verified = false;
	int rv = tell_verified(&work->examination, &disconnected, true, &verified);

	if (rv == JPKI_OK)
		rv = examine_select(&work->examination);
	if (rv == JPKI_OK)
		rv = tell_verified(&work->examination, &selected, true, &verified);
	if (rv == JPKI_OK && verified)
		return ask_reset(work);
	if (rv == JPKI_OK)
		examine_skip(&work->examination, &reset);
	return rv;
}

/* The caller has locked the card in the transaction before. */
static int
ask_after_power_cut(struct work *work)
{
	bool verified = false;
	int rv = begin(work, JPKI_BEGIN_ONLY);

	if (rv != JPKI_OK)
		return rv;
	rv = examine_select(&work->examination);
	if (rv == JPKI_OK)
		rv = tell_verified(&work->examination, &power, false, &verified);
	return transaction_end(work->reader, rv);
}

/* ---------------------------------------------------------------- with a PIN */

static bool
is_pkcs1(const void *key, const uint8_t *value, size_t length, const uint8_t *signature)
{
	return rsa_verify(key, JPKI_SIGN_PKCS1, value, length, signature) == VERDICT_RIGHT;
}

static int
salt_length(const void *key, const uint8_t *hash, const uint8_t *signature)
{
	return rsa_salt_length(key, hash, signature);
}

static int
ask_all_verified(struct work *work, const struct certificate *certificate)
{
	const struct signature_judge judge = {certificate, is_pkcs1, salt_length};
	int rv = examine_verified(&work->examination);

	if (rv == JPKI_OK)
		rv = examine_signatures(&work->examination, &judge);
	return rv == JPKI_OK ? examine_private_extensions(work->reader, &work->examination) : rv;
}

/* Begin where the login ended. JPKI_ERR_RESET if another program has used the card since. */
static int
begin_verified(struct work *work)
{
	int rv = begin(work, JPKI_BEGIN_TRUST);

	if (rv != JPKI_OK || (work->reader->keys[work->examination.role].unlocked != 0 &&
				 transaction_still_selected(work->reader)))
		return rv;
	return transaction_end(work->reader, JPKI_ERR_RESET);
}

static int
examine_open(struct work *work)
{
	const struct key *key = &work->reader->keys[work->examination.role];
	int rv = begin_verified(work);

	if (rv != JPKI_OK)
		return rv;
	rv = contents_load_public_key(work->reader, work->examination.role);
	if (rv == JPKI_OK)
		rv = ask_all_verified(work, contents_public_key(key));
	rv = transaction_end(work->reader, rv);
	if (rv == JPKI_OK)
		rv = ask_elsewhere(work);
	if (rv == JPKI_OK)
		rv = begin_verified(work);
	if (rv != JPKI_OK)
		return rv;
	rv = ask_what_clears(work);
	if (rv == JPKI_OK)
		lock_card(work->reader);
	rv = transaction_end(work->reader, rv);
	return rv == JPKI_OK ? ask_after_power_cut(work) : rv;
}

/* The card is locked at the end, with or without an error. */
static int
examine_with_pin(struct work *work, const struct given_pin *pin)
{
	enum jpki_role role = work->examination.role;
	struct authorisation authorisation;
	int rv;

	work->reader->tries[role].known = false; /* known from before the power was cut */
	rv = login_user_to_sign(work->reader, role, pin, &authorisation);
	if (rv != JPKI_OK)
		return rv;
	rv = examine_open(work);
	if (reader_is_unlocked(work->reader))
		lock_card(work->reader);
	lock_end_signature(work->reader, role, &authorisation);
	login_end(work->reader, role);
	return rv;
}

static void
skip_what_needs_a_pin(struct work *work)
{
	static const struct fact *const lasting[] = {
	    &other_program, &disconnected, &selected, &reset, &power};

	examine_skip_verified(&work->examination);
	examine_skip_signatures(&work->examination);
	examine_skip_private_extensions(work->reader, &work->examination);
	for (size_t i = 0; i < COUNT(lasting); i++)
		examine_skip(&work->examination, lasting[i]);
}

static bool
is_logged_in(const struct reader *reader)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		if (reader->keys[role].login != 0)
			return true;
	return false;
}

int
examine_reader(struct reader *reader, enum jpki_role role, const struct given_pin *pin,
    void (*tell)(void *context, const struct jpki_observation *one), void *context)
{
	struct work work = {
	    .reader = reader, .examination = {.role = role, .tell = tell, .context = context}};
	int rv;

	if (is_logged_in(reader))
		return JPKI_ERR_LOGGED_IN;
	rv = examine_cold(&work);
	if (rv != JPKI_OK)
		return rv;
	if (pin != NULL)
		return examine_with_pin(&work, pin);
	skip_what_needs_a_pin(&work);
	return JPKI_OK;
}
