/* SPDX-License-Identifier: BSD-2-Clause */
/* What a shell can offer when a person types a command and presses Tab: read off the verbs, their
 * options and their usages, so that it is never another than what the program takes. */
#ifndef JPKI_TOOL_COMPLETION_H
#define JPKI_TOOL_COMPLETION_H

#include "verb.h"

/* Print what may stand in place of the last of the words typed behind the program's name: lines
 * "word<Tab>text", "FILE" for names of files, "FOLDER" for names of folders. A shell takes what
 * begins with what is there. The verbs end with NULL. */
void completion_print(const struct verb *const *verbs, int count, char **typed);

#endif
