/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "confined.h"
#include "file.h"
#include "message.h"
#include "place.h"
#include "text.h"

static bool
is_below_home(const char *folder)
{
	char *path;
	bool is;

	if (folder == NULL)
		return false;
	path = place_home(folder);
	is = is_folder(path);
	text_free(&path);
	return is;
}

const char *
confined_box(const struct setup_request *request)
{
	if (is_below_home(request->snap))
		return "snap";
	return is_below_home(request->flatpak) ? "flatpak" : NULL;
}

static void
explain(const struct setup_request *request, const char *box)
{
	complain(_("this %s is a %s: it runs in a box, and sees neither the module nor the PC/SC "
		   "service of this computer"),
	    request->title, box);
	advise(_("Install %s as a package of the distribution (deb), start it once, and run this "
		 "again."),
	    request->title);
}

bool
confined_only(const struct setup_request *request)
{
	const char *box = confined_box(request);

	if (box != NULL)
		explain(request, box);
	return box != NULL;
}

void
confined_too(const struct setup_request *request)
{
	const char *box = confined_box(request);

	if (box != NULL)
		tell(_("%s is also there as a %s, which cannot use the card: it runs in a box."),
		    request->title, box);
}

bool
confined_folder(const struct setup_request *request, const char *folder)
{
	char *snap = place_home("snap/"), *flatpak = place_home(".var/app/");
	const char *box = NULL;

	if (strncmp(folder, snap, strlen(snap)) == 0)
		box = "snap";
	else if (strncmp(folder, flatpak, strlen(flatpak)) == 0)
		box = "flatpak";
	text_free(&snap);
	text_free(&flatpak);
	if (box != NULL)
		explain(request, box);
	return box != NULL;
}
