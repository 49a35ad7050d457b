/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "failure.h"

static struct failure noted;

/* Where to cut a text that is too long: before a whole character. */
static size_t
length_that_fits(const char *text)
{
	size_t length = strlen(text);

	if (length < FAILURE_ROOM)
		return length;
	length = FAILURE_ROOM - 1;
	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	return length;
}

void
failure_note(const char *sentence)
{
	size_t length = length_that_fits(sentence);

	memset(&noted, 0, sizeof(noted));
	memcpy(noted.sentence, sentence, length);
}

void
failure_code(const char *code)
{
	noted.code = code;
}

void
failure_try(enum jpki_try spent)
{
	noted.has_try = true;
	noted.spent = spent;
}

void
failure_tries(unsigned left)
{
	noted.has_tries = true;
	noted.left = left;
}

const struct failure *
failure_last(void)
{
	return &noted;
}
