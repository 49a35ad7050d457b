/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_TERMINAL_H
#define JPKI_TOOL_TERMINAL_H

#include <stdbool.h>

/* Ask the person at the terminal to say yes; false without a terminal. */
bool terminal_confirm(const char *question);

#endif
