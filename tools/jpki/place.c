/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "message.h"
#include "place.h"
#include "text.h"
#include "way.h"

/* Whether another user has become root for this command only, for example by sudo, which sets
 * root's HOME. */
static bool
is_made_root(void)
{
	static const char *const names[] = {"SUDO_UID", "PKEXEC_UID"};

	for (size_t i = 0; geteuid() == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
		const char *user = getenv(names[i]);

		if (user != NULL && user[0] != '\0' && strcmp(user, "0") != 0)
			return true;
	}
	return false;
}

int
place_check(bool writing)
{
	const char *home = getenv("HOME");
	struct stat info;

	if (home == NULL || home[0] == '\0') {
		complain("%s", _("HOME is not set, so there is no folder to look in"));
		return -1;
	}
	if (home[0] != '/') {
		complain(_("HOME must be a path that begins with /, not \"%s\""), home);
		return -1;
	}
	if (stat(home, &info) != 0 || !S_ISDIR(info.st_mode)) {
		complain(_("HOME is %s, and there is no such folder"), home);
		return -1;
	}
	if (writing && geteuid() == 0 && info.st_uid != 0) {
		complain(_("the home folder %s is not root's: run this as yourself, without sudo"),
		    home);
		return -1;
	}
	if (is_made_root()) {
		complain(_("the home folder %s is root's, not yours: run this as yourself, without "
			   "sudo"),
		    home);
		return -1;
	}
	return 0;
}

char *
place_home(const char *below)
{
	const char *home = getenv("HOME");

	return text_format("%s/%s", home != NULL ? home : "", below);
}

/* A path in such a variable counts only if it is absolute (XDG Base Directory Specification). */
static char *
place_xdg(const char *variable, const char *otherwise, const char *below)
{
	const char *base = getenv(variable);
	char *home, *path;

	if (base != NULL && base[0] == '/')
		return text_format("%s/%s", base, below);
	home = place_home(otherwise);
	path = text_format("%s/%s", home, below);
	text_free(&home);
	return path;
}

char *
place_config(const char *below)
{
	return place_xdg("XDG_CONFIG_HOME", ".config", below);
}

char *
place_data(const char *below)
{
	return place_xdg("XDG_DATA_HOME", ".local/share", below);
}

char *
place_state(const char *below)
{
	return place_xdg("XDG_STATE_HOME", ".local/state", below);
}

/* The path of a folder without links, with a slash at its end; the caller frees it. NULL if there
 * is none. */
static char *
find_folder(const char *typed)
{
	char *inside = text_format("%s/.", typed), *path = NULL;
	struct way way;

	if (way_go(&way, inside) == 0 && way.folder >= 0)
		path = text_copy(way.path, strlen(way.path) - strlen("."));
	way_end(&way);
	text_free(&inside);
	return path;
}

char *
place_absolute(const char *typed)
{
	char *found = typed[0] != '/' ? find_folder(typed) : NULL;
	char *path = found != NULL ? found : text_copy(typed, strlen(typed));

	if (path[0] == '/')
		for (size_t length = strlen(path); length > 1 && path[length - 1] == '/';)
			path[--length] = '\0';
	return path;
}
