/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "exit_status.h"
#include "failure.h"
#include "json.h"
#include "message.h"

/* Longer than any sentence is; one with a longer name of a file in it is cut. */
#define ROOM 2048

static struct {
	char sentence[ROOM];
	const char *code;
	bool has_try, has_tries;
	enum jpki_try spent;
	unsigned left;
} noted;

static const char *const codes[] = {
    [STATUS_FAILED] = "failed",
    [STATUS_USAGE] = "usage",
    [STATUS_NO_CARD] = "no-card",
    [STATUS_PIN] = "no-pin",
    [STATUS_UNKNOWN] = "unknown",
};

/* Where a text that is too long can be cut: before a character. */
static size_t
length_that_fits(const char *text)
{
	size_t length = strnlen(text, ROOM - 1);

	while (length == ROOM - 1 && length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
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

/* A name of a file in it may be no UTF-8. */
static json_t *
sentence_json(void)
{
	json_t *text = json_string(noted.sentence);

	return text != NULL ? text : json_string(_("It could not be done."));
}

void
failure_print(int status)
{
	const char *code = noted.code != NULL ? noted.code : codes[status];
	json_t *error = json_pack("{s:s, s:o}", "code", code, "message", sentence_json());

	if (noted.has_try)
		json_object_set_new(error, "try_spent",
		    noted.spent == JPKI_TRY_UNCERTAIN
			? json_null()
			: json_boolean(noted.spent == JPKI_TRY_SPENT));
	if (noted.has_tries)
		json_object_set_new(error, "tries_left", json_integer(noted.left));
	json_object_set_new(error, "exit_status", json_integer(status));
	json_print_line(json_pack("{s:o}", "error", error));
}
