/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "world.h"

struct world world = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .changed = PTHREAD_COND_INITIALIZER,
};

struct reader *
reader_find_inlock(const char *name)
{
	for (size_t i = 0; i < INPROCESS_READERS; i++) {
		struct reader *reader = &world.readers[i];

		if (reader->attached && strcmp(reader->name, name) == 0)
			return reader;
	}
	return NULL;
}

static void
enter(void)
{
	pthread_mutex_lock(&world.lock);
}

static void
leave(void)
{
	pthread_cond_broadcast(&world.changed);
	pthread_mutex_unlock(&world.lock);
}

void
reader_cut_power_inlock(struct reader *reader)
{
	reader->resets++;
	if (reader->card != NULL)
		vcard_power_off(reader->card);
}

/*
 * Whoever owns the card may destroy it as soon as this returns, so an exchange under way is
 * waited for; what it brings back is lost, because the insertion is another one by then.
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
	pthread_cond_broadcast(&world.changed);
	while (reader->busy > 0)
		pthread_cond_wait(&world.changed, &world.lock);
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
	world.generation++;
	for (size_t i = 0; i < INPROCESS_READERS; i++) {
		struct reader *reader = &world.readers[i];

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
		if (world.readers[i].attached)
			detach_inlock(&world.readers[i]);
	}
	memset(world.calls, 0, sizeof(world.calls));
	memset(world.plans, 0, sizeof(world.plans));
	world.stopped = false;
	world.number++;
	leave();
}

int
inprocess_add_reader(const char *name)
{
	struct reader *free_slot = NULL;

	enter();
	for (size_t i = 0; i < INPROCESS_READERS; i++) {
		if (!world.readers[i].attached && free_slot == NULL)
			free_slot = &world.readers[i];
	}
	if (reader_find_inlock(name) != NULL || strlen(name) >= JPKI_READER_NAME_SIZE)
		free_slot = NULL;
	if (free_slot != NULL) {
		memset(free_slot, 0, sizeof(*free_slot));
		snprintf(free_slot->name, sizeof(free_slot->name), "%s", name);
		free_slot->attached = true;
		free_slot->longest = 256;
		free_slot->attachment = ++world.attachments;
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
	world.stopped = !running;
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
	for (struct jpki_connection *c = world.connections; c != NULL && reader != NULL;
	     c = c->next)
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

unsigned
inprocess_calls(enum inprocess_call call)
{
	unsigned count;

	enter();
	count = world.calls[call];
	leave();
	return count;
}

void
inprocess_forget_calls(void)
{
	enter();
	memset(world.calls, 0, sizeof(world.calls));
	leave();
}

void
inprocess_plan(
    enum inprocess_call call, unsigned nth, int error, void (*run)(void *context), void *context)
{
	enter();
	world.plans[call] = (struct plan){nth, error, run, context};
	leave();
}
