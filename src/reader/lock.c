/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/lock.h"

#include <string.h>

#include "base/clock.h"
#include "base/descriptor.h"
#include "base/log.h"
#include "card/credential.h"
#include "reader/readers.h"
#include "reader/settings.h"

/* How long a signature that was begun or authenticated in time may take, in ms. */
#define SIGNATURE_MS 600000
/*
 * How long to wait for another program, in ms, before locking a card that somebody has left open.
 */
#define CONNECT_MS 500
/*
 * How long, in ms, the guard lets the verification of an unshared PIN take, with what is read after
 * it. lock_tell_guard then gives it the right time.
 */
#define UNLOCKING_MS 60000
/*
 * How long after a signature with a context-specific login the login is still shown, in ms, though
 * the key is locked. The next signature needs a PIN anyway; a program that makes several (NSS, for
 * a PDF) would otherwise ask for two.
 */
#define SHOWN_MS 10000

/* Does each signature with this key need a PIN given within the window? */
static bool
each(enum jpki_role role)
{
	return credential_of(role)->each_signature;
}

static bool
in_window(const struct key *key)
{
	return key->unlocked != 0 && clock_now_ms() < key->window_until;
}

static bool
is_pending(const struct key *key)
{
	return key->unlocked != 0 && key->pending > 0 && clock_now_ms() < key->pending_until;
}

/* The signature keeps the key open from now on, for SIGNATURE_MS at most. */
static void
keep_open(struct key *key, struct authorisation *authorisation)
{
	if (authorisation->unlocked != key->unlocked)
		key->pending++;
	authorisation->unlocked = key->unlocked;
	authorisation->until = clock_now_ms() + SIGNATURE_MS;
	key->pending_until = authorisation->until;
}

void
lock_begin_signature(
    struct reader *reader, enum jpki_role role, struct authorisation *authorisation)
{
	*authorisation = (struct authorisation){0};
	if (each(role) && in_window(&reader->keys[role]))
		keep_open(&reader->keys[role], authorisation);
}

void
lock_authenticate_signature(
    struct reader *reader, enum jpki_role role, struct authorisation *authorisation)
{
	keep_open(&reader->keys[role], authorisation);
	authorisation->own_pin = true;
}

/* Is the authorisation from the present unlocking? */
static bool
is_current(const struct key *key, const struct authorisation *authorisation)
{
	return authorisation->unlocked != 0 && authorisation->unlocked == key->unlocked;
}

static void
show_on(struct key *key)
{
	uint64_t window = settings_now.signature_window_ms;

	key->shown_until = clock_now_ms() + (window < SHOWN_MS ? window : SHOWN_MS);
}

void
lock_end_signature(struct reader *reader, enum jpki_role role, struct authorisation *authorisation)
{
	struct key *key = &reader->keys[role];
	bool current = is_current(key, authorisation);

	if (current)
		key->pending--;
	if (current && authorisation->own_pin) {
		lock_card(reader);
		show_on(key);
	}
	*authorisation = (struct authorisation){0};
	lock_expire(reader);
}

bool
lock_authorises(
    const struct reader *reader, enum jpki_role role, const struct authorisation *authorisation)
{
	const struct key *key = &reader->keys[role];

	if (key->login == 0)
		return false;
	if (!each(role) || in_window(key))
		return true;
	return is_current(key, authorisation) && clock_now_ms() < authorisation->until;
}

bool
lock_stay_open(struct reader *reader, enum jpki_role role, uint64_t ms)
{
	struct key *key = &reader->keys[role];
	uint64_t until = clock_now_ms() + ms;

	if (!each(role))
		return key->login != 0;
	if (key->login == 0 || !in_window(key))
		return false;
	if (until > key->window_until)
		key->window_until = until;
	return true;
}

/* With a window of 0 each signature has its own PIN, and a login needs no renewal. */
bool
lock_wants_login(const struct reader *reader, enum jpki_role role)
{
	return each(role) && settings_now.signature_window_ms > 0 &&
	       !in_window(&reader->keys[role]);
}

bool
lock_shows_login(const struct reader *reader, enum jpki_role role)
{
	const struct key *key = &reader->keys[role];

	return key->login != 0 && (!lock_wants_login(reader, role) || is_pending(key) ||
				      clock_now_ms() < key->shown_until);
}

void
lock_forget_login(struct reader *reader, enum jpki_role role)
{
	struct key *key = &reader->keys[role];
	struct jpki_der *der = &key->der[JPKI_CERTIFICATE];

	if (key->login == 0)
		return;
	key->login = 0;
	key->certificate_found = false;
	key->window_until = key->shown_until = 0;
	key->logins = reader_next_number();
	if (!key->private_certificate)
		return;
	/* it may contain personal data, which must not stay after the logout */
	certificate_free(&key->certificates[JPKI_CERTIFICATE]);
	certificate_free(&key->public_key);
	explicit_bzero(der, sizeof(*der));
}

/*
 * Start the guard, which locks the card if this process is killed. It leaves the card to other
 * programs only if nothing but the shared key is open.
 */
static void
guard(struct reader *reader)
{
	bool alone = reader->attributes_open;

	for (int role = 0; role < JPKI_ROLES; role++)
		if (reader->keys[role].unlocked != 0)
			alone |= each((enum jpki_role)role) ||
				 (reader->share.roles & SHARE_ROLE(role)) == 0;
	if (settings_now.guard && reader->card != NULL)
		jpki_card_guard(
		    reader->card, alone ? NULL : reader->share.path, reader->state.events);
}

/*
 * As soon as we have joined, another program may leave the unlocked card to us. So the guard is
 * started first, in case this process is killed before its own PIN is sent.
 */
enum share_joined
lock_join(struct reader *reader, enum jpki_role role)
{
	uint64_t insertion = reader->state.insertion;

	if (insertion == 0)
		return SHARE_ALONE;
	if (share_prepare(&reader->share, insertion))
		guard(reader);
	return share_join(&reader->share, insertion, role);
}

void
lock_about_to_unlock(struct reader *reader, enum jpki_role role)
{
	if (role == JPKI_ATTRIBUTES)
		reader->attributes_open = true;
	else if (reader->keys[role].unlocked == 0)
		reader->keys[role].unlocked = reader_next_number();
	guard(reader);
	if ((role == JPKI_ATTRIBUTES || each(role)) && reader->card != NULL)
		jpki_card_guard_until(reader->card, clock_now_ms() + UNLOCKING_MS);
}

/* The key, which was unlocked for us, is locked now. */
static void
note_locked(struct reader *reader, enum jpki_role role)
{
	struct key *key = &reader->keys[role];

	key->unlocked = 0;
	key->window_until = 0;
	key->pending = 0;
	if (!each(role))
		lock_forget_login(reader, role);
}

static void
note_all_locked(struct reader *reader)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		if (reader->keys[role].unlocked != 0)
			note_locked(reader, (enum jpki_role)role);
	reader->attributes_open = false;
}

/*
 * Is there another card than the one that was unlocked? That one has lost its state, and we must
 * not lock this one. A restarted service counts events from the start, so a lower count proves
 * nothing: the card may have kept its state.
 */
static bool
is_another(const struct reader *reader)
{
	struct jpki_reader_state now = reader->state;

	return jpki_transport.poll(readers_service(), &now, 1) == JPKI_OK && now.present &&
	       now.events > reader->state.events;
}

/* `rest` (share_leave) keeps others from logging in until the power is off. */
static void
cut_power(struct reader *reader, int rest)
{
	bool can = reader->card != NULL && jpki_card_connected(reader->card);
	int rv;

	if (can && !is_another(reader)) {
		rv = jpki_card_disconnect(reader->card, true, rest);
		log_line(LOG_INFO, "%s: the card's power is cut: %s", reader->state.name,
		    jpki_strerror(rv));
		return;
	}
	if (can)
		(void)jpki_card_disconnect(reader->card, false, -1);
	descriptor_unlock(rest);
}

void
lock_card(struct reader *reader)
{
	bool was_open;
	int rest;

	(void)share_leave(&reader->share, SHARE_ALL, &rest, &was_open);
	cut_power(reader, rest);
	note_all_locked(reader);
}

/* Connect again: another program may have left the card open to us after we disconnected. */
static void
connect_again(struct reader *reader)
{
	if (reader->card != NULL && !jpki_card_connected(reader->card))
		(void)jpki_card_begin(reader->card, JPKI_BEGIN_TRUST, CONNECT_MS);
}

/* Nobody else is logged in, and `rest` keeps others from logging in until the card is locked. */
static void
release_alone(struct reader *reader, bool open, int rest)
{
	if (open) {
		connect_again(reader);
		cut_power(reader, rest);
		note_all_locked(reader);
	} else
		descriptor_unlock(rest);
}

void
lock_release(struct reader *reader, enum jpki_role role)
{
	bool unlocked = reader->keys[role].unlocked != 0, was_open;
	int rest;

	if (each(role) && unlocked) {
		lock_card(reader);
		return;
	}
	if (!unlocked && reader_is_unlocked(reader)) {
		share_give_back(&reader->share, role);
		guard(reader); /* it was started for a PIN that the card then refused */
		return;
	}
	if (!share_leave(&reader->share, SHARE_ROLE(role), &rest, &was_open)) {
		release_alone(reader, unlocked || was_open, rest);
		return;
	}
	if (unlocked) {
		log_line(LOG_INFO, "%s: others are logged in, the card is theirs to lock",
		    reader->state.name);
		note_locked(reader, role);
	}
	if (reader->card != NULL && !reader_is_unlocked(reader))
		(void)jpki_card_disconnect(reader->card, false, -1);
}

/*
 * Begins with the signature key, which is not left to others: locking it locks the other key too.
 */
void
lock_release_all(struct reader *reader)
{
	for (int role = JPKI_ROLES - 1; role >= 0; role--)
		if (reader->keys[role].unlocked != 0)
			lock_release(reader, (enum jpki_role)role);
}

/* Until when the signature key is open (clock_now_ms); 0: it is not open. */
static uint64_t
open_until(const struct key *key)
{
	uint64_t until = key->window_until;

	if (key->unlocked == 0)
		return 0;
	if (key->pending > 0 && key->pending_until > until)
		until = key->pending_until;
	return until != 0 ? until : 1; /* long ago */
}

uint64_t
lock_open_until(const struct reader *reader)
{
	uint64_t first = 0;

	for (int role = 0; role < JPKI_ROLES; role++) {
		uint64_t until = each((enum jpki_role)role) ? open_until(&reader->keys[role]) : 0;

		if (until != 0 && (first == 0 || until < first))
			first = until;
	}
	return first;
}

void
lock_tell_guard(struct reader *reader)
{
	uint64_t until = lock_open_until(reader), now = clock_now_ms();

	if (reader->card != NULL)
		jpki_card_guard_until(reader->card, until == 0 || until > now ? until : now);
}

void
lock_expire(struct reader *reader)
{
	uint64_t until = lock_open_until(reader);

	if (until != 0 && clock_now_ms() >= until)
		lock_card(reader);
}

void
lock_was_reset(struct reader *reader)
{
	bool lost[JPKI_ROLES];

	log_line(LOG_INFO, "%s: another program reset the card", reader->state.name);
	for (int role = 0; role < JPKI_ROLES; role++)
		lost[role] = reader->keys[role].unlocked != 0;
	lock_release_all(reader);
	(void)jpki_card_disconnect(reader->card, false, -1);
	for (int role = 0; role < JPKI_ROLES; role++) {
		if (!lost[role])
			continue;
		reader->tries[role].known = false;
		lock_forget_login(reader, (enum jpki_role)role);
	}
}
