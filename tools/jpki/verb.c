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

/* What getopt gives for the first of the table; below are letters. */
#define CODES 256

static const struct option_row rows[OPTION_COUNT] = {
    [OPTION_READER] = {"reader", N_("NAME"), N_("this reader, by its name or a part of it")},
    [OPTION_JSON] = {"json", NULL, N_("print JSON, for programs")},
    [OPTION_PIN_FD] = {"pin-fd", N_("N"), N_("read the PIN from file descriptor N, a line each")},
    [OPTION_LAST_TRY] = {"last-try", NULL, N_("ask also if only one try is left")},
    [OPTION_OUTPUT] = {"output", N_("FILE"),
	N_("write to this file, or with \"-\" to standard output")},
    [OPTION_FORCE] = {"force", NULL, N_("overwrite a file that is there")},
    [OPTION_PEM] = {"pem", NULL, N_("the certificate itself, PEM")},
    [OPTION_DER] = {"der", NULL, N_("the certificate itself, DER")},
    [OPTION_TEXT] = {"text", NULL, N_("all of it, as OpenSSL prints it")},
    [OPTION_WEAK] = {"weak", NULL, N_("take a new PIN that is easy to guess, too")},
    [OPTION_SIGN] = {"sign", NULL,
	N_("ask for the signature password too, to read until when that certificate is valid")},
    [OPTION_REMIND] = {"remind", NULL,
	N_("say only, without the card, what is to be renewed soon (jpki setup reminder)")},
    [OPTION_REMOVE] = {"remove", NULL, N_("undo that")},
    [OPTION_CHECK] = {"check", NULL, N_("tell what is registered, and change nothing")},
    [OPTION_PROFILE] = {"profile", N_("FOLDER"),
	N_("the profile's folder or name, if not the usual one")},
    [OPTION_MODULES] = {"modules", N_("FOLDER"),
	N_("where the modules are, if not where they were installed")},
    [OPTION_WITHOUT_OPENSC] = {"without-opensc", NULL,
	N_("take out OpenSC's module too, which shows the same card")},
    [OPTION_WITH_OPENSC] = {"with-opensc", NULL, N_("put OpenSC's module back as it was")},
    [OPTION_FIX] = {"fix", NULL,
	N_("mend what is in files of your own: OpenSC's module is taken out, paths are put right")},
    [OPTION_UNFIX] = {"unfix", NULL, N_("put back OpenSC's module where --fix has taken it out")},
    [OPTION_REPORT] = {"report", NULL,
	N_("print a text for a report of a bug, without anything about you")},
    [OPTION_LABELS] = {"labels", "en|ja",
	N_("name the tokens in this language; Japanese tells the PIN")},
    [OPTION_OFFICIAL] = {"official", N_("ID"),
	N_("the official extension of this name too (several: ID,ID)")},
    [OPTION_CA] = {"ca", N_("FILE"), N_("believe the CAs in this file too, PEM or DER")},
    [OPTION_CA_DIR] = {"ca-dir", N_("FOLDER"), N_("believe the CAs in the files of this folder")},
    [OPTION_NO_PIN] = {"no-pin", NULL, N_("do not ask for the PIN, and leave out what needs it")},
    [OPTION_OCSP] = {"ocsp", NULL,
	N_("ask the responder that the certificate names whether it was revoked")},
    [OPTION_OCSP_URL] = {"ocsp-url", N_("URL"), N_("ask this responder, http://...")},
    [OPTION_CRL] = {"crl", N_("FILE"), N_("look it up in this list of revoked certificates")},
    [OPTION_FILE] = {"file", N_("FILE"),
	N_("not the card's certificate, but the one in this file, PEM or DER")},
    [OPTION_DETACHED] = {"detached", NULL, N_("write the signature alone, without the file")},
    [OPTION_AUTH] = {"auth", NULL, N_("user authentication, and not digital signature")},
    [OPTION_CONTENT] = {"content", N_("FILE"), N_("the file that was signed")},
    [OPTION_CARD] = {"card", NULL,
	N_("ask the card what is not known of all cards, with one PIN, for the makers")},
};

int
verb_misused(const struct words *words, const char *format, ...)
{
	const char *verb = words->verb->name;
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		out_of_memory();
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

/* The word that getopt_long() comes to next: what stands before it and is no option waits. */
static const char *
next_option(char **argv)
{
	int i = optind;

	while (argv[i] != NULL && (argv[i][0] != '-' || argv[i][1] == '\0'))
		i++;
	return argv[i];
}

/* An empty value is what a variable of a script gives that is not set. */
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
	/* before anything of ours is open, which could have this number */
	if (id == OPTION_PIN_FD && descriptor_option(optarg) < 0)
		return verb_misused(words, _("--pin-fd %s is no open file descriptor"), optarg);
	return STATUS_DONE;
}

/* STATUS_DONE, STATUS_USAGE; *help tells whether only that is wanted. */
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
