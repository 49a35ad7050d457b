/* SPDX-License-Identifier: BSD-2-Clause */
/* Text in columns of a terminal, where a Japanese character is two columns wide. */
#ifndef JPKI_TOOL_COLUMNS_H
#define JPKI_TOOL_COLUMNS_H

#include <stddef.h>
#include <stdio.h>

/* How many columns a text in UTF-8 takes. */
int columns_of(const char *text);

/* Clean a text of a card, a certificate or a file for display: control characters, invisible ones,
 * those that change the direction of writing, and bytes that are not UTF-8 become "?". Variation
 * selectors of ideographs stay. The caller frees the result. */
char *columns_clean(const char *text, size_t length);

/* Print, on standard output, a line "label  value": `indent` blanks, the label, and the value from
 * the given column on. A value that is too long continues in the next line, below its beginning. */
void columns_row(int indent, int column, const char *label, const char *value);

/* Print the value of a line of which `used` columns are printed already, from the given column on,
 * as columns_row does. */
void columns_rest(int used, int column, const char *value);

/* Print a text and a newline. It is broken at blanks or newlines, or between Japanese characters,
 * where a line would be wider than WRAP_COLUMNS (wrap.h); each line after the first begins with
 * `indent` blanks. */
void columns_text(FILE *out, int indent, const char *text);

#endif
