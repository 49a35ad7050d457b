/* SPDX-License-Identifier: BSD-2-Clause */
/* Databases of NSS beside their list of modules: the files cert9.db and key4.db in a folder. */
#ifndef JPKI_TOOL_NSS_DATABASE_H
#define JPKI_TOOL_NSS_DATABASE_H

#include <stdbool.h>

/* Whether a folder has one of the files. */
bool nss_database_exists(const char *folder);

/* Whether it has none, but files of the kind that NSS had before, which it takes over when it opens
 * them. */
bool nss_database_is_old(const char *folder);

/* Make an empty database without a password where there is none, if NSS is installed. Browsers
 * would make it themselves; programs that open it only to read could not. Whether it was made: not
 * if a program did so at the same time. */
bool nss_database_make(const char *folder);

/* A few words by which it can be seen later whether the files were written to; to be freed. */
char *nss_database_state(const char *folder);

/* Whether a program has one of the files open (as far as the file system tells): it would go on
 * with files that nobody sees if they were removed. */
bool nss_database_is_open(const char *folder);

/* Remove the files if they are still in this state and nobody has them open. */
void nss_database_remove(const char *folder, const char *state);

#endif
