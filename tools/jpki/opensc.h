/* SPDX-License-Identifier: BSD-2-Clause */
/* OpenSC's module beside ours. It shows the same card: a program that has both asks for PINs
 * twice, may offer the certificate through the module that cannot do TLS 1.3, and spends a try on
 * a password in lower case. These functions find it, remove it, and put it back as it was. */
#ifndef JPKI_TOOL_OPENSC_H
#define JPKI_TOOL_OPENSC_H

#include <stdbool.h>
#include <stddef.h>

#include "opensc_place.h"

struct opensc_finding {
	enum opensc_place place;
	char *where; /* the file in which it was found */
	char *file;  /* the file to change to remove it: the same, or one of the person's */
};

struct opensc_findings {
	struct opensc_finding *rows;
	size_t count;
};

/* Add what is found in the database of a folder, in p11-kit (for root: of all users), and in the
 * programs that the desktop starts. 0, or -1 after telling that a file cannot be read. The caller
 * frees *findings in either case. */
int opensc_find_in_database(struct opensc_findings *findings, const char *folder);
int opensc_find_in_p11_kit(struct opensc_findings *findings);
int opensc_find_at_login(struct opensc_findings *findings);
void opensc_findings_free(struct opensc_findings *findings);

/* Tell where it was found. */
void opensc_tell(const struct opensc_finding *finding);

/* Remove it, through files of the person's own (for root: p11-kit's, for all users), and tell so.
 * What is removed is first recorded in $XDG_DATA_HOME/jpki/opensc-removed. 0, or -1 after telling
 * why: nothing was changed. */
int opensc_take_out(const struct opensc_finding *finding);

/* How many records there are for a place, and, unless `file` is NULL, for this file. -1 after
 * telling that they cannot be read. */
int opensc_kept(enum opensc_place place, const char *file);

/* Put back all that was removed there, and tell so. 0, or -1: what could not be put back stays
 * recorded. */
int opensc_put_back(enum opensc_place place, const char *file);

#endif
