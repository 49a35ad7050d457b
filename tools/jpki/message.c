/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "message.h"

/* Where it goes instead of the two streams. */
static char **diverted;

void
message_divert(char **text)
{
	diverted = text;
}

/* Memory that is short for this ends nothing: a line is missing then. */
static void
append(const char *format, va_list arguments)
{
	char *line = NULL, *both = NULL;

	if (vasprintf(&line, format, arguments) < 0)
		return;
	if (asprintf(&both, "%s%s\n", *diverted != NULL ? *diverted : "", line) >= 0) {
		free(*diverted);
		*diverted = both;
	}
	free(line);
}

static void
say(FILE *stream, const char *before, const char *format, va_list arguments)
{
	if (diverted != NULL) {
		append(format, arguments);
		return;
	}
	/* What was said on the other stream came first. */
	if (stream != stdout)
		fflush(stdout);
	fputs(before, stream);
	vfprintf(stream, format, arguments);
	fputc('\n', stream);
}

void
tell(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(stdout, "", format, arguments);
	va_end(arguments);
}

void
complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(stderr, "jpki: ", format, arguments);
	va_end(arguments);
}

void
advise(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(stderr, "", format, arguments);
	va_end(arguments);
}
