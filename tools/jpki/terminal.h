/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_TERMINAL_H
#define JPKI_TOOL_TERMINAL_H

#include <stdbool.h>

/* Ask a yes-or-no question at the terminal. False for no, and without a terminal. */
bool terminal_confirm(const char *question);

#endif
