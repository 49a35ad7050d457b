/* SPDX-License-Identifier: BSD-2-Clause */
/* The verbs of the command line: jpki VERB [OPTION]... [WORD]... What they accept is data, from
 * which help and completion are made. */
#ifndef JPKI_TOOL_VERB_H
#define JPKI_TOOL_VERB_H

#include <stdbool.h>
#include <stddef.h>

#include "exit_status.h"

/* All options of all verbs. */
enum option_id {
	OPTION_NONE, /* ends a list */
#define OPTION(id, name, value, help) OPTION_##id,
#include "options.h"
#undef OPTION
	OPTION_COUNT,
};

/* An option; its texts are for _(). */
struct option_row {
	const char *name;
	const char *value; /* name of its value; NULL: it has none */
	const char *help;
};

/* What was typed after a verb. */
struct words {
	const struct verb *verb;
	const char *value[OPTION_COUNT]; /* NULL: not given; "": given, and without a value */
	char **word;			 /* the words that are no options */
	int count;
};

struct verb {
	const char *name;
	const char *summary; /* a line, for _() */
	const char *usage;   /* what follows the name, for _() */
	const char *about;   /* lines of the help, for _() */
	const enum option_id *options;
	int words_max;
	/* Returns an exit status. */
	int (*run)(const struct words *words);
	/* Print lines after those of the options; may be NULL. */
	void (*more_help)(void);
	/* The i-th possible value of a word that the usage has in capitals (not FILE or FOLDER),
	 * and a text about it, for _(); NULL after the last. May be NULL. */
	const char *(*name_at)(size_t i, const char **text);
};

#define VERB(name) extern const struct verb verb_##name;
#include "verbs.h"
#undef VERB

/* The verb of that name in a list that ends with NULL; NULL if there is none. */
const struct verb *verb_find(const struct verb *const *verbs, const char *name);

/* Run a verb with what was typed; argv[0] is its name. Returns an exit status. */
int verb_run(const struct verb *verb, int argc, char **argv);

void verb_help(const struct verb *verb);

const struct option_row *verb_option(enum option_id id);

/* Tell what is wrong with the words of a verb, and where its help is. Returns STATUS_USAGE. */
__attribute__((format(printf, 2, 3))) int verb_misused(
    const struct words *words, const char *format, ...);

/* Whether an option was given. */
bool verb_has(const struct words *words, enum option_id id);

/* Check that at most one of these options was given; the list ends with OPTION_NONE. False after
 * telling that there were more. */
bool verb_one_of(const struct words *words, const enum option_id *ids);

/* Check that only options of this list, which ends with OPTION_NONE, were given with `what`, a
 * word or an option. False after telling which one would do nothing. */
bool verb_only(const struct words *words, const char *what, const enum option_id *ids);

/* Check that an option was given only together with another, without which it would do nothing.
 * False after telling so. */
bool verb_needs(const struct words *words, enum option_id id, enum option_id other);

#endif
