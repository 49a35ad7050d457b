/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>

#include "file.h"
#include "message.h"
#include "place.h"
#include "registry_nss.h"
#include "verb.h"

/* Where Chromium looks: ~/.pki/nssdb; since some version before 156, if that is no folder,
 * ~/.local/share/pki/nssdb. The first works for all versions, so it is made if none is there; but
 * not if the second is there, which would then be out of sight. To be freed. */
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

/* A link that a running Chromium keeps in its profile. */
static bool
is_running(void)
{
	char *lock = place_config("chromium/SingletonLock");
	bool running = is_there(lock);

	text_free(&lock);
	return running;
}

int
setup_chromium(const struct setup_request *request)
{
	bool changed = false;
	char *folder;
	int status;

	if (request->profile == NULL && place_check(request->action != SETUP_CHECK) != 0)
		return STATUS_FAILED;
	folder = request->profile != NULL ? place_absolute(request->profile) : database();
	status = registry_nss(request, folder, &changed);
	if (changed && is_running())
		tell(_("%s is running: restart it."), request->title);
	text_free(&folder);
	return status;
}
