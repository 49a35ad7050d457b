/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki setup: what its parts know of each other. A registry is a kind of place where a program
 * looks for modules; a program is a row of a table in setup.c. */
#ifndef JPKI_TOOL_SETUP_H
#define JPKI_TOOL_SETUP_H

#include <stdbool.h>

enum setup_action {
	SETUP_ADD,
	SETUP_CHECK,
	SETUP_REMOVE,
};

/* A module as programs see it. */
struct setup_module {
	const char *file; /* its name in the folder of modules */
	const char *name; /* under which it is registered, and shown */
};

struct setup_request {
	enum setup_action action;
	const char *title;   /* of the program, as "Firefox" */
	const void *details; /* what its registry knows of the program */
	const struct setup_module *module;
	char *library;	     /* the module's absolute path; it may be missing if not SETUP_ADD */
	const char *profile; /* --profile as typed, or NULL */
};

/* The registries. Each does the request, tells what it did, and gives an exit status. */
int setup_mozilla(const struct setup_request *request);
int setup_chromium(const struct setup_request *request);

/* What setup_mozilla() knows of a program of Mozilla's: paths below the home folder. */
struct setup_mozilla_details {
	const char *folder;	   /* of profiles.ini */
	const char *config_folder; /* the same below ~/.config; NULL if it is never there */
	const char *snap, *flatpak;
};
extern const struct setup_mozilla_details setup_firefox, setup_thunderbird;

#endif
