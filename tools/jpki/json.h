/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_JSON_H
#define JPKI_TOOL_JSON_H

#include <jansson.h>

/* Print it on standard output, a member a line, in the order in which it was made, and give it
 * back. */
void json_print(json_t *value);

#endif
