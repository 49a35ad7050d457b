/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "text.h"
#include "verb.h"

int
verb_misused(const char *verb, const char *format, ...)
{
	va_list arguments;
	char text[512];

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	complain("%s: %s", verb, text);
	/* TRANSLATORS: %s is a verb, as "setup". */
	advise(_("\"jpki help %s\" tells more."), verb);
	return STATUS_USAGE;
}

/* An empty value is what a variable of a script gives that is not set. */
static int
without_value(const char *verb, const char *name)
{
	char *option = text_format("--%s", name);

	verb_misused(verb, _("the option %s needs a value"), option);
	text_free(&option);
	return '?';
}

/* The word that getopt_long() has just found wanting. It goes to the next word only after the last
 * letter of "-abc". */
static const char *
misread(char **argv)
{
	const char *word = argv[optind - 1];
	size_t length = strlen(word);

	if (optopt != 0 && optopt < OPTION_OWN &&
	    (word[0] != '-' || word[length - 1] != (char)optopt))
		return argv[optind];
	return word;
}

int
verb_option(int argc, char **argv, const struct option *options)
{
	int option, index = 0;

	opterr = 0;
	option = getopt_long(argc, argv, ":h", options, &index);
	if (option >= OPTION_OWN && optarg != NULL && optarg[0] == '\0')
		return without_value(argv[0], options[index].name);
	if (option == ':')
		verb_misused(argv[0], _("the option %s needs a value"), argv[optind - 1]);
	else if (option == '?')
		verb_misused(argv[0], _("the option %s is not understood"), misread(argv));
	return option == ':' ? '?' : option;
}
