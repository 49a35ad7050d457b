/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_DESCRIPTOR_OPTION_H
#define JPKI_TOOL_DESCRIPTOR_OPTION_H

/* The file descriptor that a text names, if it is open now; -1 otherwise. */
int descriptor_option(const char *text);

#endif
