/* SPDX-License-Identifier: BSD-2-Clause */
/* The signals that ask the program to end. During long work they are blocked; they stay pending,
 * and end the program when they are unblocked. */
#ifndef JPKI_TOOL_ENDING_H
#define JPKI_TOOL_ENDING_H

#include <signal.h>
#include <stdbool.h>

/* All of these signals except those that are ignored. */
void ending_signals(sigset_t *signals);

/* Whether one of them is pending. */
bool ending_is_asked(void);

#endif
