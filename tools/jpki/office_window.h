/* SPDX-License-Identifier: BSD-2-Clause */
/* How long LibreOffice may sign after the signature password: from the password to the last button
 * (Save) there is more to do than ten seconds are enough for, and where they were not, it says
 * little or nothing. So it has a setting of its own in the person's jpki.conf. */
#ifndef JPKI_TOOL_OFFICE_WINDOW_H
#define JPKI_TOOL_OFFICE_WINDOW_H

#include <stdbool.h>

/* Each gives 0, or -1, and why was told. */

/* Make it, unless a person has chosen a time for LibreOffice or for all programs. */
int office_window_set(bool *made);
/* Tell what holds, behind the program's title. */
int office_window_check(const char *title);
/* Remove it if it is ours, and tell so (title NULL: do not). */
int office_window_unset(const char *title);

#endif
