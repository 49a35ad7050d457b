/* SPDX-License-Identifier: BSD-2-Clause */
#include "file.h"
#include "message.h"
#include "portal_advice.h"
#include "portal_files.h"
#include "text.h"

static int
check_there(const char *path)
{
	if (is_there(path))
		return 0;
	complain(_("the extension is not installed on this computer: %s does not exist"), path);
	return -1;
}

void
portal_tell_signed(void)
{
	tell("%s", _("Firefox as Mozilla gives it out takes for good only what Mozilla has signed, "
		     "which this extension is not."));
}

/* Tell how to install the extension, which Mozilla has not signed; ESR can be set to accept it. */
static void
advise_mozilla(const struct portal_browser *browser, const char *path)
{
	tell(_("%s: the extension is not there yet. Choose one of two ways:"), browser->title);
	tell("%s", _("1. Firefox ESR, as Debian has it: open about:config and set "
		     "xpinstall.signatures.required to false. Then open about:addons, and behind "
		     "the cog wheel choose \"Install Add-on From File...\"."));
	tell("%s", _("2. Any Firefox, but only until it is closed: open "
		     "about:debugging#/runtime/this-firefox and choose \"Load Temporary "
		     "Add-on...\"."));
	tell(_("In both cases take this file: %s"), path);
	portal_tell_signed();
}

/* Tell how to install the extension. The Japanese words are those of Chromium's own translation,
 * which Edge does not use. */
static void
advise_chromium(const struct portal_browser *browser, const char *path)
{
	tell(_("%s: the extension is not there yet. Open %s:"), browser->title, browser->page);
	if (browser->own_words)
		tell("%s", _("turn on the mode for developers, and load the unpacked extension."));
	else
		tell("%s", _("turn on \"Developer mode\", which has to stay on, and click \"Load "
			     "unpacked\"."));
	tell(_("Take this folder: %s"), path);
}

int
portal_advise(const struct portal_browser *browser)
{
	bool mozilla = browser->kind == PORTAL_MOZILLA;
	char *path = mozilla ? portal_xpi_path() : portal_unpacked_path();
	int result = check_there(path);

	if (result == 0 && mozilla)
		advise_mozilla(browser, path);
	else if (result == 0)
		advise_chromium(browser, path);
	text_free(&path);
	return result;
}

void
portal_tell_box(
    const struct portal_browser *browser, enum portal_presence presence, const char *box)
{
	if (box == NULL)
		return;
	if (presence == PORTAL_BY_SERVICE) {
		tell(_("%s: it is a %s, which runs in a box. On Ubuntu a service of the desktop "
		       "starts the program for it, and asks you first; the makers of jpki have not "
		       "tried that."),
		    browser->title, box);
	} else if (presence == PORTAL_THERE) {
		tell(_("%s is also there as a %s, which runs in a box, and cannot start the "
		       "program."),
		    browser->title, box);
	} else {
		complain(_("this %s is a %s: it runs in a box, and cannot start a program of this "
			   "computer"),
		    browser->title, box);
		advise(_("Install %s as a package of the distribution (deb), start it once, and "
			 "run this again."),
		    browser->title);
	}
}
