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

/* Where it goes instead of the two streams. */
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

/* Memory that is short for this ends nothing: a line is missing then. */
static void
append(const char *line)
{
	char *both = NULL;

	if (asprintf(&both, "%s%s\n", *diverted != NULL ? *diverted : "", line) < 0)
		return;
	free(*diverted);
	*diverted = both;
}

/* What comes from elsewhere is not to do anything to the terminal. */
static void
clean(char *line)
{
	for (; *line != '\0'; line++)
		if ((*line > 0 && *line < ' ' && *line != '\n') || *line == 0x7f)
			*line = '?';
}

/* What is said to a person is broken into lines that fit; what a script reads is not. */
static void
print(FILE *stream, const char *name, const char *text)
{
	int used = name != NULL ? fprintf(stream, "%s: ", name) : 0;

	if (isatty(fileno(stream)))
		wrap_print(stream, text, used, 0);
	else
		fprintf(stream, "%s\n", text);
}

/* Say a line that vasprintf() has made, with this length, and free it; without memory, its format.
 */
static void
say(FILE *stream, const char *name, char *line, int length, const char *format)
{
	const char *text = length >= 0 ? line : format;

	if (length >= 0)
		clean(line);
	if (diverted != NULL)
		append(text);
	else {
		/* What was said on the other stream came first. */
		if (stream != stdout)
			fflush(stdout);
		print(stream, name, text);
	}
	if (length >= 0)
		free(line);
}

void
tell(const char *format, ...)
{
	va_list arguments;
	char *line;
	int length;

	va_start(arguments, format);
	length = vasprintf(&line, format, arguments);
	va_end(arguments);
	say(stdout, NULL, line, length, format);
}

void
complain(const char *format, ...)
{
	va_list arguments;
	char *line;
	int length;

	va_start(arguments, format);
	length = vasprintf(&line, format, arguments);
	va_end(arguments);
	complained = true;
	if (diverted == NULL)
		failure_note(length >= 0 ? line : format);
	say(stderr, speaker, line, length, format);
}

void
advise(const char *format, ...)
{
	va_list arguments;
	char *line;
	int length;

	va_start(arguments, format);
	length = vasprintf(&line, format, arguments);
	va_end(arguments);
	say(stderr, NULL, line, length, format);
}
