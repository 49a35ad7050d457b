/* SPDX-License-Identifier: BSD-2-Clause */
/* What the program says to people, in their language. */
#ifndef JPKI_TOOL_MESSAGE_H
#define JPKI_TOOL_MESSAGE_H

#include <libintl.h>
#include <stdbool.h>

#define _(text) gettext(text)
/* For a text in a table: found by xgettext here, translated by _() where it is printed. */
#define N_(text) text

/* A line on standard output. */
__attribute__((format(printf, 1, 2))) void tell(const char *format, ...);

/* A line on standard error, behind the program's name. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* That name, instead of "jpki"; it is not copied. */
void message_speak_as(const char *name);

/* A line on standard error as it is: what to do with that which is on standard output. */
__attribute__((format(printf, 1, 2))) void advise(const char *format, ...);

/* Have all that is said from now on appended to a text, which begins as NULL and is to be freed,
 * and not printed; with NULL it is printed again. */
void message_divert(char **text);

/* Whether complain() had something to say since what is said was last diverted. */
bool message_complained(void);

#endif
