/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

char *
read_file_text(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	char *text;
	size_t size;

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = (size_t)ftell(file);
	rewind(file);
	text = malloc(size + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, size, file), size);
	text[size] = '\0';
	assert_int_equal(fclose(file), 0);
	if (length != NULL)
		*length = size;
	return text;
}

void
write_file_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

unsigned
times_in(const char *text, const char *part)
{
	unsigned times = 0;

	for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
		times++;
	return times;
}
