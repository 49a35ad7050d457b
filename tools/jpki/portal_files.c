/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "build_folder.h"
#include "file.h"
#include "message.h"
#include "portal_files.h"
#include "program.h"
#include "text.h"

/* How long the program may take to print its version, in seconds. */
#define PATIENCE 10

/* The path below the build folder, if there is one; otherwise below the installed folder. */
static char *
find(const char *built, const char *installed, const char *name, const char *installed_name)
{
	char *folder = build_folder(built);
	char *path = folder != NULL ? text_format("%s/%s", folder, name)
				    : text_format("%s/%s", installed, installed_name);

	text_free(&folder);
	return path;
}

char *
portal_host_path(void)
{
	return find(
	    "/tools/mynaportal/host", JPKI_PROGRAM_FOLDER, "jpki-portal-host", "jpki-portal-host");
}

char *
portal_xpi_path(void)
{
	return find(
	    "/tools/mynaportal/extension", JPKI_DATA_FOLDER, "jpki-portal.xpi", "jpki-portal.xpi");
}

char *
portal_unpacked_path(void)
{
	return find(
	    "/tools/mynaportal/extension", JPKI_DATA_FOLDER, "unpacked", "portal-extension");
}

/* Whether it can print its version, which needs no browser and no card. */
static bool
runs(const char *path)
{
	char *argv[] = {text_format("%s", path), text_format("--version"), NULL};
	bool well = program_run_silently(argv, PATIENCE) == PROGRAM_DONE;

	for (size_t i = 0; argv[i] != NULL; i++)
		text_free(&argv[i]);
	return well;
}

int
portal_host_check(const char *path)
{
	if (access(path, X_OK) != 0) {
		complain(_("cannot run %s: %s"), path, strerror(errno));
		advise("%s", _("Install the program that the browser starts (jpki-portal-host)."));
		return -1;
	}
	if (!runs(path)) {
		complain(_("%s does not run: \"%s --version\" tells more"), path, path);
		return -1;
	}
	return 0;
}
