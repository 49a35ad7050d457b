/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_JSON_H
#define JPKI_TOOL_JSON_H

#include <stdbool.h>

#include <jansson.h>

/* Note that JSON was asked for: then errors are printed as an object, too. */
void json_expect(void);
bool json_is_expected(void);

/* Print a value on standard output, one member a line, in the order in which they were added, and
 * free it. */
void json_print(json_t *value);

/* Whether json_print was called: then the program has its answer. */
bool json_is_printed(void);

/* Print a value on one line, one of several, and free it. */
void json_print_line(json_t *value);

/* Add a member that is a text, unless that is NULL. The second function frees the text. */
void json_set_text(json_t *object, const char *member, const char *text);
void json_set_text_taken(json_t *object, const char *member, char *text);

#endif
