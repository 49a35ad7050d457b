/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "message.h"
#include "opensc_kept.h"
#include "place.h"
#include "text.h"

static const char *const place_words[] = {
    [OPENSC_IN_DATABASE] = "database",
    [OPENSC_IN_P11_KIT] = "p11-kit",
    [OPENSC_AT_LOGIN] = "login",
};

#define PLACE_COUNT (sizeof(place_words) / sizeof(place_words[0]))

/* --- the file --------------------------------------------------------------------------------- */

static int
parse(struct kept *kept)
{
	kept->root =
	    kept->file.exists ? json_loads(kept->file.text, 0, NULL) : json_pack("{s:[]}", "taken");
	kept->rows = json_object_get(kept->root, "taken");
	if (json_is_array(kept->rows))
		return 0;
	complain(_("%s is not as jpki has made it: nothing is done with it"), kept->file.path);
	return -1;
}

int
kept_read(struct kept *kept)
{
	char *path = place_data("jpki/opensc-removed");
	int result;

	*kept = (struct kept){0};
	result = file_read(&kept->file, path);
	if (result == 0)
		result = parse(kept);
	text_free(&path);
	return result;
}

void
kept_free(struct kept *kept)
{
	json_decref(kept->root);
	file_free(&kept->file);
}

static char *
folder_of(const struct kept *kept)
{
	return text_copy(
	    kept->file.path, (size_t)(strrchr(kept->file.path, '/') - kept->file.path));
}

static int
folders_made(const struct kept *kept)
{
	return (int)json_integer_value(json_object_get(kept->root, "folders"));
}

static int
write_rows(struct kept *kept)
{
	char *folder = folder_of(kept), *text = NULL, *dump = NULL;
	int folders = kept->file.exists ? 0 : folders_make(folder, 0700), result = -1;

	if (folders >= 0) {
		json_object_set_new(
		    kept->root, "folders", json_integer(folders_made(kept) + folders));
		dump = json_dumps(kept->root, JSON_INDENT(2));
		if (dump == NULL)
			out_of_memory();
		text = text_format("%s\n", dump);
		result = file_replace(&kept->file, text);
		if (result != 0)
			folders_remove(folder, folders);
	}
	free(dump);
	text_free(&text);
	text_free(&folder);
	return result;
}

static int
remove_file(const struct kept *kept)
{
	int folders = folders_made(kept), result;
	char *folder;

	if (!kept->file.exists)
		return 0;
	folder = folder_of(kept);
	result = file_remove(&kept->file);
	if (result == 0)
		folders_remove(folder, folders);
	text_free(&folder);
	return result;
}

int
kept_write(struct kept *kept)
{
	return kept_count(kept) > 0 ? write_rows(kept) : remove_file(kept);
}

/* --- its rows --------------------------------------------------------------------------------- */

size_t
kept_count(const struct kept *kept)
{
	return json_array_size(kept->rows);
}

static bool
find_place(const char *word, enum opensc_place *place)
{
	for (size_t i = 0; i < PLACE_COUNT; i++)
		if (word != NULL && strcmp(place_words[i], word) == 0) {
			*place = (enum opensc_place)i;
			return true;
		}
	return false;
}

bool
kept_get(const struct kept *kept, size_t i, struct kept_row *row)
{
	const json_t *object = json_array_get(kept->rows, i);
	json_int_t at = json_integer_value(json_object_get(object, "at"));

	*row = (struct kept_row){
	    .file = json_string_value(json_object_get(object, "file")),
	    .taken = json_string_value(json_object_get(object, "text")),
	    .at = at > 0 ? (size_t)at : 0,
	    .made = json_string_value(json_object_get(object, "made")),
	    .folders = (int)json_integer_value(json_object_get(object, "folders")),
	};
	return row->file != NULL && (row->taken != NULL || row->made != NULL) &&
	       find_place(json_string_value(json_object_get(object, "place")), &row->place);
}

int
kept_add(struct kept *kept, const struct kept_row *row)
{
	json_t *object = json_pack("{s:s, s:s, s:s?, s:I, s:s?, s:i}", "place",
	    place_words[row->place], "file", row->file, "text", row->taken, "at",
	    (json_int_t)row->at, "made", row->made, "folders", row->folders);

	if (object != NULL)
		return json_array_append_new(kept->rows, object);
	complain(
	    _("%s is not in UTF-8, so that what would be taken out cannot be kept: nothing was "
	      "changed"),
	    row->file);
	return -1;
}

void
kept_drop(struct kept *kept, size_t i)
{
	(void)json_array_remove(kept->rows, i);
}
