/* SPDX-License-Identifier: BSD-2-Clause */
/* The installed parts for Mynaportal: the program that a browser starts, and the extension. */
#ifndef JPKI_TOOL_PORTAL_FILES_H
#define JPKI_TOOL_PORTAL_FILES_H

/* The paths of jpki-portal-host, of the extension for Firefox (.xpi), and of its folder for
 * Chromium: absolute, in the build folder in which the program runs, otherwise the installed ones.
 * The files need not exist. The caller frees them. */
char *portal_host_path(void);
char *portal_xpi_path(void);
char *portal_unpacked_path(void);

/* 0 if that program exists and runs; -1 after telling what is wrong. */
int portal_host_check(const char *path);

#endif
