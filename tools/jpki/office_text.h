/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of registrymodifications.xcu, in which LibreOffice stores what differs from its
 * defaults.
 *
 * The setting used here is CertDir of /org.openoffice.Office.Common/Security/Scripting: the folder
 * of the NSS database whose certificates sign documents, without "sql:". It is read by libxml2,
 * but edited in the text itself, so that all else stays byte for byte; LibreOffice writes one item
 * on a line. */
#ifndef JPKI_TOOL_OFFICE_TEXT_H
#define JPKI_TOOL_OFFICE_TEXT_H

#include <stdbool.h>

/* The folder that is set, in *folder, which the caller frees; NULL if none is set. 0, or -1 if it
 * is not such a text. */
int office_text_read(const char *text, char **folder);

/* Whether a folder can be set: XML allows no control characters, and only UTF-8. */
bool office_folder_fits(const char *folder);

/* New texts, which the caller frees: with a folder set where none was, and without it again, byte
 * for byte as before. NULL if the text is not in the form that LibreOffice writes. */
char *office_text_with(const char *text, const char *folder);
char *office_text_without(const char *text, const char *folder);

/* office_text_new: a text in which nothing is set, with a note (a line without "--").
 * office_text_note: the note of such a text, if it has nothing else; otherwise NULL. The caller
 * frees both. */
char *office_text_new(const char *note);
char *office_text_note(const char *text);

#endif
