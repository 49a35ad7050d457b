/* SPDX-License-Identifier: BSD-2-Clause */
/* The verbs of the command line: jpki VERB [OPTION]... [WORD]... What they take is data, from which
 * the help, and what a shell completes, is made. */
#ifndef JPKI_TOOL_VERB_H
#define JPKI_TOOL_VERB_H

#include <stdbool.h>
#include <stddef.h>

#include "exit_status.h"

/* All options of all verbs; the table in verb.c has a row for each, in this order. */
enum option_id {
	OPTION_NONE, /* ends a list */
	OPTION_READER,
	OPTION_JSON,
	OPTION_PIN_FD,
	OPTION_LAST_TRY,
	OPTION_OUTPUT,
	OPTION_FORCE,
	OPTION_PEM,
	OPTION_DER,
	OPTION_TEXT,
	OPTION_WEAK,
	OPTION_SIGN,
	OPTION_REMIND,
	OPTION_REMOVE,
	OPTION_CHECK,
	OPTION_PROFILE,
	OPTION_MODULES,
	OPTION_WITHOUT_OPENSC,
	OPTION_WITH_OPENSC,
	OPTION_FIX,
	OPTION_UNFIX,
	OPTION_REPORT,
	OPTION_LABELS,
	OPTION_OFFICIAL,
	OPTION_CA,
	OPTION_CA_DIR,
	OPTION_NO_PIN,
	OPTION_OCSP,
	OPTION_OCSP_URL,
	OPTION_CRL,
	OPTION_FILE,
	OPTION_DETACHED,
	OPTION_AUTH,
	OPTION_CONTENT,
	OPTION_CARD,
	OPTION_COUNT,
};

/* An option; its texts are for _(). */
struct option_row {
	const char *name;
	const char *value; /* what the value is; NULL: there is none */
	const char *help;
};

/* What a person has typed behind a verb. */
struct words {
	const struct verb *verb;
	const char *value[OPTION_COUNT]; /* NULL: not given; "" where an option has no value */
	char **word;			 /* what is no option */
	int count;
};

struct verb {
	const char *name;
	const char *summary; /* a line, for _() */
	const char *usage;   /* what comes behind the name, for _() */
	const char *about;   /* lines of the help, for _() */
	const enum option_id *options;
	int words_max;
	/* An exit status. */
	int (*run)(const struct words *words);
	/* Lines behind those of the options; may be NULL. */
	void (*more_help)(void);
	/* The i-th of what a word that its usage has in capitals (not FILE, not FOLDER) can be, and
	 * a text about it, for _(); NULL: these were all. May be NULL. */
	const char *(*name_at)(size_t i, const char **text);
};

extern const struct verb verb_cache, verb_card, verb_cert, verb_check, verb_doctor, verb_pdf,
    verb_pin, verb_setup, verb_sign, verb_status, verb_verify, verb_watch;

/* The one of that name in a list that NULL ends; NULL: there is none. */
const struct verb *verb_find(const struct verb *const *verbs, const char *name);

/* Do what is typed: argv[0] is the verb's name. An exit status. */
int verb_run(const struct verb *verb, int argc, char **argv);

void verb_help(const struct verb *verb);

const struct option_row *verb_option(enum option_id id);

/* Tell what is wrong with the words of a verb and where its help is; STATUS_USAGE. */
__attribute__((format(printf, 2, 3))) int verb_misused(
    const struct words *words, const char *format, ...);

/* Whether an option was given. */
bool verb_has(const struct words *words, enum option_id id);

/* The options that exclude each other: at most one of a list that OPTION_NONE ends was given. Else
 * false, and that was told. */
bool verb_one_of(const struct words *words, const enum option_id *ids);

/* The options that go with a word or an option, `what`: no other one was given than those of a list
 * that OPTION_NONE ends. Else false, and that was told: it would do nothing. */
bool verb_only(const struct words *words, const char *what, const enum option_id *ids);

/* An option was given only where the other one was, without which it would do nothing. Else false,
 * and that was told. */
bool verb_needs(const struct words *words, enum option_id id, enum option_id other);

#endif
