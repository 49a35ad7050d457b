/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "nss_text.h"
#include "opensc.h"
#include "opensc_name.h"
#include "p11kit_text.h"
#include "place.h"
#include "text.h"

#define DESKTOP_FILE "autostart/pkcs11-register.desktop"
#define MODULE_FILE ".module"

static bool
is_name(const char *path)
{
	static const char *const names[] = {"opensc-pkcs11.so", "onepin-opensc-pkcs11.so"};
	const char *slash = strrchr(path, '/');
	const char *file = slash != NULL ? slash + 1 : path;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(file, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

bool
opensc_is_module(const char *library)
{
	char *real;
	bool is;

	if (library[0] != '/')
		return is_name(library);
	real = realpath(library, NULL);
	is = real != NULL && (is_name(library) || is_name(real));
	free(real);
	return is;
}

/* Add a finding, and take over the texts. */
static void
add(struct opensc_findings *findings, enum opensc_place place, char *where, char *file)
{
	struct opensc_finding *rows = list_grow(findings->rows, findings->count, sizeof(*rows));

	findings->rows = rows;
	rows[findings->count++] =
	    (struct opensc_finding){.place = place, .where = where, .file = file};
}

void
opensc_findings_free(struct opensc_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		text_free(&findings->rows[i].where);
		text_free(&findings->rows[i].file);
	}
	free(findings->rows);
	*findings = (struct opensc_findings){0};
}

static char *
copy(const char *text)
{
	return text_copy(text, strlen(text));
}

/* --- databases of NSS ------------------------------------------------------------------------- */

int
opensc_find_in_database(struct opensc_findings *findings, const char *folder)
{
	char *path = text_format("%s/pkcs11.txt", folder);
	struct nss_modules modules = {0};
	struct file file = {0};
	bool found = false;
	int result = file_read(&file, path);

	if (result == 0)
		nss_modules_read(&modules, file.text);
	for (size_t i = 0; i < modules.count && !found; i++)
		found =
		    modules.rows[i].library != NULL && opensc_is_module(modules.rows[i].library);
	if (found)
		add(findings, OPENSC_IN_DATABASE, copy(file.path), copy(file.path));
	nss_modules_free(&modules);
	file_free(&file);
	text_free(&path);
	return result;
}

/* --- p11-kit ---------------------------------------------------------------------------------- */

/* The folders with module files. A file overrides those of the same name in later folders. */
struct p11kit_folders {
	char *path[3];
	size_t count;
};

static struct p11kit_folders
p11kit_folders(void)
{
	struct p11kit_folders folders = {0};

	if (geteuid() != 0)
		folders.path[folders.count++] = place_config("pkcs11/modules");
	folders.path[folders.count++] = copy(P11_KIT_SYSTEM);
	folders.path[folders.count++] = copy(P11_KIT_PACKAGES);
	return folders;
}

/* Whether a file names a module, and whether that is OpenSC's. */
static bool
file_says(const char *path, bool *is_opensc)
{
	struct file file = {0};
	char *library = NULL;
	size_t length;
	bool says = file_read(&file, path) == 0 && p11kit_value(file.text, &length) != NULL;

	if (says)
		library = p11kit_library(file.text);
	*is_opensc = library != NULL && opensc_is_module(library);
	text_free(&library);
	file_free(&file);
	return says;
}

/* Check a file of one of the folders, unless an earlier folder overrides it. */
static void
look_at(struct opensc_findings *findings, const struct p11kit_folders *folders, size_t folder,
    const char *name)
{
	bool is_opensc = false;
	char *path = NULL;

	for (size_t i = 0; i < folder; i++) {
		bool says;

		path = text_format("%s/%s", folders->path[i], name);
		says = is_there(path) && file_says(path, &is_opensc);
		text_free(&path);
		if (says)
			return;
	}
	path = text_format("%s/%s", folders->path[folder], name);
	if (file_says(path, &is_opensc) && is_opensc)
		add(findings, OPENSC_IN_P11_KIT, copy(path),
		    text_format("%s/%s", folders->path[0], name));
	text_free(&path);
}

static bool
is_module_file(const char *name)
{
	size_t length = strlen(name), ending = strlen(MODULE_FILE);

	return length > ending && strcmp(name + length - ending, MODULE_FILE) == 0;
}

static void
look_in(struct opensc_findings *findings, const struct p11kit_folders *folders, size_t i)
{
	DIR *folder = opendir(folders->path[i]);
	const struct dirent *entry;

	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL)
		if (is_module_file(entry->d_name))
			look_at(findings, folders, i, entry->d_name);
	(void)closedir(folder);
}

int
opensc_find_in_p11_kit(struct opensc_findings *findings)
{
	struct p11kit_folders folders = p11kit_folders();

	for (size_t i = 0; i < folders.count; i++)
		look_in(findings, &folders, i);
	for (size_t i = 0; i < folders.count; i++)
		text_free(&folders.path[i]);
	return 0;
}

/* --- what the desktop starts ------------------------------------------------------------------ */

struct desktop {
	bool hidden, gone;
};

static int
take(void *context, const char *section, const char *name, const char *value)
{
	struct desktop *desktop = context;

	if (strcmp(section, "Desktop Entry") != 0)
		return 1;
	if (strcmp(name, "Hidden") == 0)
		desktop->hidden = strcmp(value, "true") == 0;
	else if (strcmp(name, "Exec") == 0) /* such files stay when Debian's package is removed */
		desktop->gone = value[0] == '/' && strchr(value, ' ') == NULL && !is_there(value);
	return 1;
}

/* Whether the file exists, and the desktop starts its program. */
static int
read_desktop(const char *path, bool *exists, bool *starts)
{
	struct file file = {0};
	struct desktop desktop = {0};
	int result = file_read(&file, path);

	*exists = result == 0 && file.exists;
	if (*exists)
		(void)ini_parse_string(file.text, take, &desktop);
	*starts = *exists && !desktop.hidden && !desktop.gone;
	file_free(&file);
	return result;
}

/* The file for all users; the caller frees it. NULL if there is none. */
static char *
find_desktop_file(void)
{
	const char *folders = getenv("XDG_CONFIG_DIRS");
	char *path = NULL;

	if (folders == NULL || folders[0] == '\0')
		folders = "/etc/xdg";
	while (path == NULL && *folders != '\0') {
		size_t length = strcspn(folders, ":");

		path = text_format("%.*s/" DESKTOP_FILE, (int)length, folders);
		if (*folders != '/' || !is_there(path))
			text_free(&path);
		folders += length + (folders[length] == ':');
	}
	return path;
}

int
opensc_find_at_login(struct opensc_findings *findings)
{
	char *own = place_config(DESKTOP_FILE), *path = NULL;
	bool exists, starts;
	int result = read_desktop(own, &exists, &starts);

	if (result == 0 && !exists) {
		path = find_desktop_file();
		if (path != NULL)
			result = read_desktop(path, &exists, &starts);
	}
	if (result == 0 && starts)
		add(findings, OPENSC_AT_LOGIN, copy(path != NULL ? path : own), copy(own));
	text_free(&path);
	text_free(&own);
	return result;
}
