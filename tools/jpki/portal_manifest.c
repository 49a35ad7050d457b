/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "portal_manifest.h"
#include "text.h"

/* The description, the only member in which browsers accept any text. It ends with the number of
 * folders that were made. */
#define MADE                                                                                       \
	"My Number card. Made by jpki setup portal, which removes it again with --remove: "        \
	"folders "

/* The name of the member with the list of extensions. */
static const char *
list_name(const struct portal_manifest *manifest)
{
	return manifest->browser->kind == PORTAL_MOZILLA ? "allowed_extensions" : "allowed_origins";
}

/* --- the text --------------------------------------------------------------------------------- */

/* The text of a manifest; the caller frees it. NULL if the path is not UTF-8, which JSON requires.
 */
static char *
made_text(
    const struct portal_manifest *manifest, const char *program, const json_t *ids, int folders)
{
	char *description = text_format(MADE "%d", folders), *dump, *text;
	json_t *root = json_pack("{s:s, s:s, s:s, s:s, s:O}", "name", manifest->name, "description",
	    description, "path", program, "type", "stdio", list_name(manifest), ids);

	text_free(&description);
	if (root == NULL)
		return NULL;
	dump = json_dumps(root, JSON_INDENT(2));
	json_decref(root);
	if (dump == NULL)
		out_of_memory();
	text = text_format("%s\n", dump);
	free(dump);
	return text;
}

static const char *
member(const struct portal_manifest *manifest, const char *name)
{
	return json_string_value(json_object_get(manifest->root, name));
}

/* The number of folders made for the file, if it is unchanged since we made it; otherwise -1. */
static int
folders_of(const struct portal_manifest *manifest)
{
	const char *description = member(manifest, "description");
	const char *program = portal_manifest_program(manifest);
	const json_t *ids = portal_manifest_ids(manifest);
	int folders = description != NULL ? text_number(description, MADE) : -1;
	char *then;

	if (folders < 0 || program == NULL || ids == NULL)
		return -1;
	then = made_text(manifest, program, ids, folders);
	if (then == NULL || strcmp(then, manifest->file.text) != 0)
		folders = -1;
	text_free(&then);
	return folders;
}

/* --- reading ---------------------------------------------------------------------------------- */

int
portal_manifest_read_in(struct portal_manifest *manifest, const struct portal_browser *browser,
    const char *folder, const char *name)
{
	char *path;
	int result;

	*manifest = (struct portal_manifest){
	    .browser = browser, .name = name, .folder = text_format("%s", folder), .folders = -1};
	path = text_format("%s/%s.json", manifest->folder, name);
	result = file_read(&manifest->file, path);
	if (result == 0 && manifest->file.exists && file_is_linked(&manifest->file, path))
		manifest->link = text_copy(path, strlen(path));
	text_free(&path);
	if (result != 0 || !manifest->file.exists)
		return result;
	manifest->root = json_loads(manifest->file.text, 0, NULL);
	manifest->folders = folders_of(manifest);
	return 0;
}

int
portal_manifest_read(
    struct portal_manifest *manifest, const struct portal_browser *browser, const char *name)
{
	char *folder = portal_browser_manifests(browser);
	int result = portal_manifest_read_in(manifest, browser, folder, name);

	text_free(&folder);
	return result;
}

void
portal_manifest_free(struct portal_manifest *manifest)
{
	json_decref(manifest->root);
	file_free(&manifest->file);
	text_free(&manifest->link);
	text_free(&manifest->folder);
}

json_t *
portal_manifest_ids(const struct portal_manifest *manifest)
{
	json_t *ids = json_object_get(manifest->root, list_name(manifest));

	return json_is_array(ids) ? ids : NULL;
}

const char *
portal_manifest_program(const struct portal_manifest *manifest)
{
	return member(manifest, "path");
}

static bool
has_id(const json_t *ids, const json_t *wanted)
{
	for (size_t i = 0; i < json_array_size(ids); i++)
		if (json_equal(json_array_get(ids, i), wanted))
			return true;
	return false;
}

/* Whether a member has this text. */
static bool
says(const struct portal_manifest *manifest, const char *name, const char *text)
{
	const char *value = member(manifest, name);

	return value != NULL && strcmp(value, text) == 0;
}

bool
portal_manifest_is_right(
    const struct portal_manifest *manifest, const char *program, const json_t *ids)
{
	const char *named = portal_manifest_program(manifest);

	if (!says(manifest, "name", manifest->name) || !says(manifest, "type", "stdio"))
		return false;
	if (named == NULL || named[0] != '/' ||
	    (strcmp(named, program) != 0 && !is_same_file(named, program)))
		return false;
	for (size_t i = 0; i < json_array_size(ids); i++)
		if (!has_id(portal_manifest_ids(manifest), json_array_get(ids, i)))
			return false;
	return true;
}

/* --- writing ---------------------------------------------------------------------------------- */

int
portal_manifest_write(
    const struct portal_manifest *manifest, const char *program, const json_t *ids)
{
	int made = manifest->file.exists ? 0 : folders_make(manifest->folder, 0700);
	int result = -1;
	char *text;

	if (made < 0)
		return -1;
	text = made_text(manifest, program, ids, manifest->file.exists ? manifest->folders : made);
	if (text == NULL)
		complain(_("%s is not in UTF-8: a browser cannot be told of it"), program);
	else
		result = file_replace(&manifest->file, text);
	text_free(&text);
	if (result != 0)
		folders_remove(manifest->folder, made);
	return result;
}

int
portal_manifest_remove(const struct portal_manifest *manifest)
{
	if (file_remove(&manifest->file) != 0)
		return -1;
	folders_remove(manifest->folder, manifest->folders);
	return 0;
}
