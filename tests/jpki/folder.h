/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_JPKI_FOLDER_H
#define TESTS_JPKI_FOLDER_H

/* A folder of its own for each test, in which it works. Set-up and tear-down; that removes all that
 * is in it. */
int make_folder(void **state);
int drop_folder(void **state);
/* Its path. */
extern char folder[64];

/* That a file has that text. */
void assert_text(const char *name, const char *expected);

/* How many entries the folder has. */
int entries(void);

#endif
