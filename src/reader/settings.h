/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_SETTINGS_H
#define READER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"

/*
 * The settings, from INI files: the one that JPKI_CONFIG names, or without that variable
 * SYSCONFDIR/jpki/jpki.conf and then jpki/jpki.conf in $XDG_CONFIG_HOME or ~/.config. Values of the
 * second file take precedence; those of JPKI_LOG (a level) and JPKI_LOG_FILE over all files. A
 * program with more rights than its user reads neither these variables nor the user's file.
 *
 * A section may be for a program alone, by the name of its file: [signature soffice.bin]. Its
 * values take precedence over those that the same file has for all programs.
 */

/* Whether tokens offer RSA-PSS. */
enum pss_setting {
	PSS_AUTO, /* until the card refuses it */
	PSS_ON,	  /* always */
	PSS_OFF,  /* never: programs fall back to PKCS#1 and TLS 1.2 */
};

/* The language in which tokens are named. */
enum labels_setting {
	LABELS_EN, /* as scripts and addresses (pkcs11:token=...) have them */
	LABELS_JA, /* in Japanese, and saying what the PIN looks like */
	LABELS_COUNT,
};

#define SETTINGS_PATH_SIZE 1024
#define SETTINGS_PROGRAM_SIZE 64
/* The longest window, in seconds: a day. */
#define SETTINGS_WINDOW_MAX 86400
/* The largest file taken, in bytes. */
#define SETTINGS_FILE_MAX 65536

struct settings {
	/* How long after a login signatures need no further PIN, in ms; 0: each needs its own. */
	uint64_t signature_window_ms;
	enum pss_setting pss;
	enum labels_setting labels;
	/*
	 * Does the signature token carry the public-certificates profile? It keeps browsers from
	 * asking for its password, though its own certificate is private.
	 */
	bool public_certificates_profile;
	/* Does the guard lock the card if the application is killed? */
	bool guard;
	bool cache; /* is what is public on a card kept in files (cache.h)? */
	enum log_level log_level;
	char log_file[SETTINGS_PATH_SIZE];   /* "": standard error */
	char program[SETTINGS_PROGRAM_SIZE]; /* whose sections are taken. No file changes it. */
	unsigned roles; /* which keys are wanted: bits, 1 << role. No file changes it. */
};

/* What a file can say: a row of this table a setting, and all that goes through the settings goes
 * by the table. */
struct setting {
	const char *section, *name;
	/* Takes a value for its member of struct settings; false if the value makes no sense. */
	bool (*set)(void *member, const char *value);
	const char *values;  /* which make sense, for a complaint */
	size_t offset, size; /* of the member. Equal values are equal in each byte. */
};
extern const struct setting settings_known[];
extern const size_t settings_known_count;

/* The settings in force, loaded when the library was started. */
extern struct settings settings_now;

/* The defaults. */
extern const struct settings settings_default;

/*
 * Take settings from the text of a file, `length` bytes that need no terminator. A setting that the
 * text does not name, or names with a value that makes no sense, keeps its value; the latter is
 * logged as a complaint about `source`. Returns the number of complaints.
 */
unsigned settings_parse(
    const char *text, size_t length, const char *source, struct settings *settings);

/* Load the defaults, then the files, then the environment. */
void settings_load(struct settings *settings);

#endif
