/* SPDX-License-Identifier: BSD-2-Clause */
/* Other programs that do a part of the work, without a word to the person. */
#ifndef JPKI_TOOL_PROGRAM_H
#define JPKI_TOOL_PROGRAM_H

#include <signal.h>
#include <stdbool.h>

/* Whether there is one of that name on the PATH. */
bool program_is_there(const char *name);

/* Run it, with nothing to read, and with what it says in a file; signals are for it as they are in
 * `mask`. Whether it has ended well; else what it said last was told. */
bool program_run(char *const *argv, const char *log, const sigset_t *mask);

#endif
