/* SPDX-License-Identifier: BSD-2-Clause */
/* The signals that ask the program to end, for what takes long while they are held: they go on
 * waiting, and end it when they are released. */
#ifndef JPKI_TOOL_ENDING_H
#define JPKI_TOOL_ENDING_H

#include <signal.h>
#include <stdbool.h>

/* All of them but those that are ignored, which wait too while they are held. */
void ending_signals(sigset_t *signals);

/* Whether one of them waits. */
bool ending_is_asked(void);

#endif
