/* SPDX-License-Identifier: BSD-2-Clause */
/* The first steps of a program. */
#ifndef JPKI_TOOL_STARTUP_H
#define JPKI_TOOL_STARTUP_H

/* Open the three standard streams if they are closed: otherwise the next descriptor, such as the
 * connection with the PC/SC service, would be taken for one of them. Reading and writing fail as
 * before, but what is written to standard error is lost. */
void startup_streams(void);

/* Set the person's language; in the build folder its translations are used. */
void startup_language(void);

#endif
