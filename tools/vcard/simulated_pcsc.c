/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "simulated_pcsc.h"

struct simulated_pcsc pcsc = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .changed = PTHREAD_COND_INITIALIZER,
};

struct reader *
reader_find_inlock(const char *name)
{
	for (size_t i = 0; i < INPROCESS_READERS; i++) {
		struct reader *reader = &pcsc.readers[i];

		if (reader->attached && strcmp(reader->name, name) == 0)
			return reader;
	}
	return NULL;
}

static void
enter(void)
{
	pthread_mutex_lock(&pcsc.lock);
}

static void
leave(void)
{
	pthread_cond_broadcast(&pcsc.changed);
	pthread_mutex_unlock(&pcsc.lock);
}

void
reader_cut_power_inlock(struct reader *reader)
{
	reader->resets++;
	if (reader->card != NULL)
		vcard_power_off(reader->card);
}

/*
 * The card's owner may destroy it as soon as this returns, so this waits for exchanges under way.
 * Their answers are discarded: reader->events has changed by then.
 */
void
reader_empty_inlock(struct reader *reader)
{
	struct vcard *card = reader->card;

	if (!reader->occupied)
		return;
	reader->occupied = false;
	reader->card = NULL;
	reader->events++;
	reader->exclusive = false;
	reader->holder = NULL;
	reader->depth = 0;
	pthread_cond_broadcast(&pcsc.changed);
	while (reader->busy > 0)
		pthread_cond_wait(&pcsc.changed, &pcsc.lock);
	if (card != NULL)
		vcard_power_off(card);
}

static void
detach_inlock(struct reader *reader)
{
	/* another thread may put a card in while this one waits for an exchange to end */
	while (reader->occupied)
		reader_empty_inlock(reader);
	reader->attached = false;
}

static void
stop_service_inlock(void)
{
	pcsc.generation++;
	for (size_t i = 0; i < INPROCESS_READERS; i++) {
		struct reader *reader = &pcsc.readers[i];

		reader->holder = NULL;
		reader->depth = 0;
		if (reader->card != NULL)
			reader_cut_power_inlock(reader);
	}
}

void
inprocess_reset(void)
{
	enter();
	stop_service_inlock();
	for (size_t i = 0; i < INPROCESS_READERS; i++) {
		if (pcsc.readers[i].attached)
			detach_inlock(&pcsc.readers[i]);
	}
	memset(pcsc.calls, 0, sizeof(pcsc.calls));
	memset(pcsc.plans, 0, sizeof(pcsc.plans));
	pcsc.stopped = false;
	pcsc.number++;
	leave();
}

int
inprocess_add_reader(const char *name)
{
	struct reader *free_slot = NULL;

	enter();
	for (size_t i = 0; i < INPROCESS_READERS; i++) {
		if (!pcsc.readers[i].attached && free_slot == NULL)
			free_slot = &pcsc.readers[i];
	}
	if (reader_find_inlock(name) != NULL || strlen(name) >= JPKI_READER_NAME_SIZE)
		free_slot = NULL;
	if (free_slot != NULL) {
		memset(free_slot, 0, sizeof(*free_slot));
		snprintf(free_slot->name, sizeof(free_slot->name), "%s", name);
		free_slot->attached = true;
		free_slot->longest = 256;
		free_slot->attachment = ++pcsc.attachments;
	}
	leave();
	return free_slot != NULL ? 0 : -1;
}

int
inprocess_remove_reader(const char *name)
{
	struct reader *reader;

	enter();
	reader = reader_find_inlock(name);
	if (reader != NULL)
		detach_inlock(reader);
	leave();
	return reader != NULL ? 0 : -1;
}

int
inprocess_rename_reader(const char *name, const char *new_name)
{
	struct reader *reader;

	enter();
	reader = reader_find_inlock(name);
	if (reader_find_inlock(new_name) != NULL || strlen(new_name) >= JPKI_READER_NAME_SIZE)
		reader = NULL;
	if (reader != NULL)
		snprintf(reader->name, sizeof(reader->name), "%s", new_name);
	leave();
	return reader != NULL ? 0 : -1;
}

int
inprocess_insert(const char *name, struct vcard *card)
{
	struct reader *reader;

	enter();
	reader = reader_find_inlock(name);
	if (reader != NULL && reader->occupied)
		reader = NULL;
	if (reader != NULL) {
		reader->occupied = true;
		reader->card = card;
		reader->events++;
	}
	leave();
	return reader != NULL ? 0 : -1;
}

int
inprocess_eject(const char *name)
{
	struct reader *reader;

	enter();
	reader = reader_find_inlock(name);
	if (reader != NULL && !reader->occupied)
		reader = NULL;
	if (reader != NULL)
		reader_empty_inlock(reader);
	leave();
	return reader != NULL ? 0 : -1;
}

void
inprocess_service(bool running)
{
	enter();
	if (!running)
		stop_service_inlock();
	pcsc.stopped = !running;
	leave();
}

int
inprocess_warm_reset(const char *name)
{
	struct reader *reader;

	enter();
	reader = reader_find_inlock(name);
	if (reader != NULL) {
		reader->resets++;
		if (reader->card != NULL)
			vcard_warm_reset(reader->card);
	}
	leave();
	return reader != NULL ? 0 : -1;
}

int
inprocess_power_cut(const char *name)
{
	struct reader *reader;

	enter();
	reader = reader_find_inlock(name);
	if (reader != NULL)
		reader_cut_power_inlock(reader);
	leave();
	return reader != NULL ? 0 : -1;
}

int
inprocess_idle(const char *name)
{
	struct reader *reader;

	enter();
	reader = reader_find_inlock(name);
	for (struct jpki_connection *c = pcsc.connections; c != NULL && reader != NULL; c = c->next)
		if (c->reader == reader && c->attachment == reader->attachment)
			reader = NULL;
	if (reader != NULL)
		reader_cut_power_inlock(reader);
	leave();
	return reader != NULL ? 0 : -1;
}

int
inprocess_exclusive(const char *name, bool exclusive)
{
	struct reader *reader;

	enter();
	reader = reader_find_inlock(name);
	if (reader != NULL)
		reader->exclusive = exclusive;
	leave();
	return reader != NULL ? 0 : -1;
}

int
inprocess_longest(const char *name, size_t bytes)
{
	struct reader *reader;

	enter();
	reader = reader_find_inlock(name);
	if (reader != NULL)
		reader->longest = bytes;
	leave();
	return reader != NULL ? 0 : -1;
}

static bool
guarded_inlock(const char *reader, const struct jpki_connection **found)
{
	const struct jpki_connection *c;

	for (c = pcsc.connections; c != NULL; c = c->next)
		if (c->guarded && c->reader != NULL && strcmp(c->reader->name, reader) == 0)
			break;
	*found = c;
	return c != NULL;
}

bool
inprocess_guarded(const char *reader)
{
	const struct jpki_connection *found;
	bool guarded;

	pthread_mutex_lock(&pcsc.lock);
	guarded = guarded_inlock(reader, &found);
	pthread_mutex_unlock(&pcsc.lock);
	return guarded;
}

uint64_t
inprocess_guarded_until(const char *reader)
{
	const struct jpki_connection *found;
	uint64_t moment;

	pthread_mutex_lock(&pcsc.lock);
	moment = guarded_inlock(reader, &found) ? found->guarded_until : 0;
	pthread_mutex_unlock(&pcsc.lock);
	return moment;
}

bool
inprocess_guarded_by(const char *reader, const char *share)
{
	const struct jpki_connection *found;
	bool guarded;

	pthread_mutex_lock(&pcsc.lock);
	guarded = guarded_inlock(reader, &found);
	if (guarded && (share == NULL || found->share == NULL))
		guarded = share == found->share;
	else if (guarded)
		guarded = strcmp(share, found->share) == 0;
	pthread_mutex_unlock(&pcsc.lock);
	return guarded;
}

unsigned
inprocess_calls(enum inprocess_call call)
{
	unsigned count;

	enter();
	count = pcsc.calls[call];
	leave();
	return count;
}

void
inprocess_forget_calls(void)
{
	enter();
	memset(pcsc.calls, 0, sizeof(pcsc.calls));
	leave();
}

void
inprocess_plan(
    enum inprocess_call call, unsigned nth, int error, void (*run)(void *context), void *context)
{
	enter();
	pcsc.plans[call] = (struct plan){nth, error, run, context};
	leave();
}
