/* SPDX-License-Identifier: BSD-2-Clause */
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "profiles.h"
#include "text.h"

struct reading {
	struct profiles *profiles;
	const char *folder;
	const char *rest; /* the rest of the text */
	char *section;
	char *name, *path, *store; /* values of a profile's section */
	bool is_relative, is_default;
};

static struct profile *
find_folder(struct profiles *profiles, const char *folder)
{
	for (size_t i = 0; i < profiles->count; i++)
		if (strcmp(profiles->rows[i].folder, folder) == 0)
			return &profiles->rows[i];
	return NULL;
}

/* The row of a folder, which is added if there is none. Takes over the text. */
static struct profile *
row_of(struct profiles *profiles, char *folder)
{
	struct profile *row = find_folder(profiles, folder);
	struct profile *rows;

	if (row != NULL) {
		text_free(&folder);
		return row;
	}
	rows = list_grow(profiles->rows, profiles->count, sizeof(*rows));
	profiles->rows = rows;
	row = &rows[profiles->count++];
	*row = (struct profile){.folder = folder};
	return row;
}

static char *
absolute(const struct reading *reading, const char *path, bool is_relative)
{
	if (is_relative && path[0] != '/')
		return text_format("%s/%s", reading->folder, path);
	return text_copy(path, strlen(path));
}

static void
copy_if_new(char **place, const char *value)
{
	if (*place == NULL && value != NULL && value[0] != '\0')
		*place = text_copy(value, strlen(value));
}

/* The end of a section such as [Profile0]. */
static void
end_profile(struct reading *reading)
{
	struct profile *row;

	if (reading->path != NULL && reading->path[0] != '\0') {
		row = row_of(
		    reading->profiles, absolute(reading, reading->path, reading->is_relative));
		row->is_default |= reading->is_default;
		copy_if_new(&row->name, reading->name);
		copy_if_new(&row->store, reading->store);
	}
	text_free(&reading->name);
	text_free(&reading->path);
	text_free(&reading->store);
	reading->is_relative = true;
	reading->is_default = false;
}

static void
begin_section(struct reading *reading, const char *section)
{
	if (reading->section != NULL && strcmp(reading->section, section) == 0)
		return;
	end_profile(reading);
	text_free(&reading->section);
	reading->section = text_copy(section, strlen(section));
}

static void
keep(char **place, const char *value)
{
	text_free(place);
	*place = text_copy(value, strlen(value));
}

static void
take_default(struct reading *reading, const char *path)
{
	if (path[0] != '\0')
		row_of(reading->profiles, absolute(reading, path, true))->is_installs = true;
}

/* Called by inih for each line of profiles.ini; 1 means no error. */
static int
take_profile(void *context, const char *section, const char *name, const char *value)
{
	struct reading *reading = context;

	begin_section(reading, section);
	if (strncmp(section, "Install", strlen("Install")) == 0) {
		if (strcmp(name, "Default") == 0)
			take_default(reading, value);
	} else if (strncmp(section, "Profile", strlen("Profile")) != 0) {
		return 1;
	} else if (strcmp(name, "Name") == 0) {
		keep(&reading->name, value);
	} else if (strcmp(name, "Path") == 0) {
		keep(&reading->path, value);
	} else if (strcmp(name, "StoreID") == 0) {
		keep(&reading->store, value);
	} else if (strcmp(name, "IsRelative") == 0) {
		reading->is_relative = strcmp(value, "0") != 0;
	} else if (strcmp(name, "Default") == 0) {
		reading->is_default = strcmp(value, "1") == 0;
	}
	return 1;
}

/* Called by inih for each line of installs.ini, in which each section is an installation. */
static int
take_install(void *context, const char *section, const char *name, const char *value)
{
	struct reading *reading = context;

	(void)section;
	if (strcmp(name, "Default") == 0)
		take_default(reading, value);
	return 1;
}

/* Like fgets, from the text. */
static char *
next_line(char *line, int size, void *context)
{
	struct reading *reading = context;
	size_t length = strcspn(reading->rest, "\n");

	if (reading->rest[0] == '\0')
		return NULL;
	if (reading->rest[length] == '\n')
		length++;
	if (length > (size_t)size - 1)
		length = (size_t)size - 1;
	memcpy(line, reading->rest, length);
	line[length] = '\0';
	reading->rest += length;
	return line;
}

/* Set up Debian's inih, which by default cuts long paths, and names that contain " ;". */
static void
set_up_inih(void)
{
#ifdef JPKI_INIH_HAS_SETTINGS
	ini_use_stack = false;
	ini_allow_realloc = true;
	ini_max_line = FILE_SIZE_MAX;
	ini_allow_inline_comments = false;
	ini_allow_multiline = false;
#endif
}

static void
read_text(struct profiles *profiles, const char *folder, const char *text, ini_handler handler)
{
	struct reading reading = {
	    .profiles = profiles, .folder = folder, .rest = text, .is_relative = true};

	set_up_inih();
	(void)ini_parse_stream(next_line, &reading, handler, &reading);
	end_profile(&reading);
	text_free(&reading.section);
}

void
profiles_add(struct profiles *profiles, const char *folder, const char *profiles_ini,
    const char *installs_ini)
{
	read_text(profiles, folder, profiles_ini, take_profile);
	read_text(profiles, folder, installs_ini, take_install);
}

int
profiles_read(struct profiles *profiles, const char *folder)
{
	char *path = text_format("%s/profiles.ini", folder);
	char *installs_path = text_format("%s/installs.ini", folder);
	struct file list = {0}, installs = {0};
	int result = -1;

	if (file_read(&list, path) == 0 && file_read(&installs, installs_path) == 0) {
		profiles_add(profiles, folder, list.text, installs.text);
		result = 0;
	}
	file_free(&list);
	file_free(&installs);
	text_free(&path);
	text_free(&installs_path);
	return result;
}

void
profiles_free(struct profiles *profiles)
{
	for (size_t i = 0; i < profiles->count; i++) {
		text_free(&profiles->rows[i].name);
		text_free(&profiles->rows[i].shown);
		text_free(&profiles->rows[i].store);
		text_free(&profiles->rows[i].folder);
	}
	free(profiles->rows);
	*profiles = (struct profiles){0};
}

/* The row of the same folder, whose path may be written differently in profiles.ini. */
static struct profile *
find_same(struct profiles *profiles, const char *folder)
{
	for (size_t i = 0; i < profiles->count; i++)
		if (is_same_file(profiles->rows[i].folder, folder))
			return &profiles->rows[i];
	return NULL;
}

void
profiles_add_to_group(struct profiles *profiles, char *folder, const char *shown, const char *store)
{
	struct profile *row = find_same(profiles, folder);

	if (row != NULL) {
		text_free(&folder);
	} else {
		row = row_of(profiles, folder);
		row->is_unlisted = true;
	}
	copy_if_new(&row->shown, shown);
	copy_if_new(&row->store, store);
}

bool
profiles_is_named(const struct profile *profile, const char *name)
{
	return (profile->name != NULL && strcmp(profile->name, name) == 0) ||
	       (profile->shown != NULL && strcmp(profile->shown, name) == 0);
}

static bool
is_used_itself(const struct profiles *profiles, const struct profile *profile)
{
	bool some_installs = false, some_default = false;
	size_t there = 0;

	for (size_t i = 0; i < profiles->count; i++) {
		if (profiles->rows[i].is_unlisted || !is_folder(profiles->rows[i].folder))
			continue;
		there++;
		some_installs |= profiles->rows[i].is_installs;
		some_default |= profiles->rows[i].is_default;
	}
	if (some_installs)
		return profile->is_installs;
	if (some_default)
		return profile->is_default;
	return there == 1 && !profile->is_unlisted && is_folder(profile->folder);
}

bool
profiles_is_used(const struct profiles *profiles, const struct profile *profile)
{
	if (is_used_itself(profiles, profile))
		return true;
	for (size_t i = 0; profile->store != NULL && i < profiles->count; i++)
		if (profiles->rows[i].store != NULL &&
		    strcmp(profiles->rows[i].store, profile->store) == 0 &&
		    is_used_itself(profiles, &profiles->rows[i]))
			return true;
	return false;
}
