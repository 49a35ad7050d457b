/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of registrymodifications.xcu, in which LibreOffice keeps what differs from its defaults.
 *
 * The setting here is CertDir of /org.openoffice.Office.Common/Security/Scripting: the folder of
 * the NSS database whose certificates sign documents, without "sql:". It is read by libxml2. It is
 * edited in the text itself, so that all else stays byte for byte; LibreOffice writes one item a
 * line. */
#ifndef JPKI_TOOL_OFFICE_TEXT_H
#define JPKI_TOOL_OFFICE_TEXT_H

#include <stdbool.h>

/* The folder that is set, to be freed; NULL if none is. 0, or -1: this is no such text. */
int office_text_read(const char *text, char **folder);

/* Whether a folder can be set: XML holds no control characters, and only UTF-8. */
bool office_folder_fits(const char *folder);

/* New texts, to be freed: with a folder set where none was, and without it again, byte for byte as
 * before. NULL if the text is not as LibreOffice writes it. */
char *office_text_with(const char *text, const char *folder);
char *office_text_without(const char *text, const char *folder);

/* A text in which nothing is set, and a note (a line without "--") for who finds it again; to be
 * freed. The note, to be freed, of a text that is such a one and nothing more; else NULL. */
char *office_text_new(const char *note);
char *office_text_note(const char *text);

#endif
