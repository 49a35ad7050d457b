/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "confined.h"
#include "file.h"
#include "message.h"
#include "place.h"
#include "profile_groups.h"
#include "profiles.h"
#include "registry_nss.h"
#include "text.h"
#include "verb.h"
#include "way.h"

const struct setup_mozilla_details setup_firefox = {
    .folder = ".mozilla/firefox", .config_folder = "mozilla/firefox", /* since Firefox 147 */
};
const struct setup_mozilla_details setup_thunderbird = {
    .folder = ".thunderbird",
};

/* Is the profile in use? A running program holds a lock on a file in it; the file itself stays. */
static bool
is_in_use(const char *folder)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char *path = text_format("%s/.parentlock", folder);
	struct way way;
	int number = way_go(&way, path) == 0 ? way_open(&way) : -1;
	bool used = number >= 0 && fcntl(number, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;

	if (number >= 0)
		(void)close(number);
	way_end(&way);
	text_free(&path);
	return used;
}

static int
do_profile(const struct setup_request *request, const char *folder)
{
	bool changed = false;
	int status;

	if (!is_folder(folder)) {
		complain(_("there is no folder %s"), folder);
		return STATUS_FAILED;
	}
	status = registry_nss(request, folder, NSS_OF_A_PROFILE, &changed);
	if (changed && is_in_use(folder))
		tell(_("%s is running with this profile: restart it."), request->title);
	return status;
}

/* The results for the profiles so far. */
struct outcome {
	size_t listed, known, done;
	int status;
};

/* Do the request for the profiles in use, or those with the name that was typed. */
static void
do_profiles(
    const struct setup_request *request, const struct profiles *profiles, struct outcome *outcome)
{
	for (size_t i = 0; i < profiles->count; i++) {
		const struct profile *row = &profiles->rows[i];
		bool exists = is_folder(row->folder);
		bool wanted = request->profile != NULL ? profiles_is_named(row, request->profile)
						       : exists && profiles_is_used(profiles, row);

		outcome->listed++;
		outcome->known += exists;
		if (!wanted)
			continue;
		outcome->done++;
		if (do_profile(request, row->folder) != STATUS_DONE)
			outcome->status = STATUS_FAILED;
	}
}

/* Do the request for the profiles listed in a folder. */
static void
do_list(const struct setup_request *request, char *folder, struct outcome *outcome)
{
	struct profiles profiles = {0};

	if (profiles_read(&profiles, folder) != 0 || profile_groups_read(&profiles, folder) != 0)
		outcome->status = STATUS_FAILED;
	else
		do_profiles(request, &profiles, outcome);
	profiles_free(&profiles);
	text_free(&folder);
}

/* There is no profile. For --remove that is no error: nothing is registered. */
static int
nothing_there(const struct setup_request *request, const struct outcome *outcome)
{
	if (confined_only(request))
		return STATUS_FAILED;
	if (outcome->listed > 0) {
		complain(_("%s has a list of profiles, but none of them is there: bring them back, "
			   "or start it once, then run this again"),
		    request->title);
		return STATUS_FAILED;
	}
	if (request->action == SETUP_REMOVE) {
		tell(_("%s: not registered; it has no profile yet."), request->title);
		return STATUS_DONE;
	}
	complain(_("%s has no profile yet: start it once, then run this again"), request->title);
	return STATUS_FAILED;
}

static int
none_done(const struct setup_request *request, const struct outcome *outcome)
{
	if (request->profile != NULL)
		complain(_("%s has no profile of the name \"%s\", and it is no folder"),
		    request->title, request->profile);
	else if (outcome->known == 0)
		return nothing_there(request, outcome);
	else
		complain(_("%s has several profiles, and none is the default one: choose one with "
			   "--profile"),
		    request->title);
	return STATUS_FAILED;
}

/* Do the request for the profile whose folder was typed. */
static int
do_typed(const struct setup_request *request)
{
	char *folder = place_absolute(request->profile);
	int status = confined_folder(request, folder) ? STATUS_FAILED : do_profile(request, folder);

	text_free(&folder);
	return status;
}

int
setup_mozilla(const struct setup_request *request)
{
	const struct setup_mozilla_details *details = request->details;
	struct outcome outcome = {.status = STATUS_DONE};

	if (request->profile != NULL && strchr(request->profile, '/') != NULL)
		return do_typed(request);
	if (place_check(request->action != SETUP_CHECK) != 0)
		return STATUS_FAILED;
	do_list(request, place_home(details->folder), &outcome);
	if (details->config_folder != NULL)
		do_list(request, place_config(details->config_folder), &outcome);
	if (outcome.done == 0 && outcome.status == STATUS_DONE)
		return request->profile != NULL && is_folder(request->profile)
			   ? do_typed(request)
			   : none_done(request, &outcome);
	if (request->profile == NULL)
		confined_too(request);
	return outcome.status;
}
