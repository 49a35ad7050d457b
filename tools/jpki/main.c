/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "columns.h"
#include "completion.h"
#include "failure_json.h"
#include "json.h"
#include "message.h"
#include "startup.h"
#include "verb.h"

static const struct verb *const verbs[] = {
#define VERB(name) &verb_##name,
#include "verbs.h"
#undef VERB
    NULL,
};

/* The column at which the summaries of the verbs begin. */
#define NAME_COLUMN 13

static void
print_help(void)
{
	tell("%s", _("Usage: jpki VERB [OPTION]... [ARGUMENT]...\n"
		     "       jpki help VERB\n"
		     "       jpki --version\n\n"
		     "The My Number card on this computer.\n\n"
		     "Verbs:"));
	for (size_t i = 0; verbs[i] != NULL; i++)
		columns_row(2, NAME_COLUMN, verbs[i]->name, _(verbs[i]->summary));
	columns_row(2, NAME_COLUMN, "help", _("tell more about a verb"));
	tell("%s",
	    _("\nThe exit status is 0 if it was done, 1 if it could not be done or, of a check,\n"
	      "if something is missing, 2 if the command line was not understood, 3 if there is\n"
	      "no card to ask, 4 if the PIN was not accepted, and 5 if a check cannot tell."));
}

static int
misused(void)
{
	advise("%s", _("\"jpki --help\" lists the verbs."));
	return STATUS_USAGE;
}

static int
unknown_verb(const char *word)
{
	if (word[0] == '-')
		complain(_("the option %s is not understood"), word);
	else
		complain(_("there is no verb \"%s\""), word);
	return misused();
}

static int
too_much(const char *word)
{
	complain(_("\"%s\" is too much here"), word);
	return misused();
}

static int
help(int argc, char **argv)
{
	const struct verb *verb;

	if (argc < 2) {
		print_help();
		return STATUS_DONE;
	}
	if (strcmp(argv[1], "--words") ==
	    0) { /* used by the shell scripts in tools/jpki/completion */
		completion_print(verbs, argc - 2, argv + 2);
		return STATUS_DONE;
	}
	verb = verb_find(verbs, argv[1]);
	if (verb == NULL)
		return unknown_verb(argv[1]);
	if (argc > 2)
		return too_much(argv[2]);
	verb_help(verb);
	return STATUS_DONE;
}

static int
dispatch(int argc, char **argv)
{
	const struct verb *verb;

	if (argc < 1) {
		complain("%s", _("a verb is missing"));
		return misused();
	}
	if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0 ||
	    strcmp(argv[0], "help") == 0)
		return help(argc, argv);
	if (strcmp(argv[0], "--version") == 0 || strcmp(argv[0], "-V") == 0) {
		if (argc > 1)
			return too_much(argv[1]);
		tell("jpki %s", JPKI_VERSION);
		return STATUS_DONE;
	}
	verb = verb_find(verbs, argv[0]);
	if (verb == NULL)
		return unknown_verb(argv[0]);
	return verb_run(verb, argc, argv);
}

/* Does the command line ask for JSON? Found even if the options are not understood; getopt_long()
 * also accepts the beginning of the word. */
static bool
wants_json(char **argv)
{
	for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++) {
		size_t length =
		    strcspn(*argv, "="); /* --json takes no value, but that error is in JSON too */

		if (length > strlen("--") && strncmp("--json", *argv, length) == 0)
			return true;
	}
	return false;
}

int
main(int argc, char **argv)
{
	int status;

	startup_streams();
	if (wants_json(argv))
		json_expect();
	startup_language();
	status = dispatch(argc - 1, argv + 1);
	if (json_is_expected() && status != STATUS_DONE && !json_is_printed())
		failure_json_print(status);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("%s", _("what was to be said could not be written"));
		status = STATUS_FAILED;
	}
	return status;
}
