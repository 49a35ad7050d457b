/* SPDX-License-Identifier: BSD-2-Clause */
/* OpenSC's module beside ours. It shows the same card: a program that has both asks for PINs twice,
 * may offer the certificate of the module that cannot do TLS 1.3, and spends a try on a password in
 * lower case. It is found here, taken out, and put back as it was. */
#ifndef JPKI_TOOL_OPENSC_H
#define JPKI_TOOL_OPENSC_H

#include <stdbool.h>
#include <stddef.h>

#include "opensc_place.h"

struct opensc_finding {
	enum opensc_place place;
	char *where; /* the file that says so */
	char *file;  /* the one that is changed to take it out; the same, or one of the person's */
};

struct opensc_findings {
	struct opensc_finding *rows;
	size_t count;
};

/* Add what is found in the database of a folder, in p11-kit (for root: of all users), and in what
 * the desktop starts. 0, or -1: a file cannot be read, which was told. To be freed in any case. */
int opensc_find_in_database(struct opensc_findings *findings, const char *folder);
int opensc_find_in_p11_kit(struct opensc_findings *findings);
int opensc_find_at_login(struct opensc_findings *findings);
void opensc_findings_free(struct opensc_findings *findings);

/* Say where it is. */
void opensc_tell(const struct opensc_finding *finding);

/* Take it out, by files of the person's own (for root: p11-kit's, of all users), after what is
 * taken out was kept in $XDG_DATA_HOME/jpki/opensc-removed; and tell it. 0, or -1: nothing was
 * done, which was told. */
int opensc_take_out(const struct opensc_finding *finding);

/* How often it was taken out of a place and not put back; file: of this alone, or NULL. -1: what
 * was kept cannot be read, which was told. */
int opensc_kept(enum opensc_place place, const char *file);

/* Put back all that was so taken out, and tell it. 0, or -1: what could not be is kept. */
int opensc_put_back(enum opensc_place place, const char *file);

#endif
