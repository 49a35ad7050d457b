/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "p11kit_text.h"
#include "text.h"

const char *
p11kit_value(const char *text, size_t *length)
{
	const char *found = NULL;

	for (const char *line = text; *line != '\0';) {
		size_t size = strcspn(line, "\n");
		const char *key = line + strspn(line, " \t");
		const char *colon = key + strcspn(key, " \t:\n");

		colon += strspn(colon, " \t");
		if (strncmp(key, "module", strlen("module")) == 0 && *colon == ':' &&
		    strcspn(key, " \t:") == strlen("module")) {
			found = colon + 1 + strspn(colon + 1, " \t");
			*length = size - (size_t)(found - line);
			while (*length > 0 && strchr(" \t\r", found[*length - 1]) != NULL)
				--*length;
		}
		line += size + (line[size] == '\n');
	}
	return found;
}

char *
p11kit_library(const char *text)
{
	size_t length = 0;
	const char *value = p11kit_value(text, &length);

	if (value == NULL || length == 0)
		return NULL;
	if (value[0] == '/')
		return text_copy(value, length);
	return text_format("%s/%.*s", P11_KIT_MODULES, (int)length, value);
}
