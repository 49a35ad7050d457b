/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_JSON_H
#define JPKI_TOOL_JSON_H

#include <stdbool.h>

#include <jansson.h>

/* The person wants JSON: an error is an object then, too. */
void json_expect(void);
bool json_is_expected(void);

/* Print it on standard output, a member a line, in the order in which it was made, and give it
 * back. */
void json_print(json_t *value);

/* Whether that was done: a program that wants JSON then has its answer. */
bool json_is_printed(void);

/* Print it on a line, one of several, and give it back. */
void json_print_line(json_t *value);

/* A member that is a text; none where that is NULL. The second gives the text back. */
void json_set_text(json_t *object, const char *member, const char *text);
void json_set_text_taken(json_t *object, const char *member, char *text);

#endif
