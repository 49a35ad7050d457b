/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit_status.h"
#include "message.h"
#include "text.h"

void
out_of_memory(void)
{
	complain("%s", _("out of memory"));
	exit(STATUS_FAILED);
}

char *
text_format_list(const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		out_of_memory();
	return text;
}

char *
text_format(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = text_format_list(format, arguments);
	va_end(arguments);
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

char *
text_quoted(const char *text)
{
	char *quoted = text_copy("\"", 1);

	for (; *text != '\0'; text++) {
		const char one[] = {*text, '\0'};

		if (*text == '"' || *text == '\\')
			quoted = text_append(quoted, "\\");
		quoted = text_append(quoted, one);
	}
	return text_append(quoted, "\"");
}

char *
text_unquoted(const char *text)
{
	size_t size = strcspn(text, "\r\n");
	char *plain = text_copy(text, size), *out = plain;
	const char *in = text + 1, *end = text + size;

	while (in < end && *in != *text) {
		if (*in == '\\' && (in[1] == '\\' || in[1] == *text))
			in++;
		*out++ = *in++;
	}
	*out = '\0';
	if (in == end)
		text_free(&plain);
	return plain;
}

char *
text_for_shell(const char *text)
{
	char *quoted = text_copy("'", 1);

	for (; *text != '\0'; text++) {
		const char one[] = {*text, '\0'};

		quoted = text_append(quoted, *text == '\'' ? "'\\''" : one);
	}
	return text_append(quoted, "'");
}

int
text_number(const char *text, const char *word)
{
	char *end;
	long number;

	if (strncmp(text, word, strlen(word)) != 0)
		return -1;
	text += strlen(word);
	number = strtol(text, &end, 10);
	return end > text && number >= 0 && number < 1000 ? (int)number : -1;
}

void
text_free(char **text)
{
	free(*text);
	*text = NULL;
}

void *
memory_new(size_t size)
{
	void *memory = calloc(1, size > 0 ? size : 1);

	if (memory == NULL)
		out_of_memory();
	return memory;
}

void *
list_grow(void *rows, size_t count, size_t size)
{
	void *grown = reallocarray(rows, count + 1, size);

	if (grown == NULL)
		out_of_memory();
	return grown;
}
