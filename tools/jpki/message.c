/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failure.h"
#include "message.h"
#include "wrap.h"

/* The text to which everything is appended, in place of the two streams; NULL: print. */
static char **diverted;
static bool complained;

static const char *speaker = "jpki";

void
message_speak_as(const char *name)
{
	speaker = name;
}

void
message_divert(char **text)
{
	diverted = text;
	complained = complained && text == NULL;
}

bool
message_complained(void)
{
	return complained;
}

/* Without memory the line is left out. */
static void
append(const char *line)
{
	char *both = NULL;

	if (asprintf(&both, "%s%s\n", *diverted != NULL ? *diverted : "", line) < 0)
		return;
	free(*diverted);
	*diverted = both;
}

/* Replace control characters: texts from elsewhere must not control the terminal. */
static void
clean(char *line)
{
	for (; *line != '\0'; line++)
		if ((*line > 0 && *line < ' ' && *line != '\n') || *line == 0x7f)
			*line = '?';
}

/* Print a text: on a terminal broken into lines that fit, otherwise as it is, for scripts. */
static void
print(FILE *stream, const char *name, const char *text)
{
	int used = name != NULL ? fprintf(stream, "%s: ", name) : 0;

	if (isatty(fileno(stream)))
		wrap_print(stream, text, used, 0);
	else
		fprintf(stream, "%s\n", text);
}

/* The formatted text; the caller frees it. NULL if there is no memory. */
__attribute__((format(printf, 1, 0))) static char *
line_of(const char *format, va_list arguments)
{
	char *line;

	return vasprintf(&line, format, arguments) >= 0 ? line : NULL;
}

/* Print a line from line_of() and free it; if it is NULL, print the format. */
static void
say(FILE *stream, const char *name, char *line, const char *format)
{
	const char *text = line != NULL ? line : format;

	if (line != NULL)
		clean(line);
	if (diverted != NULL)
		append(text);
	else {
		/* Keep the order of the two streams. */
		if (stream != stdout)
			fflush(stdout);
		print(stream, name, text);
	}
	free(line);
}

void
tell(const char *format, ...)
{
	va_list arguments;
	char *line;

	va_start(arguments, format);
	line = line_of(format, arguments);
	va_end(arguments);
	say(stdout, NULL, line, format);
}

void
complain(const char *format, ...)
{
	va_list arguments;
	char *line;

	va_start(arguments, format);
	line = line_of(format, arguments);
	va_end(arguments);
	complained = true;
	if (diverted == NULL)
		failure_note(line != NULL ? line : format);
	say(stderr, speaker, line, format);
}

void
advise(const char *format, ...)
{
	va_list arguments;
	char *line;

	va_start(arguments, format);
	line = line_of(format, arguments);
	va_end(arguments);
	say(stderr, NULL, line, format);
}
