/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "portal_ids.h"
#include "text.h"

#define CHROMIUM_LENGTH 32
#define SCHEME "chrome-extension://"

static bool
is_chromium(const char *id, size_t length)
{
	return length == CHROMIUM_LENGTH && strspn(id, "abcdefghijklmnop") >= length;
}

/* Is it an id that Firefox accepts: "{UUID}", or letters, digits, "-", "." and "_" around one "@",
 * after which there is something? */
static bool
is_mozilla(const char *id, size_t length)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	size_t before = strspn(id, letters);

	if (length == 38 && id[0] == '{' && id[37] == '}')
		return strspn(id + 1, "0123456789abcdefABCDEF-") == 36;
	return before + 1 < length && id[before] == '@' &&
	       before + 1 + strspn(id + before + 1, letters) >= length;
}

/* The next id of a list; the caller frees it. NULL at the end. */
static char *
next_id(const char **list)
{
	size_t length = strcspn(*list, ",");
	char *id;

	if (**list == '\0')
		return NULL;
	id = text_copy(*list, length);
	*list += length + ((*list)[length] == ',');
	return id;
}

bool
portal_ids_are_good(const char *list)
{
	bool good = list[0] != '\0' && list[strlen(list) - 1] != ',';
	char *id;

	while ((id = next_id(&list)) != NULL) {
		size_t length = strlen(id);

		good = good && (is_chromium(id, length) || is_mozilla(id, length));
		text_free(&id);
	}
	return good;
}

json_t *
portal_ids_listed(const char *list, enum portal_kind kind)
{
	json_t *ids = json_array();
	char *id;

	while ((id = next_id(&list)) != NULL) {
		if (is_chromium(id, strlen(id)) == (kind == PORTAL_CHROMIUM))
			(void)json_array_append_new(ids, portal_id_in_manifest(id, kind));
		text_free(&id);
	}
	return ids;
}

json_t *
portal_id_in_manifest(const char *id, enum portal_kind kind)
{
	return kind == PORTAL_MOZILLA ? json_string(id) : json_sprintf(SCHEME "%s/", id);
}

char *
portal_id_of(const char *in_manifest)
{
	size_t length = strlen(SCHEME);

	if (strncmp(in_manifest, SCHEME, length) != 0)
		return text_copy(in_manifest, strlen(in_manifest));
	return text_copy(in_manifest + length, strcspn(in_manifest + length, "/"));
}
