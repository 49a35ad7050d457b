/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "json.h"
#include "text.h"

void
json_print(json_t *value)
{
	if (value == NULL || json_dumpf(value, stdout, JSON_INDENT(2)) != 0)
		out_of_memory();
	putchar('\n');
	json_decref(value);
}

void
json_set_text(json_t *object, const char *member, const char *text)
{
	if (text != NULL && json_object_set_new(object, member, json_string(text)) != 0)
		out_of_memory();
}

void
json_set_text_taken(json_t *object, const char *member, char *text)
{
	json_set_text(object, member, text);
	text_free(&text);
}
