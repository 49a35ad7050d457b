/* SPDX-License-Identifier: BSD-2-Clause */
#include "buffer.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define PATTERN 0xa5

unsigned char *
buffer_new(size_t room)
{
	unsigned char *buffer = malloc(room);

	assert_non_null(buffer);
	memset(buffer, PATTERN, room);
	return buffer;
}

void
assert_untouched(const unsigned char *buffer, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		assert_int_equal(buffer[i], PATTERN);
}
