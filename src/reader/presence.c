/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/presence.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "reader/readers.h"
#include "reader/lock.h"

uint64_t presence_max_age_ms = 50;

static void
forget_key(struct key *key)
{
	for (int which = 0; which < JPKI_CERTIFICATES; which++)
		certificate_free(&key->certificates[which]);
	certificate_free(&key->public_key);
	explicit_bzero(key, sizeof(*key)); /* a certificate may contain personal data */
	key->number = reader_next_number();
	key->logins = reader_next_number();
}

void
presence_forget(struct reader *reader)
{
	lock_release_all(reader);
	for (int role = 0; role < JPKI_ROLES; role++)
		forget_key(&reader->keys[role]);
	reader->linger_until = reader->kept_until = 0;
	jpki_card_free(&reader->card);
	share_abandon(&reader->share);
	memset(&reader->info, 0, sizeof(reader->info));
	memset(reader->tries, 0, sizeof(reader->tries));
	explicit_bzero(reader->number, sizeof(reader->number));
	reader->probed = reader->recognised = false;
	reader->attempts = 0;
	reader->probe_after = 0;
	reader->probe_error = JPKI_OK;
	reader->held = false;
	reader->signature_listed = false;
	reader->cached = 0;
	reader->cached_long_read = JPKI_HABIT_UNKNOWN;
	atomic_store(&reader->card_number, reader_next_number());
}

void
presence_gone(struct reader *reader)
{
	if (reader->known)
		readers_note_event(reader);
	presence_forget(reader);
	reader->state.present = false;
	reader->seen_at = 0;
}

/*
 * Is it the same card, or no card, as before? A card that does not power up is not present, but
 * putting it in changes the count of events.
 */
static bool
is_same(const struct reader *reader, const struct jpki_reader_state *now)
{
	return now->present == reader->state.present && now->events == reader->state.events &&
	       now->insertion == reader->state.insertion;
}

static void
card_changed(struct reader *reader, const struct jpki_reader_state *now)
{
	if (reader->known)
		readers_note_event(reader);
	presence_forget(reader);
	log_line(LOG_INFO, "%s: %s", now->name,
	    now->present ? "there is a card" : "there is no card any more");
}

void
presence_poll(struct reader *reader)
{
	struct jpki_reader_state now = {0};

	readers_name(reader, now.name);
	if (now.name[0] == '\0')
		reader->poll_error = readers_error();
	else
		reader->poll_error = jpki_transport.poll(readers_service(), &now, 1);
	if (now.name[0] == '\0' || reader->poll_error != JPKI_OK)
		now.attached = now.present = false;
	if ((now.present || reader->state.present) && !is_same(reader, &now))
		card_changed(reader, &now);
	else if (now.attached != reader->state.attached || now.mute != reader->state.mute)
		(void)readers_note_change();
	reader->state = now;
	reader->known = true;
	/* an entry without a name may have one at any moment */
	reader->seen_at = now.name[0] != '\0' ? clock_now_ms() : 0;
	lock_expire(reader);
}

void
presence_update(struct reader *reader)
{
	if (reader->seen_at != 0 && clock_now_ms() - reader->seen_at < presence_max_age_ms)
		lock_expire(reader);
	else
		presence_poll(reader);
}
