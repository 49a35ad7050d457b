/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts of any length. */
#ifndef JPKI_TOOL_TEXT_H
#define JPKI_TOOL_TEXT_H

#include <stdarg.h>
#include <stddef.h>

/* Like asprintf; the caller frees the result. Without memory the program ends. Nothing is half
 * done then, since files are replaced in one step. */
__attribute__((format(printf, 1, 2))) char *text_format(const char *format, ...);
__attribute__((format(printf, 1, 0))) char *text_format_list(const char *format, va_list arguments);

/* A copy of `length` bytes, with a NUL added; the caller frees it. Without memory the program
 * ends. */
char *text_copy(const char *text, size_t length);

/* The text with another one appended; frees `text`. */
char *text_append(char *text, const char *more);

/* The text in quotes ("), with backslashes before quotes and backslashes; the caller frees it. */
char *text_quoted(const char *text);

/* The contents of the quotes with which a text begins, without the backslashes; the caller frees
 * it. NULL if the line ends first. */
char *text_unquoted(const char *text);

/* The text quoted for a shell; the caller frees it. */
char *text_for_shell(const char *text);

/* The number, 0 to 999, after a word with which the text begins; -1 if there is none. */
int text_number(const char *text, const char *word);

/* Free the text and set the pointer to NULL. */
void text_free(char **text);

/* Make room for one more row in a list, like realloc(). Without memory the program ends. */
void *list_grow(void *rows, size_t count, size_t size);

/* `size` bytes, all zero; the caller frees them. Without memory the program ends. */
void *memory_new(size_t size);

/* End the program, because there is no memory. */
_Noreturn void out_of_memory(void);

#endif
