/* SPDX-License-Identifier: BSD-2-Clause */
/* The browsers whose extensions may start jpki-portal-host, each with the folder in which it looks
 * for the programs that an extension may start ("native messaging"). */
#ifndef JPKI_TOOL_PORTAL_BROWSERS_H
#define JPKI_TOOL_PORTAL_BROWSERS_H

#include <stdbool.h>

#include "portal_ids.h"
#include "setup.h"

struct portal_browser {
	const char *title;
	enum portal_kind kind;
	const char *const *files;   /* the names of its program */
	const char *folder;	    /* of a Chromium: its own, below ~/.config */
	const char *snap, *flatpak; /* its folders there, below HOME; or NULL */
	const char *page;	    /* where it shows extensions */
	bool own_words;		    /* its windows are not in Chromium's words */
};

/* All of them; one without a title ends it. */
extern const struct portal_browser portal_browsers[];

/* How it is there. */
enum portal_presence {
	PORTAL_ABSENT,
	PORTAL_THERE,
	PORTAL_BY_SERVICE, /* a box from which a service of the desktop starts programs */
	PORTAL_IN_BOX,	   /* a box that starts no program of the computer */
};

/* *box is "snap" or "flatpak" if it is there as one, be it beside another one; or NULL. */
enum portal_presence portal_browser_presence(
    const struct portal_browser *browser, const char **box);

/* Where its manifests are; to be freed. */
char *portal_browser_manifests(const struct portal_browser *browser);

#endif
