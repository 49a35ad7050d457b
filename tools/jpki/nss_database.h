/* SPDX-License-Identifier: BSD-2-Clause */
/* Databases of NSS: the files cert9.db and key4.db in a folder, beside the list of modules. */
#ifndef JPKI_TOOL_NSS_DATABASE_H
#define JPKI_TOOL_NSS_DATABASE_H

#include <stdbool.h>

/* Whether a folder has one of the files. */
bool nss_database_exists(const char *folder);

/* Whether it has none of them, but files in NSS's old format, which NSS converts when it opens
 * them. */
bool nss_database_is_old(const char *folder);

/* Make an empty database without a password, if there is none and NSS is installed. Browsers would
 * make it themselves; programs that only read it could not. Returns whether it was made: not if a
 * program did so at the same time. */
bool nss_database_make(const char *folder);

/* A short text that changes when the files are written to; the caller frees it. */
char *nss_database_state(const char *folder);

/* Whether a program has one of the files open (as far as the file system can tell): if they were
 * removed, it would go on with files that no other program sees. */
bool nss_database_is_open(const char *folder);

/* Remove the files if their state is still `state` and no program has them open. */
void nss_database_remove(const char *folder, const char *state);

#endif
