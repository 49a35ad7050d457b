/* SPDX-License-Identifier: BSD-2-Clause */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "columns.h"
#include "descriptor_option.h"
#include "message.h"
#include "text.h"
#include "verb.h"

/* The value that getopt returns for the first row of the table; lower values are letters. */
#define CODES 256

static const struct option_row rows[OPTION_COUNT] = {
#define OPTION(id, name, value, help) [OPTION_##id] = {name, value, help},
#include "options.h"
#undef OPTION
};

int
verb_misused(const struct words *words, const char *format, ...)
{
	const char *verb = words->verb->name;
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = text_format_list(format, arguments);
	va_end(arguments);
	complain("%s: %s", verb, text);
	text_free(&text);
	/* TRANSLATORS: %s is a verb, as "setup". */
	advise(_("\"jpki help %s\" tells more."), verb);
	return STATUS_USAGE;
}

const struct verb *
verb_find(const struct verb *const *verbs, const char *name)
{
	for (; *verbs != NULL; verbs++)
		if (strcmp((*verbs)->name, name) == 0)
			return *verbs;
	return NULL;
}

/* Rows for getopt_long(), for the options of a verb and --help. */
static void
list_options(const struct verb *verb, struct option *options)
{
	*options++ = (struct option){"help", no_argument, NULL, 'h'};
	for (const enum option_id *id = verb->options; *id != OPTION_NONE; id++)
		*options++ = (struct option){rows[*id].name,
		    rows[*id].value != NULL ? required_argument : no_argument, NULL,
		    CODES + (int)*id};
	*options = (struct option){0};
}

/* The word that getopt_long() will read next; it skips words that are no options. */
static const char *
next_option(char **argv)
{
	int i = optind;

	while (argv[i] != NULL && (argv[i][0] != '-' || argv[i][1] == '\0'))
		i++;
	return argv[i];
}

/* Take an option. An empty value is refused: it comes from a variable that a script has not set. */
static int
take_option(struct words *words, int option, const char *word)
{
	enum option_id id = (enum option_id)(option - CODES);

	if (option == '?')
		return verb_misused(words, _("the option %s is not understood"), word);
	if (option == ':')
		return verb_misused(words, _("the option %s needs a value"), word);
	if (optarg != NULL && optarg[0] == '\0') {
		char *name = text_format("--%s", rows[id].name);
		int status = verb_misused(words, _("the option %s needs a value"), name);

		text_free(&name);
		return status;
	}
	if (id == OPTION_OFFICIAL && words->value[id] != NULL)
		return verb_misused(words, "%s",
		    _("--official is given once, with commas where there are several"));
	words->value[id] = optarg != NULL ? optarg : "";
	/* before we open anything, which could get this number */
	if (id == OPTION_PIN_FD && descriptor_option(optarg) < 0)
		return verb_misused(words, _("--pin-fd %s is no open file descriptor"), optarg);
	return STATUS_DONE;
}

/* Read the options. STATUS_DONE or STATUS_USAGE; *help: only help is wanted. */
static int
parse(struct words *words, int argc, char **argv, bool *help)
{
	struct option options[OPTION_COUNT + 2];
	int option, status = STATUS_DONE;

	list_options(words->verb, options);
	opterr = 0;
	while (status == STATUS_DONE && !*help) {
		const char *word = next_option(argv);

		option = getopt_long(argc, argv, ":h", options, NULL);
		if (option == -1)
			break;
		if (option == 'h')
			*help = true;
		else
			status = take_option(words, option, word);
	}
	words->word = argv + optind;
	words->count = argc - optind;
	return status;
}

int
verb_run(const struct verb *verb, int argc, char **argv)
{
	struct words words = {.verb = verb};
	bool help = false;
	int status = parse(&words, argc, argv, &help);

	if (status != STATUS_DONE)
		return status;
	if (help) {
		verb_help(verb);
		return STATUS_DONE;
	}
	if (words.count > verb->words_max)
		return verb_misused(
		    &words, _("\"%s\" is too much here"), words.word[verb->words_max]);
	return verb->run(&words);
}

const struct option_row *
verb_option(enum option_id id)
{
	return &rows[id];
}

static char *
option_text(const struct option_row *row)
{
	return row->value != NULL ? text_format("--%s %s", row->name, _(row->value))
				  : text_format("--%s", row->name);
}

static int
widest_option(const struct verb *verb)
{
	int widest = 0;

	for (const enum option_id *id = verb->options; *id != OPTION_NONE; id++) {
		char *text = option_text(&rows[*id]);
		int width = columns_of(text);

		text_free(&text);
		if (width > widest)
			widest = width;
	}
	return widest;
}

void
verb_help(const struct verb *verb)
{
	int column = widest_option(verb) + 4;

	tell(_("Usage: jpki %s %s"), verb->name, _(verb->usage));
	putchar('\n');
	columns_text(stdout, 0, _(verb->about));
	if (*verb->options != OPTION_NONE)
		tell("%s", "");
	for (const enum option_id *id = verb->options; *id != OPTION_NONE; id++) {
		char *text = option_text(&rows[*id]);

		columns_row(2, column, text, _(rows[*id].help));
		text_free(&text);
	}
	if (verb->more_help != NULL)
		verb->more_help();
}

bool
verb_has(const struct words *words, enum option_id id)
{
	return words->value[id] != NULL;
}

bool
verb_one_of(const struct words *words, const enum option_id *ids)
{
	enum option_id first = OPTION_NONE;

	for (; *ids != OPTION_NONE; ids++) {
		if (!verb_has(words, *ids))
			continue;
		if (first != OPTION_NONE) {
			verb_misused(words, _("--%s and --%s exclude each other"), rows[first].name,
			    rows[*ids].name);
			return false;
		}
		first = *ids;
	}
	return true;
}

static bool
is_in(enum option_id id, const enum option_id *ids)
{
	while (*ids != OPTION_NONE && *ids != id)
		ids++;
	return *ids == id;
}

bool
verb_only(const struct words *words, const char *what, const enum option_id *ids)
{
	for (const enum option_id *id = words->verb->options; *id != OPTION_NONE; id++)
		if (verb_has(words, *id) && !is_in(*id, ids)) {
			/* TRANSLATORS: an option; a word or an option, as "check". */
			verb_misused(words, _("--%s does nothing with %s"), rows[*id].name, what);
			return false;
		}
	return true;
}

bool
verb_needs(const struct words *words, enum option_id id, enum option_id other)
{
	if (!verb_has(words, id) || verb_has(words, other))
		return true;
	verb_misused(words, _("--%s does nothing without --%s"), rows[id].name, rows[other].name);
	return false;
}
