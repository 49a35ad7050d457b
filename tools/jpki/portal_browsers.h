/* SPDX-License-Identifier: BSD-2-Clause */
/* The browsers whose extensions may start jpki-portal-host, and the folder in which each looks for
 * programs that an extension may start ("native messaging"). */
#ifndef JPKI_TOOL_PORTAL_BROWSERS_H
#define JPKI_TOOL_PORTAL_BROWSERS_H

#include <stdbool.h>

#include "portal_ids.h"
#include "setup.h"

struct portal_browser {
	const char *title;
	enum portal_kind kind;
	const char *const *files;   /* names of its program */
	const char *folder;	    /* of a Chromium: its settings, below ~/.config */
	const char *snap, *flatpak; /* its folders there, below HOME; or NULL */
	const char *page;	    /* the page that shows its extensions */
	bool own_words;		    /* its windows use other words than Chromium's */
	/* Its folders for all users, as Debian's browsers have them; or NULL. */
	const char *system_manifests, *system_extension;
};

/* All of them; the last one has no title. */
extern const struct portal_browser portal_browsers[];

/* How it is installed. */
enum portal_presence {
	PORTAL_ABSENT,
	PORTAL_THERE,
	PORTAL_BY_SERVICE, /* confined, but a service of the desktop starts programs for it */
	PORTAL_IN_BOX,	   /* confined, and cannot start programs of the computer */
};

/* *box is "snap" or "flatpak" if it is installed as one, even beside another installation;
 * otherwise NULL. */
enum portal_presence portal_browser_presence(
    const struct portal_browser *browser, const char **box);

/* The folder of its manifests; the caller frees it. */
char *portal_browser_manifests(const struct portal_browser *browser);

#endif
