/* SPDX-License-Identifier: BSD-2-Clause */
/* Characters of UTF-8, how wide they are on a terminal, and where lines may be broken. */
#ifndef JPKI_TOOL_WRAP_H
#define JPKI_TOOL_WRAP_H

#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

/* The width that lines are made for, whatever the terminal's. */
#define WRAP_COLUMNS 80
/* The bytes of a character are at most so many. */
#define WRAP_CHARACTER_MAX 4

/* A character of a text, as UTF-8 has it. */
struct wrap_character {
	size_t size; /* bytes, at least 1 */
	wchar_t code;
	bool good; /* it is UTF-8 */
};

/* UTF-8, whatever the person's locale is: gives the one before, for uselocale(). The next one is to
 * be called in it. */
locale_t wrap_enter(void);
struct wrap_character wrap_character_at(const char *text, size_t length);

/* How many columns a text takes. */
int wrap_width(const char *text);

/* Print a text, which may have newlines in it, with one at its end, of which `used` columns are
 * taken already, broken at blanks, or between Japanese characters; each further line behind
 * `indent` blanks. A path stays whole, and a line that begins with two blanks, which is a command.
 */
void wrap_print(FILE *out, const char *text, int used, int indent);

#endif
