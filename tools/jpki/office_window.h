/* SPDX-License-Identifier: BSD-2-Clause */
/* How long LibreOffice may sign after the signature password. Between the password and the last
 * button (Save) more than ten seconds often pass, and if the time is over LibreOffice says little
 * or nothing. So it gets a setting of its own in the person's jpki.conf. */
#ifndef JPKI_TOOL_OFFICE_WINDOW_H
#define JPKI_TOOL_OFFICE_WINDOW_H

#include <stdbool.h>

/* Each returns 0, or -1 after telling what is wrong. */

/* Make the setting, unless the person has set a time for LibreOffice or for all programs. *made:
 * whether it was made. */
int office_window_set(bool *made);
/* Tell which setting applies, after the program's title. */
int office_window_check(const char *title);
/* Remove the setting if it is ours, and tell so (not if title is NULL). */
int office_window_unset(const char *title);

#endif
