/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <unistd.h>

#include "secret_line.h"

/* Read one byte directly to its place: 1, or 0 at the end and after an error. */
static ssize_t
read_byte(int descriptor, uint8_t *place)
{
	ssize_t count;

	do
		count = read(descriptor, place, 1);
	while (count == -1 && errno == EINTR);
	return count > 0 ? count : 0;
}

static bool
next_byte(int descriptor, const struct program *program, uint8_t *place)
{
	return (program == NULL || program_can_read(program, descriptor, -1)) &&
	       read_byte(descriptor, place) > 0;
}

bool
secret_line_read(int descriptor, const struct program *program, struct jpki_secret *secret)
{
	bool any = false;

	secret->length = 0;
	/* bytes that do not fit go to the last place */
	while (next_byte(descriptor, program, &secret->bytes[secret->length])) {
		any = true;
		if (secret->bytes[secret->length] == '\n')
			break;
		if (secret->length < secret->size - 1)
			secret->length++;
	}
	if (secret->length > 0 && secret->bytes[secret->length - 1] == '\r')
		secret->length--;
	secret->bytes[secret->length] = 0;
	return any;
}
