/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program begins with. */
#ifndef JPKI_TOOL_STARTUP_H
#define JPKI_TOOL_STARTUP_H

/* Fill the three standard streams, where whoever started us has closed them: else what is opened
 * next, as the connection to the card's service, is taken for one of them. Reading and writing fail
 * as before, but what is said on standard error goes nowhere. */
void startup_streams(void);

/* Speak the person's language: with the translations of the build folder where the program runs
 * there. */
void startup_language(void);

#endif
