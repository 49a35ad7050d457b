/* SPDX-License-Identifier: BSD-2-Clause */
/* What the program says to people, in their language. */
#ifndef JPKI_TOOL_MESSAGE_H
#define JPKI_TOOL_MESSAGE_H

#include <libintl.h>
#include <stdbool.h>

#define _(text) gettext(text)
/* For a text in a table: found by xgettext here, translated by _() where it is printed. */
#define N_(text) text

/* Print a line on standard output. */
__attribute__((format(printf, 1, 2))) void tell(const char *format, ...);

/* Print a line on standard error, after the program's name. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* Set that name, which is "jpki" by default; it is not copied. */
void message_speak_as(const char *name);

/* Print a line on standard error as it is, for example what to do with the output. */
__attribute__((format(printf, 1, 2))) void advise(const char *format, ...);

/* From now on append everything to *text instead of printing it. *text begins as NULL; the caller
 * frees it. With NULL, print again. */
void message_divert(char **text);

/* Whether complain() was called since the last message_divert(). */
bool message_complained(void);

#endif
