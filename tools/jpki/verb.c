/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>

#include "message.h"
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

int
verb_option(int argc, char **argv, const struct option *options)
{
	int option;

	opterr = 0;
	option = getopt_long(argc, argv, ":h", options, NULL);
	if (option == ':')
		verb_misused(argv[0], _("the option %s needs a value"), argv[optind - 1]);
	else if (option == '?')
		verb_misused(argv[0], _("the option %s is not understood"), argv[optind - 1]);
	return option == ':' ? '?' : option;
}
