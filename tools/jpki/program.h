/* SPDX-License-Identifier: BSD-2-Clause */
/* Other programs that do a part of the work, without a word to the person. */
#ifndef JPKI_TOOL_PROGRAM_H
#define JPKI_TOOL_PROGRAM_H

#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/types.h>

/* The file of a program: a name with a slash as it is, another one in the folders of PATH, of which
 * only absolute ones count. To be freed; NULL if there is none that can be run. */
char *program_find(const char *name);

/* Whether there is one of that name. */
bool program_is_there(const char *name);

/* Start argv[0], as posix_spawn(3) does; an error number, 0 if it runs. */
int program_start(pid_t *child, char *const *argv, const posix_spawn_file_actions_t *files,
    const posix_spawnattr_t *attributes);

/* Wait for its end; whether it has ended well. */
bool program_wait(pid_t child);

/* Run it, with nothing to read, and with what it says in a file; signals are for it as they are in
 * `mask`. Whether it has ended well; else what it said last was told. */
bool program_run(char *const *argv, const char *log, const sigset_t *mask);

#endif
