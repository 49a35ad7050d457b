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
