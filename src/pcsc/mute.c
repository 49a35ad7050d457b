/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/mute.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <jpki/transport.h>

#include "base/clock.h"
#include "pcsc/context.h"
#include "pcsc/fork.h"
#include "pcsc/patience.h"

#define READERS_MAX 16
/* One that is mute no more is told of at once: who has not heard by then need not wait. */
#define PATIENCE_MS 100
/* How often a pause is followed by one twice as long. Somebody may be waiting: so not for long. */
#define DOUBLINGS_MAX 2

uint64_t mute_good_for_ms = 5000;

struct place {
	char reader[JPKI_READER_NAME_SIZE]; /* "": free */
	DWORD said;
	uint64_t at; /* clock_now_ms: since when it is known, or the last look */
	unsigned doublings;
	bool looking;
};

struct mute {
	pthread_mutex_t lock;
	unsigned owners;      /* and each look under way */
	uint64_t answered_at; /* clock_now_ms, when a card that answers was asked about last */
	struct place places[READERS_MAX];
};

struct look {
	struct mute *mute;
	char reader[JPKI_READER_NAME_SIZE];
};

struct mute *
mute_new(void)
{
	struct mute *mute = calloc(1, sizeof(*mute));

	if (mute == NULL)
		return NULL;
	pthread_mutex_init(&mute->lock, NULL);
	mute->owners = 1;
	return mute;
}

void
mute_free(struct mute **mute)
{
	struct mute *old = *mute;
	bool last;

	*mute = NULL;
	pthread_mutex_lock(&old->lock);
	last = --old->owners == 0;
	pthread_mutex_unlock(&old->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&old->lock);
	free(old);
}

/* The place of that reader, or NULL. */
static struct place *
find_inlock(struct mute *mute, const char *reader)
{
	for (size_t i = 0; i < READERS_MAX; i++)
		if (strcmp(mute->places[i].reader, reader) == 0)
			return &mute->places[i];
	return NULL;
}

static bool
is_mute(const SCARD_READERSTATE *said)
{
	return (said->dwEventState & SCARD_STATE_PRESENT) != 0 && said->cbAtr == 0;
}

/* Whether others use the reader does not matter. */
static bool
is_news(const struct place *place, DWORD said)
{
	const DWORD ignored = SCARD_STATE_CHANGED | SCARD_STATE_INUSE | SCARD_STATE_EXCLUSIVE;

	return ((place->said ^ said) & ~ignored) != 0;
}

static void
drop_inlock(struct mute *mute, const char *reader)
{
	struct place *place = find_inlock(mute, reader);

	if (place != NULL)
		memset(place, 0, sizeof(*place));
}

static void
note_inlock(struct mute *mute, const SCARD_READERSTATE *said)
{
	struct place *place = find_inlock(mute, said->szReader);

	if (!is_mute(said)) {
		if ((said->dwEventState & SCARD_STATE_PRESENT) != 0)
			mute->answered_at = clock_now_ms();
		drop_inlock(mute, said->szReader);
		return;
	}
	if (place == NULL)
		place = find_inlock(mute, "");
	if (place == NULL)
		return;
	if (is_news(place, said->dwEventState)) {
		place->at = clock_now_ms();
		place->doublings = 0;
	}
	strncpy(place->reader, said->szReader, sizeof(place->reader) - 1);
	place->said = said->dwEventState;
	place->looking = false;
}

/*
 * Version 2 of pcsc-lite sleeps with its lock over the readers held, hence `status`. Not mute:
 * there is no such reader any more, or no service.
 */
static void
ask(SCARD_READERSTATE *about)
{
	SCARDCONTEXT context;

	if (context_establish(&context) != JPKI_OK)
		return;
	fork_begin_status();
	if (SCardGetStatusChange(context, 0, about, 1) != SCARD_S_SUCCESS)
		about->dwEventState = SCARD_STATE_UNAWARE;
	fork_end_status();
	context_release(context);
}

/* Somebody else may have heard of the reader meanwhile, who knows better then. */
static int
look_at_it(void *data)
{
	struct look *look = data;
	SCARD_READERSTATE said = {.szReader = look->reader};
	const struct place *place;

	ask(&said);
	pthread_mutex_lock(&look->mute->lock);
	place = find_inlock(look->mute, look->reader);
	if (place != NULL && place->looking)
		note_inlock(look->mute, &said);
	pthread_mutex_unlock(&look->mute->lock);
	mute_free(&look->mute);
	free(look);
	return JPKI_OK;
}

/* Has anybody asked about a card that answers since the last look? The next one may delay him. */
static bool
disturbs_inlock(const struct mute *mute, const struct place *place)
{
	return mute->answered_at > place->at;
}

static bool
is_due_inlock(const struct mute *mute, const struct place *place)
{
	unsigned doublings = disturbs_inlock(mute, place) ? place->doublings : 0;

	return clock_now_ms() - place->at >= mute_good_for_ms << doublings;
}

static void
note_look_inlock(const struct mute *mute, struct place *place)
{
	if (!disturbs_inlock(mute, place))
		place->doublings = 0;
	else if (place->doublings < DOUBLINGS_MAX)
		place->doublings++;
	place->at = clock_now_ms();
	place->looking = true;
}

/* Begin to look if that is due; otherwise NULL. */
static struct look *
begin_inlock(struct mute *mute, struct place *place)
{
	struct look *look;

	if (place->looking || !is_due_inlock(mute, place))
		return NULL;
	look = calloc(1, sizeof(*look));
	if (look == NULL)
		return NULL;
	strcpy(look->reader, place->reader);
	look->mute = mute;
	mute->owners++;
	note_look_inlock(mute, place);
	return look;
}

/* In this thread if there can be no other. */
static void
look_beside(struct look *begun)
{
	const struct patience_call call = {look_at_it, NULL, begun};
	struct patience *patience = patience_start(&call);

	if (patience == NULL) {
		(void)look_at_it(begun);
		return;
	}
	(void)patience_wait(&patience, PATIENCE_MS);
	patience_leave(&patience);
}

DWORD
mute_recall(struct mute *mute, const char *reader)
{
	struct look *begun = NULL;
	struct place *place;
	DWORD said = 0;

	pthread_mutex_lock(&mute->lock);
	place = find_inlock(mute, reader);
	if (place != NULL) {
		begun = begin_inlock(mute, place);
		said = place->said;
	}
	pthread_mutex_unlock(&mute->lock);
	if (begun == NULL)
		return said;
	look_beside(begun);
	return mute_knows(mute, reader) ? said : 0;
}

bool
mute_knows(struct mute *mute, const char *reader)
{
	bool known;

	pthread_mutex_lock(&mute->lock);
	known = find_inlock(mute, reader) != NULL;
	pthread_mutex_unlock(&mute->lock);
	return known;
}

void
mute_note(struct mute *mute, const SCARD_READERSTATE *said)
{
	pthread_mutex_lock(&mute->lock);
	note_inlock(mute, said);
	pthread_mutex_unlock(&mute->lock);
}

void
mute_drop(struct mute *mute, const char *reader)
{
	pthread_mutex_lock(&mute->lock);
	drop_inlock(mute, reader);
	pthread_mutex_unlock(&mute->lock);
}

static bool
is_listed(const char *list, const char *reader)
{
	while (*list != '\0' && strcmp(list, reader) != 0)
		list += strlen(list) + 1;
	return *list != '\0';
}

void
mute_keep(struct mute *mute, const char *list)
{
	pthread_mutex_lock(&mute->lock);
	for (size_t i = 0; i < READERS_MAX; i++)
		if (!is_listed(list, mute->places[i].reader))
			memset(&mute->places[i], 0, sizeof(mute->places[i]));
	pthread_mutex_unlock(&mute->lock);
}

void
mute_forget(struct mute *mute)
{
	pthread_mutex_lock(&mute->lock);
	memset(mute->places, 0, sizeof(mute->places));
	pthread_mutex_unlock(&mute->lock);
}
