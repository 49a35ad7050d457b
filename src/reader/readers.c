/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/readers.h"

#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct jpki_service *service;
static struct reader *readers[READERS_MAX];
static size_t count;
static bool all_known;
static uint64_t changes = 1;
static int find_error;

static struct reader *
add(const char *name)
{
	struct reader *reader;

	if (count == READERS_MAX)
		return NULL;
	reader = reader_new(count, name);
	if (reader == NULL)
		return NULL;
	reader->known = all_known;
	readers[count++] = reader;
	return reader;
}

int
readers_start(void)
{
	all_known = false;
	changes++;
	return add("") != NULL ? JPKI_OK : JPKI_ERR_MEMORY;
}

struct reader *
readers_take_last(void)
{
	struct reader *last;

	pthread_mutex_lock(&lock);
	last = count > 0 ? readers[--count] : NULL;
	pthread_mutex_unlock(&lock);
	return last;
}

static void
wipe(struct reader *reader)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		for (int which = 0; which < JPKI_CERTIFICATES; which++)
			certificate_wipe(reader->keys[role].certificates[which]);
	for (int role = 0; role < JPKI_ROLES; role++)
		certificate_wipe(reader->keys[role].public_key);
	for (int role = 0; role < JPKI_ROLES; role++)
		explicit_bzero(reader->keys[role].der, sizeof(reader->keys[role].der));
	share_abandon(&reader->share);
}

void
readers_abandon(void)
{
	pthread_mutex_init(&lock, NULL);
	for (size_t i = 0; i < count; i++)
		wipe(readers[i]);
	service = NULL;
	count = 0;
}

struct jpki_service *
readers_service(void)
{
	return service;
}

void
readers_set_service(struct jpki_service *now)
{
	service = now;
}

void
readers_all_known(void)
{
	pthread_mutex_lock(&lock);
	all_known = true;
	pthread_mutex_unlock(&lock);
}

struct reader *
readers_at(size_t index)
{
	struct reader *reader;

	pthread_mutex_lock(&lock);
	reader = index < count ? readers[index] : NULL;
	pthread_mutex_unlock(&lock);
	return reader;
}

/*
 * With the lock held. Add a reader to the list, unless it is there. The nameless entry takes the
 * first reader.
 */
static void
know(const char *name, bool first_only)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(readers[i]->name, name) == 0)
			return;
	changes += readers[0]->name[0] == '\0' || !first_only;
	if (readers[0]->name[0] == '\0')
		strcpy(readers[0]->name, name);
	else if (!first_only)
		(void)add(name);
}

int
readers_find(bool first_only)
{
	char names[READERS_MAX][JPKI_READER_NAME_SIZE];
	size_t found;
	int rv;

	rv = jpki_transport.readers(service, names, READERS_MAX, &found);
	if (rv == JPKI_ERR_BUFFER) {
		found = READERS_MAX;
		rv = JPKI_OK;
	}
	pthread_mutex_lock(&lock);
	find_error = rv;
	for (size_t i = 0; rv == JPKI_OK && i < found; i++)
		know(names[i], first_only);
	pthread_mutex_unlock(&lock);
	return rv;
}

int
readers_error(void)
{
	int rv;

	pthread_mutex_lock(&lock);
	rv = find_error;
	pthread_mutex_unlock(&lock);
	return rv;
}

void
readers_name(const struct reader *reader, char *name)
{
	pthread_mutex_lock(&lock);
	strcpy(name, reader->name);
	pthread_mutex_unlock(&lock);
}

void
readers_note_event(struct reader *reader)
{
	pthread_mutex_lock(&lock);
	for (int role = 0; role < JPKI_ROLES; role++)
		reader->event[role] = true;
	changes++;
	pthread_mutex_unlock(&lock);
}

/* With the lock held. */
static bool
take_event_of(struct reader *reader, unsigned roles, enum jpki_role *role)
{
	for (int r = 0; r < JPKI_ROLES; r++) {
		if (!reader->event[r] || (roles & 1u << r) == 0)
			continue;
		reader->event[r] = false;
		*role = (enum jpki_role)r;
		return true;
	}
	return false;
}

bool
readers_take_event(unsigned roles, size_t *index, enum jpki_role *role)
{
	bool found = false;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < count && !found; i++) {
		found = take_event_of(readers[i], roles, role);
		*index = i;
	}
	pthread_mutex_unlock(&lock);
	return found;
}

uint64_t
readers_changes(void)
{
	uint64_t now;

	pthread_mutex_lock(&lock);
	now = changes;
	pthread_mutex_unlock(&lock);
	return now;
}

uint64_t
readers_note_change(void)
{
	uint64_t now;

	pthread_mutex_lock(&lock);
	now = ++changes;
	pthread_mutex_unlock(&lock);
	return now;
}

void
readers_publish(struct reader *reader, const struct reader_view *view)
{
	pthread_mutex_lock(&lock);
	reader->view = *view;
	pthread_mutex_unlock(&lock);
}

void
readers_view(const struct reader *reader, struct reader_view *view)
{
	pthread_mutex_lock(&lock);
	*view = reader->view;
	pthread_mutex_unlock(&lock);
}
