/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki setup: the interface between its parts. A registry is a kind of place where programs look
 * for modules; a program is a row of a table in setup.c. */
#ifndef JPKI_TOOL_SETUP_H
#define JPKI_TOOL_SETUP_H

#include <stdbool.h>

enum setup_action {
	SETUP_ADD,
	SETUP_CHECK,
	SETUP_REMOVE,
	SETUP_WITH_OPENSC, /* only put OpenSC's module back */
};

/* A module, as programs see it. */
struct setup_module {
	const char *file; /* its file name in the folder of modules */
	const char *name; /* the name under which it is registered and shown */
};

/* What to do with OpenSC's module beside ours. */
struct setup_opensc {
	bool take_out;
	bool at_login; /* the program gets it from a program that the desktop starts */
	bool brief;    /* tell where it is, but not what that means */
	unsigned seen; /* number of places where it was found, and stays */
};

struct setup_request {
	enum setup_action action;
	const char *name;		   /* of the program, as typed */
	const char *title;		   /* of the program, such as "Firefox" */
	const void *details;		   /* data of its registry about the program */
	const struct setup_module *module; /* NULL: it needs none */
	char *library; /* the module's absolute path; the file may be missing if not SETUP_ADD */
	const char *profile;	     /* --profile as typed, or NULL */
	const char *snap, *flatpak;  /* its folders as snap and flatpak below HOME, or NULL */
	const char *labels;	     /* --labels as typed, or NULL */
	const char *official;	     /* --official as typed, or NULL */
	const char *const *programs; /* names of its files if it can have labels; or NULL */
	struct setup_opensc *opensc; /* NULL: it does not concern the program */
	bool *registered; /* NULL, or set to true if SETUP_CHECK finds a module of ours, even a
			     wrong one */
};

/* Do that action for a program, by its name in the table, with the usual profile and modules; for
 * callers other than the verb. *opensc: what to do with OpenSC's module; NULL: it is not looked
 * for. *registered: as in struct setup_request. Returns an exit status. */
int setup_program(
    const char *name, enum setup_action action, struct setup_opensc *opensc, bool *registered);

/* The registries. Each does the request, tells what it did, and returns an exit status. */
int setup_chromium(const struct setup_request *request);
int setup_libreoffice(const struct setup_request *request);
int setup_lines(const struct setup_request *request);
int setup_mozilla(const struct setup_request *request);
int setup_p11kit(const struct setup_request *request);
int setup_portal(const struct setup_request *request);
int setup_reminder(const struct setup_request *request);

/* After one of these functions, with its status: handle the OpenSC module that the desktop
 * registers at each login, as the request says, and tell what it means that it is beside ours.
 * Returns a status. */
int setup_opensc_finish(const struct setup_request *request, int status);

/* After one of these functions, with its status: set, check or remove the labels of the tokens for
 * that program. Returns a status. */
int setup_labels(const struct setup_request *request, int status);

/* Data of setup_mozilla() about a program of Mozilla: where its profiles.ini is. */
struct setup_mozilla_details {
	const char *folder;	   /* below HOME */
	const char *config_folder; /* or below ~/.config; NULL: never there */
};
extern const struct setup_mozilla_details setup_firefox, setup_thunderbird;

/* Data of setup_lines() about a program that has no registry: texts for people. */
struct setup_lines_details {
	const char *comment; /* for _(); printed before the lines, each of its lines after "# " */
	const char *lines;   /* "@" is replaced by the module's path, in quotes if it needs them */
	const char *advice;  /* for _(); what to do with the lines */
	const char *undo;    /* for _(); what to delete by hand */
	const char *file;    /* the file below HOME that should name the module; or NULL */
	const char *keyword; /* ... as the value of this keyword, as in ssh_config(5) */
};
extern const struct setup_lines_details setup_java, setup_openvpn, setup_ssh;

#endif
