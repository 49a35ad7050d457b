/* SPDX-License-Identifier: BSD-2-Clause */
/* What of the way to Mynaportal is installed: the program that a browser starts, and the extension.
 */
#ifndef JPKI_TOOL_PORTAL_FILES_H
#define JPKI_TOOL_PORTAL_FILES_H

/* jpki-portal-host, the extension as Firefox takes it (.xpi), and its folder as Chromium takes it:
 * absolute paths, those of the build folder the program runs in, or else the installed ones. There
 * need not be such files. To be freed. */
char *portal_host_path(void);
char *portal_xpi_path(void);
char *portal_unpacked_path(void);

/* 0 if that program is there and runs; else -1, and it was told what is wrong. */
int portal_host_check(const char *path);

#endif
