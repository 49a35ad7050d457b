/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "file.h"
#include "message.h"
#include "place.h"
#include "portal_extension.h"
#include "profile_groups.h"
#include "profiles.h"
#include "text.h"

const char *
portal_extension_id(enum portal_kind kind)
{
	/* the second is derived from the key in the extension's manifest */
	return kind == PORTAL_MOZILLA ? "jpki-portal@jpki-pkcs11"
				      : "pngabolhnpdfldjpeblgbblgcdhfmnaa";
}

/* Add a place, and take over the profile's name. */
static void
add_place(struct portal_places *places, char *profile, struct portal_place place)
{
	place.profile = profile;
	places->rows = list_grow(places->rows, places->count, sizeof(*places->rows));
	places->rows[places->count++] = place;
}

void
portal_places_free(struct portal_places *places)
{
	for (size_t i = 0; i < places->count; i++)
		text_free(&places->rows[i].profile);
	free(places->rows);
	*places = (struct portal_places){0};
}

/* The contents of a JSON file; NULL if there are none. */
static json_t *
read_json(const char *folder, const char *name)
{
	char *path = text_format("%s/%s", folder, name);
	struct file file = {0};
	json_t *root = NULL;

	if (file_read(&file, path) == 0 && file.exists) {
		root = json_loads(file.text, JSON_ALLOW_NUL, NULL);
		if (root == NULL)
			complain(_("%s is not JSON"), path);
	}
	file_free(&file);
	text_free(&path);
	return root;
}

/* --- Firefox ---------------------------------------------------------------------------------- */

/* Whether the files of an extension are there, as a browser's list has their path. */
static bool
has_files(const json_t *path)
{
	const char *text = json_string_value(path);

	return text != NULL && is_there(text);
}

/* Whether an add-on is in a folder for all users, below /usr/share/mozilla or /usr/lib/mozilla. */
static bool
is_systems(const json_t *addon)
{
	const char *location = json_string_value(json_object_get(addon, "location"));

	return location != NULL && (strcmp(location, "app-system-share") == 0 ||
				       strcmp(location, "app-system-local") == 0);
}

/* Whether Firefox lets a package's extension work on no site, as in a profile that was used before
 * it came. A file that is missing is no sign of that. */
static bool
has_no_site(const char *folder, const char *id)
{
	json_t *root = read_json(folder, "extension-preferences.json");
	const json_t *origins = json_object_get(json_object_get(root, id), "origins");
	bool none = root != NULL && json_array_size(origins) == 0;

	json_decref(root);
	return none;
}

/* Whether a profile has the extension, by extensions.json. */
static bool
is_in_mozilla(const char *folder, const char *id, struct portal_place *place)
{
	json_t *root = read_json(folder, "extensions.json");
	const json_t *addons = json_object_get(root, "addons");
	bool is = false;

	for (size_t i = 0; i < json_array_size(addons) && !is; i++) {
		const json_t *addon = json_array_get(addons, i);
		const char *name = json_string_value(json_object_get(addon, "id"));

		is = name != NULL && strcmp(name, id) == 0;
		place->enabled = json_is_true(json_object_get(addon, "active"));
		place->packaged = is_systems(addon);
		place->there = has_files(json_object_get(addon, "path"));
	}
	json_decref(root);
	place->barred = is && place->packaged && has_no_site(folder, id);
	return is;
}

static char *
name_of(const struct profile *profile)
{
	const char *slash = strrchr(profile->folder, '/');
	const char *name = slash != NULL ? slash + 1 : profile->folder;

	if (profile->name != NULL)
		name = profile->name;
	if (profile->shown != NULL)
		name = profile->shown;
	return text_copy(name, strlen(name));
}

/* Search the profiles of a list; frees the path of the list's folder. */
static void
find_in_list(struct portal_places *places, char *folder, const char *id)
{
	struct profiles profiles = {0};

	if (profiles_read(&profiles, folder) == 0)
		(void)profile_groups_read(&profiles, folder);
	for (size_t i = 0; i < profiles.count; i++) {
		struct portal_place place = {0};

		if (is_in_mozilla(profiles.rows[i].folder, id, &place))
			add_place(places, name_of(&profiles.rows[i]), place);
	}
	profiles_free(&profiles);
	text_free(&folder);
}

static void
find_in_mozilla(struct portal_places *places, const char *id)
{
	find_in_list(places, place_home(setup_firefox.folder), id);
	find_in_list(places, place_config(setup_firefox.config_folder), id);
	find_in_list(places, place_home("snap/firefox/common/.mozilla/firefox"), id);
}

/* --- Chromium --------------------------------------------------------------------------------- */

/* How Chromium notes an extension that its command line names, as Debian's start script does with
 * those of packages. */
#define FROM_COMMAND_LINE 8

/* Are there reasons why it is off? Bits in older versions, a list now. */
static bool
has_reasons(const json_t *reasons)
{
	return json_integer_value(reasons) != 0 || json_array_size(reasons) > 0;
}

/* Whether a profile of Chromium has the extension, by one of its files. An entry without a path was
 * removed. */
static bool
is_in_preferences(const char *folder, const char *name, const char *id, struct portal_place *place)
{
	json_t *root = read_json(folder, name);
	const json_t *settings = json_object_get(json_object_get(root, "extensions"), "settings");
	const json_t *entry = json_object_get(settings, id);
	const json_t *state = json_object_get(entry, "state"); /* older versions: 1 means on */
	bool is = json_object_get(entry, "path") != NULL;

	place->enabled = is && (state == NULL || json_integer_value(state) == 1) &&
			 !has_reasons(json_object_get(entry, "disable_reasons"));
	place->packaged =
	    json_integer_value(json_object_get(entry, "location")) == FROM_COMMAND_LINE;
	place->there = has_files(json_object_get(entry, "path"));
	json_decref(root);
	return is;
}

static int
is_profile(const struct dirent *entry)
{
	return strcmp(entry->d_name, "Default") == 0 ||
	       strncmp(entry->d_name, "Profile ", strlen("Profile ")) == 0;
}

/* Debian's Chromium stores extensions in the first file, other builds in the second. */
static void
find_in_chromium(struct portal_places *places, const char *folder, const char *id)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_profile, alphasort);

	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		char *profile = text_format("%s/%s", folder, name);
		struct portal_place place = {0};

		if (is_in_preferences(profile, "Preferences", id, &place) ||
		    is_in_preferences(profile, "Secure Preferences", id, &place))
			add_place(places, text_copy(name, strlen(name)), place);
		text_free(&profile);
		free(entries[i]);
	}
	free(entries);
}

void
portal_extension_find(
    struct portal_places *places, const struct portal_browser *browser, const char *id)
{
	char *folder;

	*places = (struct portal_places){0};
	if (browser->kind == PORTAL_MOZILLA) {
		find_in_mozilla(places, id);
		return;
	}
	folder = place_config(browser->folder);
	find_in_chromium(places, folder, id);
	text_free(&folder);
}
