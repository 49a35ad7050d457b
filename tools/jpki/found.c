/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "columns.h"
#include "failure.h"
#include "found.h"
#include "message.h"
#include "names.h"
#include "pulled.h"
#include "start.h"
#include "text.h"
#include "trouble.h"

/* If no card has keys, what is in one of the readers is told: the one that is later in this list.
 */
static const enum jpki_holds by_weight[] = {
    JPKI_HOLDS_NO_READER,
    JPKI_HOLDS_NOTHING,
    JPKI_HOLDS_OTHER,
    JPKI_HOLDS_RESIDENT,
    JPKI_HOLDS_MUTE,
    JPKI_HOLDS_UNKNOWN,
};

static int
weight_of(enum jpki_holds holds)
{
	for (int i = 0; i < (int)(sizeof(by_weight) / sizeof(by_weight[0])); i++)
		if (by_weight[i] == holds)
			return i;
	return -1;
}

bool
found_tells_more(enum jpki_holds one, enum jpki_holds other)
{
	return weight_of(one) > weight_of(other);
}

int
found_start(void)
{
	int rv = start_library();

	return rv == JPKI_OK ? STATUS_DONE : trouble_tell(rv);
}

bool
found_is_meant(const struct words *words, const char *name)
{
	const char *wanted = words->value[OPTION_READER];

	return wanted == NULL || strcasestr(name, wanted) != NULL;
}

/* A search for a card, under way. */
struct search {
	struct found *found; /* the first with keys, or the one most worth telling */
	int count;	     /* readers that --reader means */
	int with_keys;
};

static void
look_at(struct search *search, size_t reader, const char *name)
{
	struct found one = {.holds = JPKI_HOLDS_NO_READER};

	if (jpki_reader_card(reader, &one.holds, &one.card) != JPKI_OK)
		return;
	snprintf(one.reader, sizeof(one.reader), "%s", name);
	search->count++;
	if (holds_keys(one.holds)) {
		if (search->with_keys++ == 0)
			*search->found = one;
	} else if (search->with_keys == 0 && found_tells_more(one.holds, search->found->holds))
		*search->found = one;
}

int
found_tell_no_reader(const struct words *words, size_t readers)
{
	char name[JPKI_READER_NAME_SIZE];

	if (readers == 0 || !verb_has(words, OPTION_READER))
		return trouble_tell(JPKI_ERR_NO_READER);
	complain(_("There is no reader \"%s\"."), words->value[OPTION_READER]);
	failure_code("no-such-reader");
	for (size_t i = 0; i < readers; i++)
		if (jpki_reader_name(i, name) == JPKI_OK) {
			char *clean = columns_clean(name, strlen(name));

			advise("  %s", clean);
			text_free(&clean);
		}
	return STATUS_NO_CARD;
}

static int
tell_several(size_t readers)
{
	complain("%s", _("There are cards in more than one reader."));
	failure_code("several-cards");
	advise("%s", _("Say which one with --reader, or take the others out:"));
	for (size_t i = 0; i < readers; i++) {
		char name[JPKI_READER_NAME_SIZE], *clean;
		enum jpki_holds holds;
		uint64_t card;

		if (jpki_reader_name(i, name) != JPKI_OK ||
		    jpki_reader_card(i, &holds, &card) != JPKI_OK || !holds_keys(holds))
			continue;
		clean = columns_clean(name, strlen(name));
		advise("  %s", clean);
		text_free(&clean);
	}
	return STATUS_NO_CARD;
}

/* If the option is the exact name of a reader, only that one is meant, although the name may be
 * part of others. */
static bool
is_exact(const struct words *words, size_t readers)
{
	char name[JPKI_READER_NAME_SIZE];

	for (size_t i = 0; words->value[OPTION_READER] != NULL && i < readers; i++)
		if (jpki_reader_name(i, name) == JPKI_OK &&
		    strcmp(name, words->value[OPTION_READER]) == 0)
			return true;
	return false;
}

static int
judge(const struct words *words, const struct search *search, size_t readers)
{
	if (search->with_keys > 1)
		return tell_several(readers);
	if (search->count == 0)
		return found_tell_no_reader(words, readers);
	if (search->with_keys == 0) {
		if (search->found->holds == JPKI_HOLDS_UNKNOWN)
			pulled_watch(0, search->found->reader);
		return trouble_tell_holds(search->found->holds);
	}
	return STATUS_DONE;
}

int
found_card(const struct words *words, struct found *found)
{
	struct search search = {.found = found};
	size_t readers = 0;
	bool exact;
	int rv, status = found_start();

	if (status != STATUS_DONE)
		return status;
	*found = (struct found){.holds = JPKI_HOLDS_NO_READER};
	rv = jpki_readers(&readers);
	if (rv != JPKI_OK)
		return trouble_tell(rv);
	exact = is_exact(words, readers);
	for (size_t i = 0; i < readers; i++) {
		char name[JPKI_READER_NAME_SIZE];

		if (jpki_reader_name(i, name) == JPKI_OK && found_is_meant(words, name) &&
		    (!exact || strcmp(name, words->value[OPTION_READER]) == 0))
			look_at(&search, i, name);
	}
	status = judge(words, &search, readers);
	if (status != STATUS_DONE)
		return status;
	pulled_watch(found->card, found->reader);
	rv = jpki_keys(found->card, &found->keys);
	return rv == JPKI_OK ? STATUS_DONE : trouble_tell(rv);
}
