/* SPDX-License-Identifier: BSD-2-Clause */
#include <jpki/jpki.h>

#include "reader/library.h"
#include "reader/view.h"

/* The number of readers. The first entry of the list may have no reader yet. */
static size_t
count_readers(void)
{
	char name[JPKI_READER_NAME_SIZE];
	size_t count = 0;

	readers_name(readers_at(0), name);
	while (name[0] != '\0' && readers_at(count) != NULL)
		count++;
	return count;
}

static struct reader *
reader_numbered(size_t number)
{
	return number < count_readers() ? readers_at(number) : NULL;
}

int
jpki_readers(size_t *count)
{
	int rv;

	if (count == NULL)
		return JPKI_ERR_ARGUMENT;
	*count = 0;
	if (!library_enter())
		return JPKI_ERR_STOPPED;
	rv = readers_find(false);
	*count = count_readers();
	library_leave();
	return rv;
}

int
jpki_reader_name(size_t number, char name[JPKI_READER_NAME_SIZE])
{
	const struct reader *reader;

	if (name == NULL)
		return JPKI_ERR_ARGUMENT;
	if (!library_enter())
		return JPKI_ERR_STOPPED;
	reader = reader_numbered(number);
	if (reader != NULL)
		readers_name(reader, name);
	library_leave();
	return reader != NULL ? JPKI_OK : JPKI_ERR_NO_READER;
}

static enum jpki_holds
kind_of(const struct reader_view *view)
{
	switch (view->info.kind) {
	case JPKI_KIND_CARD:
		return JPKI_HOLDS_CARD;
	case JPKI_KIND_RESIDENT:
		return JPKI_HOLDS_RESIDENT;
	case JPKI_KIND_ANDROID:
		return JPKI_HOLDS_ANDROID;
	case JPKI_KIND_IPHONE:
		return JPKI_HOLDS_IPHONE;
	default:
		return view->probe_error == JPKI_OK ? JPKI_HOLDS_NEW_KIND : JPKI_HOLDS_UNKNOWN;
	}
}

static enum jpki_holds
holds_of(const struct reader_view *view)
{
	if (!view->state.attached)
		return JPKI_HOLDS_NO_READER;
	if (view->state.mute || view->probe_error == JPKI_ERR_MUTE)
		return JPKI_HOLDS_MUTE;
	if (!view->state.present)
		return JPKI_HOLDS_NOTHING;
	return view->probe_error == JPKI_ERR_NOT_JPKI ? JPKI_HOLDS_OTHER : kind_of(view);
}

int
jpki_reader_card(size_t number, enum jpki_holds *holds, uint64_t *card)
{
	struct reader_view view;
	struct reader *reader;

	if (holds == NULL || card == NULL)
		return JPKI_ERR_ARGUMENT;
	if (!library_enter())
		return JPKI_ERR_STOPPED;
	reader = reader_numbered(number);
	if (reader != NULL) {
		view_refresh(reader, JPKI_AUTHENTICATION, VIEW_STATE, &view);
		*holds = holds_of(&view);
		*card = *holds > JPKI_HOLDS_MUTE ? view.card : 0;
	}
	library_leave();
	return reader != NULL ? JPKI_OK : JPKI_ERR_NO_READER;
}

int
jpki_wait(uint64_t *seen, int timeout_ms)
{
	int rv;

	if (seen == NULL || timeout_ms < -1)
		return JPKI_ERR_ARGUMENT;
	if (!library_enter())
		return JPKI_ERR_STOPPED;
	rv = library_watch(seen, timeout_ms);
	library_leave();
	return rv;
}

int
jpki_cancel(void)
{
	if (!library_enter())
		return JPKI_ERR_STOPPED;
	library_cancel();
	library_leave();
	return JPKI_OK;
}
