/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/transaction.h"

#include <string.h>

#include "base/clock.h"
#include "card/status.h"
#include "reader/lock.h"
#include "reader/presence.h"
#include "reader/readers.h"

/* How many times to begin a transaction while other programs reset the card each time. */
#define BEGIN_ATTEMPTS_MAX 12
/*
 * Changing reader and card takes at least this long, in ms; the service's count of events may not
 * show it. After a longer pause the card is asked whether it is the same, unless a connection was
 * kept.
 */
#define CARD_KEEPS_MS 2000
/*
 * How long a connection is kept after the last transaction, in ms: about as long as a person takes
 * to enter a PIN in a window. It shows whether the card has been changed or reset meanwhile, and
 * keeps the service from cutting the power. Other programs can connect too, except one that wants
 * the card exclusively.
 */
#define KEEP_MS 10000

/* Shorter than other programs wait for what they only show (PATIENCE_SHOWN). */
uint64_t transaction_linger_ms = 80;

bool
transaction_way_failed(int error)
{
	return error != JPKI_OK && error > JPKI_ERR_NOT_JPKI;
}

static int
need_card(struct reader *reader)
{
	if (!reader->state.present)
		return JPKI_ERR_NO_CARD;
	if (reader->card != NULL)
		return JPKI_OK;
	return jpki_card_new(readers_service(), reader->state.name, &reader->card);
}

/*
 * Is the card that we are connected to the one that was seen last? It may have been changed between
 * the poll and the connection, especially while the computer slept.
 */
static int
check_seen(const struct reader *reader)
{
	struct jpki_reader_state now = reader->state;
	int rv = jpki_transport.poll(readers_service(), &now, 1);

	if (rv != JPKI_OK)
		return rv;
	return now.present && now.events == reader->state.events &&
		       now.insertion == reader->state.insertion
		   ? JPKI_OK
		   : JPKI_ERR_NO_CARD;
}

static bool
means_gone(int error)
{
	return error == JPKI_ERR_NO_CARD || error == JPKI_ERR_NO_READER ||
	       error == JPKI_ERR_NO_SERVICE;
}

/* After an error: what happened to the card? Within a transaction this waits for nobody. */
static int
check_after(struct reader *reader, int result)
{
	if (result == JPKI_OK || result == JPKI_ERR_MUTE)
		return JPKI_OK;
	if (!jpki_card_in_transaction(reader->card))
		return means_gone(result) ? result : check_seen(reader);
	return jpki_card_check(reader->card);
}

bool
transaction_is_kept(const struct reader *reader)
{
	return reader->card != NULL && jpki_card_connected(reader->card) &&
	       clock_now_ms() < reader->kept_until;
}

void
transaction_let_go(struct reader *reader)
{
	transaction_stop_lingering(reader);
	if (reader->card != NULL && !reader_is_unlocked(reader))
		(void)jpki_card_disconnect(reader->card, false, -1);
	reader->kept_until = 0;
}

/*
 * Should the connection be kept: is it certainly with the known card? One with a guard is not kept:
 * if this program were killed, the guard would cut the power, and end logins of other programs too.
 */
static bool
is_worth_keeping(const struct reader *reader, int result)
{
	return transaction_linger_ms > 0 && reader->recognised && reader->same_card &&
	       !transaction_way_failed(result) && !jpki_card_is_guarded(reader->card);
}

static void
keep_for_a_while(struct reader *reader, int result)
{
	uint64_t now = clock_now_ms(), until = now + KEEP_MS;

	if (until > reader->keep_no_longer)
		until = reader->keep_no_longer;
	reader->kept_until = 0;
	if (reader_is_unlocked(reader) || !jpki_card_connected(reader->card))
		return;
	if (now < until && is_worth_keeping(reader, result))
		reader->kept_until = until;
	else /* another program may want the card exclusively */
		(void)jpki_card_disconnect(reader->card, false, -1);
}

static int
end(struct reader *reader, int result)
{
	int state = check_after(reader, result);

	(void)status_tell(reader->card, result, result);
	(void)jpki_card_end(reader->card);
	if (means_gone(state))
		result = state;
	if (means_gone(result)) {
		presence_gone(reader);
		reader->poll_error = result;
		return result;
	}
	if (state == JPKI_ERR_RESET || result == JPKI_ERR_RESET)
		lock_was_reset(reader);
	/* after an unclear error cut the power, if it is a JPKI card: it then begins anew */
	if (result == JPKI_ERR_IO && reader->recognised)
		lock_card(reader);
	keep_for_a_while(reader, result);
	return result;
}

/*
 * A certificate that needs the PIN is read before the login's transaction ends: selecting again
 * might end the login, and after the key is locked it is too late. A program that signs right after
 * the login does not wait for this. The certificate is checked where it is used.
 */
int
transaction_read_private(struct reader *reader)
{
	int rv = JPKI_OK;

	for (int role = 0; role < JPKI_ROLES && !transaction_way_failed(rv); role++) {
		struct key *key = &reader->keys[role];

		if (key->private_certificate && key->unlocked != 0 &&
		    jpki_card_is_selected(reader->card))
			rv = jpki_card_read_certificate(reader->card, (enum jpki_role)role,
			    JPKI_CERTIFICATE, &key->der[JPKI_CERTIFICATE]);
	}
	return transaction_way_failed(rv) ? rv : JPKI_OK;
}

static int
stop_lingering(struct reader *reader, bool reads)
{
	int rv = JPKI_OK;

	if (reader->linger_until == 0)
		return JPKI_OK;
	reader->linger_until = 0;
	if (reader->card == NULL || !jpki_card_in_transaction(reader->card))
		return JPKI_OK;
	if (reads)
		rv = transaction_read_private(reader);
	return end(reader, rv);
}

void
transaction_break_off(struct reader *reader)
{
	(void)stop_lingering(reader, false);
}

void
transaction_stop_lingering(struct reader *reader)
{
	(void)stop_lingering(reader, true);
}

void
transaction_expire(struct reader *reader)
{
	uint64_t now = clock_now_ms();

	if (now >= reader->linger_until)
		transaction_stop_lingering(reader);
	if (reader->kept_until != 0 && now >= reader->kept_until)
		transaction_let_go(reader);
}

static bool
was_asked_lately(const struct reader *reader)
{
	return clock_now_ms() - reader->contact_at < CARD_KEEPS_MS;
}

/*
 * Begin on the kept connection. It may be dead though the card is well, if the service or the
 * reader has gone and come back: then connect again.
 */
static int
begin_kept(struct reader *reader, enum jpki_begin how, enum patience patience, bool *kept)
{
	int rv = jpki_card_begin(reader->card, how, patience);

	if (!*kept || reader_is_unlocked(reader) || (!means_gone(rv) && rv != JPKI_ERR_IO))
		return rv;
	*kept = false;
	reader->contact_at = 0; /* it may be another card, however short the pause */
	(void)jpki_card_disconnect(reader->card, false, -1);
	return jpki_card_begin(reader->card, how, patience);
}

/* *kept becomes false if the kept connection was lost, or the card reset. */
static int
begin(struct reader *reader, enum jpki_begin how, enum patience patience, bool *kept)
{
	int rv = begin_kept(reader, how, patience, kept);

	for (int i = 1; rv == JPKI_ERR_RESET && i < BEGIN_ATTEMPTS_MAX; i++) {
		*kept = false;
		lock_was_reset(reader);
		rv = jpki_card_begin(reader->card, how, patience);
	}
	return rv == JPKI_OK ? check_seen(reader) : rv;
}

/* Questions that are only shown, and repeated, must not prolong the connection for ever. */
static void
note_how_long_to_keep(struct reader *reader, enum patience patience)
{
	reader->keep_no_longer = patience == PATIENCE_SHOWN ? reader->kept_until : UINT64_MAX;
	reader->kept_until = 0;
}

int
transaction_begin(struct reader *reader, enum jpki_begin how, enum patience patience)
{
	bool kept;
	int rv;

	(void)stop_lingering(reader, true);
	kept = transaction_is_kept(reader) || reader_is_unlocked(reader);
	note_how_long_to_keep(reader, patience);
	reader->same_card = false;
	rv = need_card(reader);
	if (rv != JPKI_OK)
		return rv;
	rv = begin(reader, how, patience, &kept);
	/* a kept connection shows a change of card; a short pause leaves no time for one */
	if (rv == JPKI_OK)
		reader->same_card = kept || was_asked_lately(reader);
	return rv == JPKI_OK ? rv : end(reader, rv);
}

static void
note_contact(struct reader *reader)
{
	if (reader->same_card) /* only if the card was confirmed in this transaction */
		reader->contact_at = clock_now_ms();
}

int
transaction_end(struct reader *reader, int result)
{
	note_contact(reader);
	return end(reader, result);
}

int
transaction_end_soon(struct reader *reader, int result)
{
	if (result != JPKI_OK)
		return transaction_end(reader, result);
	note_contact(reader);
	status_forget(reader->card);
	reader->linger_until = clock_now_ms() + transaction_linger_ms;
	return transaction_linger_ms == 0 ? stop_lingering(reader, true) : JPKI_OK;
}

/* Is there a certificate that only the login's transaction can still read? */
static bool
owes(const struct reader *reader)
{
	for (int role = 0; role < JPKI_ROLES; role++) {
		const struct key *key = &reader->keys[role];
		const struct jpki_der *der = &key->der[JPKI_CERTIFICATE];

		if (key->private_certificate && key->unlocked != 0 &&
		    (der->total == 0 || der->have < der->total))
			return true;
	}
	return false;
}

int
transaction_end_signing(struct reader *reader, int result)
{
	return owes(reader) && jpki_card_is_selected(reader->card)
		   ? transaction_end_soon(reader, result)
		   : transaction_end(reader, result);
}

/* Continue the transaction before, if it still lasts. */
static bool
goes_on(struct reader *reader, enum patience patience)
{
	if (clock_now_ms() >= reader->linger_until || reader->card == NULL ||
	    !jpki_card_in_transaction(reader->card))
		return false;
	reader->linger_until = 0;
	if (patience != PATIENCE_SHOWN)
		reader->keep_no_longer = UINT64_MAX;
	return true;
}

int
transaction_begin_signing(struct reader *reader, enum patience patience)
{
	if (goes_on(reader, patience))
		return JPKI_OK;
	return transaction_begin(reader, JPKI_BEGIN_TRUST, patience);
}

/* A key whose certificate's first block is known and can be read now, or NULL. */
static const struct key *
key_with_head(const struct reader *reader, enum jpki_role *role)
{
	for (int r = 0; r < JPKI_ROLES; r++) {
		const struct key *key = &reader->keys[r];

		*role = (enum jpki_role)r;
		if (key->der[JPKI_CERTIFICATE].have > 0 &&
		    (!key->private_certificate || key->unlocked != 0))
			return key;
	}
	return NULL;
}

/* Read the first block of that certificate again: is it the same? */
static int
compare_head(struct reader *reader, bool *same)
{
	const struct jpki_der *known;
	struct jpki_der seen = {0};
	const struct key *key;
	enum jpki_role role;
	int rv;

	key = key_with_head(reader, &role);
	if (key == NULL)
		return JPKI_ERR_NOT_FOUND;
	known = &key->der[JPKI_CERTIFICATE];
	rv = jpki_card_read_certificate_head(reader->card, role, JPKI_CERTIFICATE, &seen);
	*same = seen.total == known->total && seen.have <= known->have &&
		memcmp(seen.bytes, known->bytes, seen.have) == 0;
	return rv;
}

/*
 * Compare EF 0006, for a card whose certificates cannot be read yet. Serial numbers may not be
 * unique (F-SERIAL).
 */
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
transaction_confirm_card(struct reader *reader)
{
	enum jpki_role role;
	bool same;
	int rv;

	if (reader->same_card)
		return JPKI_OK;
	rv = key_with_head(reader, &role) != NULL ? compare_head(reader, &same)
						  : compare_info(reader, &same);
	if (rv == JPKI_ERR_NOT_VERIFIED)
		return status_tell(reader->card, rv, JPKI_ERR_STATUS);
	if (rv == JPKI_ERR_NOT_FOUND) /* the known card has this certificate */
		return status_tell(reader->card, rv, JPKI_ERR_NO_CARD);
	reader->same_card = rv == JPKI_OK && same;
	return rv == JPKI_OK && !same ? JPKI_ERR_NO_CARD : rv;
}

bool
transaction_still_selected(struct reader *reader)
{
	bool same;

	return compare_head(reader, &same) == JPKI_OK && same;
}

bool
transaction_is_other_card(struct reader *reader)
{
	bool same;

	return compare_head(reader, &same) == JPKI_OK && !same;
}

int
transaction_prove_selected(struct reader *reader)
{
	bool selected;

	if (jpki_card_is_selected(reader->card) || transaction_still_selected(reader))
		return JPKI_OK;
	return jpki_card_select(reader->card, &selected);
}

int
transaction_begin_reading(struct reader *reader, enum patience patience)
{
	int rv;

	if (goes_on(reader, patience))
		return JPKI_OK;
	if (!reader_is_unlocked(reader))
		return transaction_begin(reader, JPKI_BEGIN_SELECT, patience);
	rv = transaction_begin(reader, JPKI_BEGIN_TRUST, patience);
	if (rv != JPKI_OK)
		return rv;
	rv = transaction_prove_selected(reader);
	return rv == JPKI_OK ? rv : transaction_end(reader, rv);
}
