/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>

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

/* The word that getopt_long() comes to next: what stands before it and is no option waits. */
static const char *
next_option(char **argv)
{
	int i = optind;

	while (argv[i] != NULL && (argv[i][0] != '-' || argv[i][1] == '\0'))
		i++;
	return argv[i];
}

int
verb_option(int argc, char **argv, const struct option *options)
{
	const char *word = next_option(argv);
	int option, index = 0;

	opterr = 0;
	option = getopt_long(argc, argv, ":h", options, &index);
	if (option >= OPTION_OWN && optarg != NULL && optarg[0] == '\0')
		return without_value(argv[0], options[index].name);
	if (option == ':')
		verb_misused(argv[0], _("the option %s needs a value"), word);
	else if (option == '?')
		verb_misused(argv[0], _("the option %s is not understood"), word);
	return option == ':' ? '?' : option;
}
