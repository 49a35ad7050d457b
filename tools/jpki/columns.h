/* SPDX-License-Identifier: BSD-2-Clause */
/* Text in columns of a terminal, where a Japanese character is two columns wide. */
#ifndef JPKI_TOOL_COLUMNS_H
#define JPKI_TOOL_COLUMNS_H

#include <stddef.h>
#include <stdio.h>

/* How many columns a text in UTF-8 takes. */
int columns_of(const char *text);

/* A text that a card, a certificate or a file has brought, in UTF-8, fit to be shown: control
 * characters, those that nobody sees or that turn the direction of writing, and what is no UTF-8
 * become "?". What tells the forms of an ideograph apart stays. To be freed. */
char *columns_clean(const char *text, size_t length);

/* Print, on standard output, a line "label  value", the value from the given column on, behind
 * `indent` blanks. A value that is too long goes on in the next line, below its beginning. */
void columns_row(int indent, int column, const char *label, const char *value);

/* The same for a line of which `used` columns are printed already, up to the value. */
void columns_rest(int used, int column, const char *value);

/* Print a text, which may have newlines in it, with one at its end, broken at blanks, or between
 * Japanese characters, where it would be wider than WRAP_COLUMNS (wrap.h); each further line behind
 * `indent` blanks. */
void columns_text(FILE *out, int indent, const char *text);

#endif
