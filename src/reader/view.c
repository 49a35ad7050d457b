/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/view.h"

#include "base/clock.h"
#include "reader/contents.h"
#include "reader/expiry.h"
#include "reader/lock.h"
#include "reader/presence.h"
#include "reader/transaction.h"

static void
publish(struct reader *reader)
{
	struct reader_view view = {
	    .valid = reader->probed || !reader->state.present || reader->probe_after != 0,
	    .state = reader->state,
	    .card = atomic_load(&reader->card_number),
	    .poll_error = reader->poll_error,
	    .probe_error = reader->probe_error,
	    .info = reader->info,
	};

	for (int role = 0; role < JPKI_ROLES; role++) {
		const struct authorisation none = {0};
		const struct key *key = &reader->keys[role];

		view.keys[role] = (struct key_view){
		    .present = key->present,
		    .active = lock_shows_login(reader, (enum jpki_role)role),
		    .signs = lock_authorises(reader, (enum jpki_role)role, &none),
		    .offers_pss = contents_offers_pss(key),
		    .tries_known = reader->tries[role].known,
		    .tries = reader->tries[role].left,
		};
	}
	readers_publish(reader, &view);
}

/* When something of this reader expires next (clock_now_ms); 0: nothing does. */
static uint64_t
expires_at(const struct reader *reader)
{
	const uint64_t times[] = {
	    lock_open_until(reader), reader->linger_until, reader->kept_until};
	uint64_t first = 0;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (times[i] != 0 && (first == 0 || times[i] < first))
			first = times[i];
	return first;
}

void
view_unlock(struct reader *reader)
{
	uint64_t until = expires_at(reader);

	/* no thread would end the transaction in time, and others wait for the card */
	if (until != 0 && !expiry_at(until))
		transaction_let_go(reader);
	lock_tell_guard(reader);
	publish(reader);
	pthread_mutex_unlock(&reader->lock);
}

bool
view_last(struct reader *reader, struct reader_view *view)
{
	if (pthread_mutex_trylock(&reader->lock) == 0)
		return false;
	readers_view(reader, view);
	return true;
}

/* Has the reader been polled a moment ago? */
static bool
was_polled_lately(const struct reader *reader)
{
	uint64_t seen = atomic_load(&reader->seen_at);

	return seen != 0 && clock_now_ms() - seen < presence_max_age_ms;
}

bool
view_is_current(const struct reader *reader, const struct reader_view *view)
{
	struct jpki_reader_state now = {0};

	if (!view->valid || view->card != atomic_load(&reader->card_number))
		return false;
	if (was_polled_lately(reader))
		return true;
	readers_name(reader, now.name);
	return jpki_transport.poll(readers_service(), &now, 1) == JPKI_OK && now.present &&
	       now.events == view->state.events && now.insertion == view->state.insertion;
}

bool
view_lock_stale(struct reader *reader)
{
	return !was_polled_lately(reader) && pthread_mutex_trylock(&reader->lock) == 0;
}

void
view_refresh(
    struct reader *reader, enum jpki_role role, enum view_part what, struct reader_view *view)
{
	unsigned tries;

	if (view_last(reader, view)) {
		if (view->valid)
			return;
		pthread_mutex_lock(&reader->lock);
	}
	presence_update(reader);
	if (contents_key(reader, role) != NULL && what == VIEW_TRIES)
		(void)contents_tries(reader, role, &tries);
	publish(reader);
	readers_view(reader, view);
	view_unlock(reader);
}
