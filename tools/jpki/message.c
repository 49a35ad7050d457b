/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "verb.h"

void
tell(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

void
complain(const char *format, ...)
{
	va_list arguments;

	/* What was said on the other stream came first. */
	fflush(stdout);
	fputs("jpki: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

void
advise(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

void
out_of_memory(void)
{
	complain("%s", _("out of memory"));
	exit(STATUS_FAILED);
}

char *
text_format(const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		out_of_memory();
	return text;
}

char *
text_copy(const char *text, size_t length)
{
	char *copy = malloc(length + 1);

	if (copy == NULL)
		out_of_memory();
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

char *
text_append(char *text, const char *more)
{
	char *both = text_format("%s%s", text, more);

	text_free(&text);
	return both;
}

void
text_free(char **text)
{
	free(*text);
	*text = NULL;
}
