/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confined.h"
#include "file.h"
#include "message.h"
#include "place.h"
#include "registry_nss.h"
#include "text.h"
#include "verb.h"

/* The folder where Chromium looks: ~/.pki/nssdb; since some version before 156, if that is not a
 * folder, ~/.local/share/pki/nssdb. All versions use the first, so it is made if neither exists;
 * but not if the second exists, which would then be ignored. The caller frees it. */
static char *
database(void)
{
	char *folder = place_home(".pki/nssdb");
	char *newer = place_data("pki/nssdb");

	if (!is_folder(folder) && is_folder(newer)) {
		text_free(&folder);
		return newer;
	}
	text_free(&newer);
	return folder;
}

/* Is Chromium running? Then its profile has a link to "HOST-PROCESS"; it stays if Chromium is
 * killed. */
static bool
is_running(void)
{
	char *lock = place_config("chromium/SingletonLock");
	char target[256] = "";
	const char *dash;
	ssize_t length = readlink(lock, target, sizeof(target) - 1);
	long process = 0;

	text_free(&lock);
	dash = length > 0 ? strrchr(target, '-') : NULL;
	if (dash != NULL)
		process = strtol(dash + 1, NULL, 10);
	return process > 1 && (kill((pid_t)process, 0) == 0 || errno == EPERM);
}

/* Whether a Chromium or Chrome was ever started, other than as a snap or flatpak. */
static bool
is_known(const char *folder)
{
	char *chromium = place_config("chromium"), *chrome = place_config("google-chrome");
	bool known = is_folder(folder) || is_folder(chromium) || is_folder(chrome);

	text_free(&chromium);
	text_free(&chrome);
	return known;
}

static int
do_folder(const struct setup_request *request, const char *folder)
{
	bool changed;
	int status = registry_nss(request, folder, NSS_OF_ITS_OWN, &changed);

	if (changed && is_running())
		tell(_("%s is running: restart it."), request->title);
	return status;
}

int
setup_chromium(const struct setup_request *request)
{
	bool typed = request->profile != NULL;
	char *folder;
	int status;

	if (!typed && place_check(request->action != SETUP_CHECK) != 0)
		return STATUS_FAILED;
	folder = typed ? place_absolute(request->profile) : database();
	if (typed && !is_folder(folder)) {
		complain(_("there is no folder %s"), folder);
		status = STATUS_FAILED;
	} else if (typed ? confined_folder(request, folder)
			 : !is_known(folder) && confined_only(request)) {
		status = STATUS_FAILED;
	} else {
		status = do_folder(request, folder);
		if (!typed)
			confined_too(request);
	}
	text_free(&folder);
	return status;
}
