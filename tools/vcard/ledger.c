/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "applications.h"
#include "card_data.h"
#include "ledger.h"

static const char *const event_names[VCARD_EVENTS] = {VCARD_EVENT_TABLE(TABLE_NAME)};

const char *
vcard_event_name(enum vcard_event event)
{
	return (unsigned)event < VCARD_EVENTS ? event_names[event] : NULL;
}

static bool
is_power(enum vcard_event event)
{
	return event <= VCARD_EVENT_RESET;
}

int
vcard_entry_text(const struct vcard_entry *entry, char *text, size_t size)
{
	const char *name = event_names[entry->event];

	if (is_power(entry->event))
		return snprintf(text, size, "%" PRIu64 " %s", entry->exchange, name);
	if (entry->event == VCARD_EVENT_SELECT || entry->event == VCARD_EVENT_SELECT_OTHER)
		return snprintf(text, size, "%" PRIu64 " %s application=%s sw=%04X",
		    entry->exchange, name, entry->application, entry->sw);
	if (entry->event == VCARD_EVENT_SIGN)
		return snprintf(text, size, "%" PRIu64 " %s application=%s ef=%04X p1=%02X sw=%04X",
		    entry->exchange, name, entry->application, entry->ef, entry->p1, entry->sw);
	return snprintf(text, size, "%" PRIu64 " %s application=%s ef=%04X sw=%04X",
	    entry->exchange, name, entry->application, entry->ef, entry->sw);
}

static void
ledger_append(struct ledger *ledger, const struct vcard_entry *entry)
{
	char text[128];

	if (ledger->file == NULL)
		return;
	vcard_entry_text(entry, text, sizeof(text));
	fprintf(ledger->file, "%s\n", text);
	fflush(ledger->file);
}

static bool
ledger_grow(struct ledger *ledger)
{
	size_t room = ledger->room == 0 ? 64 : ledger->room * 2;
	struct vcard_entry *entries;

	if (ledger->count < ledger->room)
		return true;
	entries = realloc(ledger->entries, room * sizeof(*entries));
	if (entries == NULL)
		return false;
	ledger->entries = entries;
	ledger->room = room;
	return true;
}

void
ledger_add(struct vcard *card, enum vcard_event event, uint16_t ef, uint8_t p1, uint16_t sw)
{
	struct vcard_entry entry = {
	    .event = event,
	    .exchange = card->ledger.totals.exchanges,
	    .application = is_power(event) ? "-" : application_name(card),
	    .ef = ef,
	    .p1 = p1,
	    .sw = sw,
	};

	ledger_append(&card->ledger, &entry);
	if (ledger_grow(&card->ledger))
		card->ledger.entries[card->ledger.count++] = entry;
}

void
vcard_ledger_mark(struct vcard *card)
{
	pthread_mutex_lock(&card->lock);
	card->ledger.mark = card->ledger.count;
	card->ledger.totals_mark = card->ledger.totals;
	pthread_mutex_unlock(&card->lock);
}

size_t
vcard_ledger_count(struct vcard *card, enum vcard_event event)
{
	size_t count = 0;

	pthread_mutex_lock(&card->lock);
	for (size_t i = card->ledger.mark; i < card->ledger.count; i++)
		count += card->ledger.entries[i].event == event;
	pthread_mutex_unlock(&card->lock);
	return count;
}

size_t
vcard_ledger_entries(struct vcard *card, struct vcard_entry *entries, size_t size)
{
	size_t count;

	pthread_mutex_lock(&card->lock);
	count = card->ledger.count - card->ledger.mark;
	for (size_t i = 0; i < count && i < size; i++)
		entries[i] = card->ledger.entries[card->ledger.mark + i];
	pthread_mutex_unlock(&card->lock);
	return count;
}

struct vcard_totals
vcard_ledger_totals(struct vcard *card)
{
	struct vcard_totals totals;

	pthread_mutex_lock(&card->lock);
	totals = card->ledger.totals;
	totals.exchanges -= card->ledger.totals_mark.exchanges;
	totals.bytes_in -= card->ledger.totals_mark.bytes_in;
	totals.bytes_out -= card->ledger.totals_mark.bytes_out;
	pthread_mutex_unlock(&card->lock);
	return totals;
}
