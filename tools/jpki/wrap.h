/* SPDX-License-Identifier: BSD-2-Clause */
/* UTF-8 characters: their width on a terminal, and where lines may be broken. */
#ifndef JPKI_TOOL_WRAP_H
#define JPKI_TOOL_WRAP_H

#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

/* The width of lines, whatever the terminal's. */
#define WRAP_COLUMNS 80
/* The most bytes of a character. */
#define WRAP_CHARACTER_MAX 4

/* A character of a text in UTF-8. */
struct wrap_character {
	size_t size; /* bytes, at least 1 */
	wchar_t code;
	bool good; /* it is valid UTF-8 */
};

/* Switch to a UTF-8 locale, whatever the person's is, for wrap_character_at(). Returns the locale
 * before, for uselocale(). */
locale_t wrap_enter(void);
struct wrap_character wrap_character_at(const char *text, size_t length);

/* The number of columns that a text takes. */
int wrap_width(const char *text);

/* Print a text and a newline; `used` columns of the first line are already taken. It is broken at
 * newlines, at blanks, or between Japanese characters; each line after the first begins with
 * `indent` blanks. A path is not broken, nor a line that begins with two blanks, which is a
 * command. */
void wrap_print(FILE *out, const char *text, int used, int indent);

#endif
