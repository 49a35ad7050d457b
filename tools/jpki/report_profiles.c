/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "place.h"
#include "profile_groups.h"
#include "profiles.h"
#include "report_profiles.h"
#include "setup.h"
#include "text.h"

char *
report_without(const char *text, const char *word, const char *with)
{
	char *out = text_copy("", 0);
	const char *at;

	while (word != NULL && *word != '\0' && (at = strstr(text, word)) != NULL) {
		char *before = text_copy(text, (size_t)(at - text));

		out = text_append(out, before);
		out = text_append(out, with);
		text_free(&before);
		text = at + strlen(word);
	}
	return text_append(out, text);
}

/* A folder that a text may contain, and its replacement. */
struct place {
	char *folder;
	char *instead;
};

struct places {
	struct place *rows;
	size_t count;
};

/* Add a row, and take over both texts. */
static void
add_place(struct places *places, char *folder, char *instead)
{
	places->rows = list_grow(places->rows, places->count, sizeof(*places->rows));
	places->rows[places->count++] = (struct place){folder, instead};
}

/* Add a profile by its path in the list, whose replacement keeps the list's folder, and by its
 * real path. */
static void
add_profile(struct places *places, const char *list, const char *folder, int number)
{
	char word[32], *real = realpath(folder, NULL);
	size_t length = strlen(list);
	bool below = strncmp(folder, list, length) == 0 && folder[length] == '/';

	snprintf(word, sizeof(word), number > 0 ? "PROFILE%d" : "PROFILE", number);
	add_place(places, text_copy(folder, strlen(folder)),
	    below ? text_format("%s/%s", list, word) : text_format("%s", word));
	if (real != NULL && strcmp(real, folder) != 0)
		add_place(places, text_copy(real, strlen(real)), text_format("%s", word));
	free(real);
}

/* Add the profiles of a list; frees the path of its folder. */
static void
add_list(struct places *places, char *list)
{
	struct profiles profiles = {0};

	if (profiles_read(&profiles, list) == 0)
		(void)profile_groups_read(&profiles, list);
	for (size_t i = 0; i < profiles.count; i++)
		add_profile(
		    places, list, profiles.rows[i].folder, profiles.count > 1 ? (int)i + 1 : 0);
	profiles_free(&profiles);
	text_free(&list);
}

/* Longer paths first, because one may begin with another. */
static int
longer_first(const void *one, const void *other)
{
	size_t first = strlen(((const struct place *)one)->folder);
	size_t second = strlen(((const struct place *)other)->folder);

	return (first < second) - (first > second);
}

/* Errors are not shown here: they were told as findings. */
static struct places
find_places(void)
{
	struct places places = {0};
	char *said = NULL;

	message_divert(&said);
	if (place_check(false) == 0) {
		add_list(&places, place_home(setup_firefox.folder));
		add_list(&places, place_config(setup_firefox.config_folder));
		add_list(&places, place_home(setup_thunderbird.folder));
	}
	message_divert(NULL);
	text_free(&said);
	if (places.count > 0)
		qsort(places.rows, places.count, sizeof(*places.rows), longer_first);
	return places;
}

char *
report_without_profiles(const char *text)
{
	struct places places = find_places();
	char *out = text_copy(text, strlen(text));

	for (size_t i = 0; i < places.count; i++) {
		char *hidden = report_without(out, places.rows[i].folder, places.rows[i].instead);

		text_free(&out);
		out = hidden;
		text_free(&places.rows[i].folder);
		text_free(&places.rows[i].instead);
	}
	free(places.rows);
	return out;
}
