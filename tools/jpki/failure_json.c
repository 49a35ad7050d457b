/* SPDX-License-Identifier: BSD-2-Clause */
#include "exit_status.h"
#include "failure.h"
#include "failure_json.h"
#include "json.h"
#include "message.h"

static const char *const codes[] = {
    [STATUS_FAILED] = "failed",
    [STATUS_USAGE] = "usage",
    [STATUS_NO_CARD] = "no-card",
    [STATUS_PIN] = "no-pin",
    [STATUS_UNKNOWN] = "unknown",
};

/* The sentence may contain a file name that is not UTF-8. */
static json_t *
sentence_of(const struct failure *noted)
{
	json_t *text = json_string(noted->sentence);

	return text != NULL ? text : json_string(_("It could not be done."));
}

void
failure_json_print(int status)
{
	const struct failure *noted = failure_last();
	const char *code = noted->code != NULL ? noted->code : codes[status];
	json_t *error = json_pack("{s:s, s:o}", "code", code, "message", sentence_of(noted));

	if (noted->has_try)
		json_object_set_new(error, "try_spent",
		    noted->spent == JPKI_TRY_UNCERTAIN
			? json_null()
			: json_boolean(noted->spent == JPKI_TRY_SPENT));
	if (noted->has_tries)
		json_object_set_new(error, "tries_left", json_integer(noted->left));
	json_object_set_new(error, "exit_status", json_integer(status));
	json_print_line(json_pack("{s:o}", "error", error));
}
