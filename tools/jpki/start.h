/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_START_H
#define JPKI_TOOL_START_H

/* Start libjpki, for both keys; returns what jpki_start() does. If the service accepts the
 * connection but never answers, the program ends after a quarter of a minute, and says why. */
int start_library(void);

#endif
