/* SPDX-License-Identifier: BSD-2-Clause */
/* What the program says to people, in their language, and texts in general. */
#ifndef JPKI_TOOL_MESSAGE_H
#define JPKI_TOOL_MESSAGE_H

#include <libintl.h>
#include <stddef.h>

#define _(text) gettext(text)
/* For a text in a table: found by xgettext here, translated by _() where it is printed. */
#define N_(text) text

/* A line on standard output. */
__attribute__((format(printf, 1, 2))) void tell(const char *format, ...);

/* A line on standard error, behind the program's name. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* A line on standard error as it is: what to do with that which is on standard output. */
__attribute__((format(printf, 1, 2))) void advise(const char *format, ...);

/* As asprintf, to be freed; ends the program if memory is used up. Nothing is half done then:
 * files are replaced in one step. */
__attribute__((format(printf, 1, 2))) char *text_format(const char *format, ...);

/* A copy of so many bytes with a zero behind them, to be freed; ends the program as above. */
char *text_copy(const char *text, size_t length);

/* The text with another one behind it; the first is freed. */
char *text_append(char *text, const char *more);

/* Free and forget. */
void text_free(char **text);

/* Ends the program: memory is used up. */
_Noreturn void out_of_memory(void);

#endif
