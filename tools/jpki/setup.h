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
	SETUP_WITH_OPENSC, /* put OpenSC's module back, and nothing else */
};

/* A module as programs see it. */
struct setup_module {
	const char *file; /* its name in the folder of modules */
	const char *name; /* under which it is registered, and shown */
};

/* What becomes of OpenSC's module beside ours. */
struct setup_opensc {
	bool take_out;
	bool at_login; /* the program has it from what the desktop starts */
	bool brief;    /* say where it is, and not what that means */
	unsigned seen; /* how often it is there, and stays */
};

struct setup_request {
	enum setup_action action;
	const char *name;		   /* of the program, as it is typed */
	const char *title;		   /* of the program, as "Firefox" */
	const void *details;		   /* what its registry knows of the program */
	const struct setup_module *module; /* NULL: it needs none */
	char *library;	     /* the module's absolute path; it may be missing if not SETUP_ADD */
	const char *profile; /* --profile as typed, or NULL */
	const char *snap, *flatpak;  /* the program's folders below HOME if it is one, or NULL */
	const char *labels;	     /* --labels as typed, or NULL */
	const char *official;	     /* --official as typed, or NULL */
	const char *const *programs; /* the names of its files if it may have labels; or NULL */
	struct setup_opensc *opensc; /* NULL: it does not matter for the program */
	bool *registered; /* NULL, or set true if SETUP_CHECK finds a module of ours, be it a wrong
			     one */
};

/* Do that with a program, by its name in the table, with the usual profile and modules, for others
 * than the verb. *opensc: what becomes of OpenSC's module; NULL: nothing, it is not looked for.
 * *registered: as above. An exit status. */
int setup_program(
    const char *name, enum setup_action action, struct setup_opensc *opensc, bool *registered);

/* The registries. Each does the request, tells what it did, and gives an exit status. */
int setup_chromium(const struct setup_request *request);
int setup_libreoffice(const struct setup_request *request);
int setup_lines(const struct setup_request *request);
int setup_mozilla(const struct setup_request *request);
int setup_p11kit(const struct setup_request *request);
int setup_portal(const struct setup_request *request);
int setup_reminder(const struct setup_request *request);

/* After one of these, which gave a status: do with OpenSC's module as the request says, where the
 * desktop registers it at each login; and tell what it means that it is beside ours. A status. */
int setup_opensc_finish(const struct setup_request *request, int status);

/* The same for what the tokens are called there. */
int setup_labels(const struct setup_request *request, int status);

/* What setup_mozilla() knows of a program of Mozilla's: where its profiles.ini is. */
struct setup_mozilla_details {
	const char *folder;	   /* below HOME */
	const char *config_folder; /* or below ~/.config; NULL if it is never there */
};
extern const struct setup_mozilla_details setup_firefox, setup_thunderbird;

/* What setup_lines() knows of a program that has no registry: texts for people. */
struct setup_lines_details {
	const char *comment; /* for _(); before the lines, each of its lines behind "# " */
	const char *lines;   /* "@" stands for the module's path, in quotes if it needs them */
	const char *advice;  /* for _(); what to do with the lines */
	const char *undo;    /* for _(); what to delete by hand */
	const char *file;    /* below HOME, where the path should be; or NULL */
	const char *keyword; /* ... as the value of this one, as in ssh_config(5) */
};
extern const struct setup_lines_details setup_java, setup_openvpn, setup_ssh;

#endif
