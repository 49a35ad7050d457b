/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stdio.h>

#include "json.h"
#include "text.h"

static bool printed, expected;

void
json_expect(void)
{
	expected = true;
}

bool
json_is_expected(void)
{
	return expected;
}

static void
print(json_t *value, size_t form)
{
	if (value == NULL || json_dumpf(value, stdout, form) != 0)
		out_of_memory();
	putchar('\n');
	json_decref(value);
}

void
json_print(json_t *value)
{
	print(value, JSON_INDENT(2));
	printed = true;
}

void
json_print_line(json_t *value)
{
	print(value, JSON_COMPACT);
}

bool
json_is_printed(void)
{
	return printed;
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
