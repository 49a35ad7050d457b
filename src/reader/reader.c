/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/reader.h"

#include <stdlib.h>
#include <string.h>

uint64_t
reader_next_number(void)
{
	static atomic_uint_least64_t last;

	return atomic_fetch_add(&last, 1) + 1;
}

struct reader *
reader_new(size_t index, const char *name)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL)
		return NULL;
	pthread_mutex_init(&reader->lock, NULL);
	reader->index = index;
	reader->share = SHARE_NONE;
	atomic_store(&reader->card_number, reader_next_number());
	for (int role = 0; role < JPKI_ROLES; role++)
		reader->keys[role].number = reader->keys[role].logins = reader_next_number();
	strcpy(reader->name, name);
	return reader;
}

void
reader_free(struct reader *reader)
{
	if (reader == NULL)
		return;
	pthread_mutex_destroy(&reader->lock);
	free(reader);
}

bool
reader_is_unlocked(const struct reader *reader)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		if (reader->keys[role].unlocked != 0)
			return true;
	return reader->attributes_open;
}
