/* SPDX-License-Identifier: BSD-2-Clause */
/* What a shell can offer when a person presses Tab. It is taken from the verbs, their options and
 * their usages, so it always fits what the program accepts. */
#ifndef JPKI_TOOL_COMPLETION_H
#define JPKI_TOOL_COMPLETION_H

#include "verb.h"

/* Print what may replace the last of the words typed after the program's name: lines
 * "word<Tab>text", "FILE" for names of files, "FOLDER" for names of folders. The shell chooses
 * those that begin with what was typed. The list of verbs ends with NULL. */
void completion_print(const struct verb *const *verbs, int count, char **typed);

#endif
