/* SPDX-License-Identifier: BSD-2-Clause */
#include "taken.h"

#include <stddef.h>
#include <string.h>

#include "reader/readers.h"

static const struct reader *
find(const char *name)
{
	const struct reader *reader;

	for (size_t i = 0; (reader = readers_at(i)) != NULL; i++)
		if (strcmp(reader->state.name, name) == 0)
			return reader;
	return NULL;
}

bool
taken_share(const char *name)
{
	const struct reader *reader = find(name);

	return reader != NULL && reader->share.roles != 0;
}
