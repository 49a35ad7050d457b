/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts of any length. */
#ifndef JPKI_TOOL_TEXT_H
#define JPKI_TOOL_TEXT_H

#include <stddef.h>

/* As asprintf, to be freed; ends the program if memory is used up. Nothing is half done then:
 * files are replaced in one step. */
__attribute__((format(printf, 1, 2))) char *text_format(const char *format, ...);

/* A copy of so many bytes with a zero behind them, to be freed; ends the program as above. */
char *text_copy(const char *text, size_t length);

/* The text with another one behind it; the first is freed. */
char *text_append(char *text, const char *more);

/* The text between quotes ("), with backslashes before quotes and backslashes in it; to be freed.
 */
char *text_quoted(const char *text);

/* What stands between quotes, with which a text begins, without the backslashes before quotes and
 * backslashes in it; to be freed. NULL if the line ends before the quote does. */
char *text_unquoted(const char *text);

/* The text for a shell, which takes it as it is; to be freed. */
char *text_for_shell(const char *text);

/* The number, 0 to 999, behind a word with which a text begins; -1 if there is none. */
int text_number(const char *text, const char *word);

/* Free and forget. */
void text_free(char **text);

/* Room for one row more in a list, as realloc(); ends the program as above. */
void *list_grow(void *rows, size_t count, size_t size);

/* So many bytes, all zero, to be freed; ends the program as above. */
void *memory_new(size_t size);

/* Ends the program: memory is used up. */
_Noreturn void out_of_memory(void);

#endif
