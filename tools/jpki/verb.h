/* SPDX-License-Identifier: BSD-2-Clause */
/* The verbs of the command line: jpki VERB [OPTION]... [ARGUMENT]... */
#ifndef JPKI_TOOL_VERB_H
#define JPKI_TOOL_VERB_H

#include <getopt.h>

#include "exit_status.h"

struct verb {
	const char *name;
	const char *summary; /* a line, for _() */
	/* argv[0] is the verb's name. An exit status. */
	int (*run)(int argc, char **argv);
	void (*help)(void);
};

extern const struct verb verb_setup;

/* Each verb has this option, and may have others with codes from OPTION_OWN. */
#define OPTION_HELP_ROW                                                                            \
	{                                                                                          \
		"help", no_argument, NULL, 'h'                                                     \
	}
enum { OPTION_OWN = 256 };

/* The next option of a verb, as getopt_long gives it: its code, or -1 where there is no more.
 * '?' for one that is not understood, which was told then. */
int verb_option(int argc, char **argv, const struct option *options);

/* Tell what is wrong with the words of a verb and where its help is; STATUS_USAGE. */
__attribute__((format(printf, 2, 3))) int verb_misused(const char *verb, const char *format, ...);

#endif
