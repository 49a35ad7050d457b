/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "card_data.h"
#include "fail.h"
#include "quirks.h"

#define QUIRK_ROW(constant, name, help, ...)                                                       \
	[constant] = {name, (const char *const[]){__VA_ARGS__ NULL}, help},

static const struct vcard_quirk quirks[QUIRKS] = {QUIRK_TABLE(QUIRK_ROW)};

unsigned
quirk(const struct vcard *card, enum quirk quirk)
{
	return card->quirks[quirk];
}

unsigned
quirk_number(const struct vcard *card, enum quirk quirk, int base)
{
	return (unsigned)strtoul(quirks[quirk].values[card->quirks[quirk]], NULL, base);
}

const struct vcard_quirk *
vcard_quirk(size_t index)
{
	return index < QUIRKS ? &quirks[index] : NULL;
}

static int
quirk_index(const char *name)
{
	for (int i = 0; i < QUIRKS; i++) {
		if (strcmp(quirks[i].name, name) == 0)
			return i;
	}
	return -1;
}

static int
value_unknown(const struct vcard_quirk *row, const char *value, struct vcard_error *error)
{
	char list[256] = "";

	for (const char *const *v = row->values; *v != NULL; v++) {
		strncat(list, " ", sizeof(list) - strlen(list) - 1);
		strncat(list, *v, sizeof(list) - strlen(list) - 1);
	}
	return fail(error, "%s cannot be \"%s\"; it is one of:%s", row->name, value, list);
}

int
vcard_quirk_set(struct vcard *card, const char *name, const char *value, struct vcard_error *error)
{
	int index = quirk_index(name);

	if (index < 0)
		return fail(error, "there is no quirk \"%s\"; --help lists them", name);
	for (uint8_t i = 0; quirks[index].values[i] != NULL; i++) {
		if (strcmp(quirks[index].values[i], value) != 0)
			continue;
		pthread_mutex_lock(&card->lock);
		card->quirks[index] = i;
		pthread_mutex_unlock(&card->lock);
		return 0;
	}
	return value_unknown(&quirks[index], value, error);
}

const char *
vcard_quirk_get(struct vcard *card, const char *name)
{
	const char *value = NULL;
	int index = quirk_index(name);

	if (index < 0)
		return NULL;
	pthread_mutex_lock(&card->lock);
	value = quirks[index].values[card->quirks[index]];
	pthread_mutex_unlock(&card->lock);
	return value;
}

void
vcard_quirks_reset(struct vcard *card)
{
	pthread_mutex_lock(&card->lock);
	memset(card->quirks, 0, sizeof(card->quirks));
	pthread_mutex_unlock(&card->lock);
}
