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
/*
 * How long to wait for a poll, in ms: about a reader that is not mute any more, pcsc-lite answers
 * at once.
 */
#define PATIENCE_MS 100
/*
 * How many times the time between polls is doubled. Not often, because somebody may be waiting for
 * the card.
 */
#define DOUBLINGS_MAX 2

uint64_t mute_good_for_ms = 5000;

struct mute_reader {
	char reader[JPKI_READER_NAME_SIZE]; /* "": free */
	DWORD event_state;
	uint64_t at; /* when it became mute, or was last polled, clock_now_ms */
	unsigned doublings;
	bool polling;
};

struct mute {
	pthread_mutex_t lock;
	unsigned owners;      /* the service, and each poll under way */
	uint64_t answered_at; /* when a card that answers was last asked about, clock_now_ms */
	struct mute_reader readers[READERS_MAX];
};

struct mute_poll {
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

/* The entry of that reader, or NULL. */
static struct mute_reader *
find_inlock(struct mute *mute, const char *reader)
{
	for (size_t i = 0; i < READERS_MAX; i++)
		if (strcmp(mute->readers[i].reader, reader) == 0)
			return &mute->readers[i];
	return NULL;
}

static bool
is_mute(const SCARD_READERSTATE *state)
{
	return (state->dwEventState & SCARD_STATE_PRESENT) != 0 && state->cbAtr == 0;
}

/* Has anything changed, other than whether somebody uses the reader? */
static bool
is_news(const struct mute_reader *known, DWORD event_state)
{
	const DWORD ignored = SCARD_STATE_CHANGED | SCARD_STATE_INUSE | SCARD_STATE_EXCLUSIVE;

	return ((known->event_state ^ event_state) & ~ignored) != 0;
}

static void
drop_inlock(struct mute *mute, const char *reader)
{
	struct mute_reader *known = find_inlock(mute, reader);

	if (known != NULL)
		memset(known, 0, sizeof(*known));
}

static void
note_inlock(struct mute *mute, const SCARD_READERSTATE *state)
{
	struct mute_reader *known = find_inlock(mute, state->szReader);

	if (!is_mute(state)) {
		if ((state->dwEventState & SCARD_STATE_PRESENT) != 0)
			mute->answered_at = clock_now_ms();
		drop_inlock(mute, state->szReader);
		return;
	}
	if (known == NULL)
		known = find_inlock(mute, "");
	if (known == NULL)
		return;
	if (is_news(known, state->dwEventState)) {
		known->at = clock_now_ms();
		known->doublings = 0;
	}
	strncpy(known->reader, state->szReader, sizeof(known->reader) - 1);
	known->event_state = state->dwEventState;
	known->polling = false;
}

/*
 * Ask pcsc-lite about one reader. Version 2 sleeps while it holds the lock of its list of readers,
 * hence `status_lock` of fork.c. If the call fails there is no such reader, or no service: not
 * mute.
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

/* Poll a reader. If another thread has noted something newer meanwhile, that is kept. */
static int
poll_reader(void *data)
{
	struct mute_poll *poll = data;
	SCARD_READERSTATE state = {.szReader = poll->reader};
	const struct mute_reader *known;

	ask(&state);
	pthread_mutex_lock(&poll->mute->lock);
	known = find_inlock(poll->mute, poll->reader);
	if (known != NULL && known->polling)
		note_inlock(poll->mute, &state);
	pthread_mutex_unlock(&poll->mute->lock);
	mute_free(&poll->mute);
	free(poll);
	return JPKI_OK;
}

/*
 * Has anybody asked about a card that answers since the last poll? Another poll may delay that
 * caller.
 */
static bool
disturbs_inlock(const struct mute *mute, const struct mute_reader *known)
{
	return mute->answered_at > known->at;
}

static bool
is_due_inlock(const struct mute *mute, const struct mute_reader *known)
{
	unsigned doublings = disturbs_inlock(mute, known) ? known->doublings : 0;

	return clock_now_ms() - known->at >= mute_good_for_ms << doublings;
}

static void
note_poll_inlock(const struct mute *mute, struct mute_reader *known)
{
	if (!disturbs_inlock(mute, known))
		known->doublings = 0;
	else if (known->doublings < DOUBLINGS_MAX)
		known->doublings++;
	known->at = clock_now_ms();
	known->polling = true;
}

/* Begin a poll if that is due; otherwise NULL. */
static struct mute_poll *
begin_inlock(struct mute *mute, struct mute_reader *known)
{
	struct mute_poll *poll;

	if (known->polling || !is_due_inlock(mute, known))
		return NULL;
	poll = calloc(1, sizeof(*poll));
	if (poll == NULL)
		return NULL;
	strcpy(poll->reader, known->reader);
	poll->mute = mute;
	mute->owners++;
	note_poll_inlock(mute, known);
	return poll;
}

/* Poll in another thread; in this one if none can be made. */
static void
poll_beside(struct mute_poll *begun)
{
	const struct patience_call call = {poll_reader, NULL, begun};
	struct patience *patience = patience_start(&call);

	if (patience == NULL) {
		(void)poll_reader(begun);
		return;
	}
	(void)patience_wait(&patience, PATIENCE_MS);
	patience_leave(&patience);
}

DWORD
mute_recall(struct mute *mute, const char *reader)
{
	struct mute_poll *begun = NULL;
	struct mute_reader *known;
	DWORD event_state = 0;

	pthread_mutex_lock(&mute->lock);
	known = find_inlock(mute, reader);
	if (known != NULL) {
		begun = begin_inlock(mute, known);
		event_state = known->event_state;
	}
	pthread_mutex_unlock(&mute->lock);
	if (begun == NULL)
		return event_state;
	poll_beside(begun);
	return mute_knows(mute, reader) ? event_state : 0;
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
mute_note(struct mute *mute, const SCARD_READERSTATE *state)
{
	pthread_mutex_lock(&mute->lock);
	note_inlock(mute, state);
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
		if (!is_listed(list, mute->readers[i].reader))
			memset(&mute->readers[i], 0, sizeof(mute->readers[i]));
	pthread_mutex_unlock(&mute->lock);
}

void
mute_forget(struct mute *mute)
{
	pthread_mutex_lock(&mute->lock);
	memset(mute->readers, 0, sizeof(mute->readers));
	pthread_mutex_unlock(&mute->lock);
}
