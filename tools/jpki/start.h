/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_START_H
#define JPKI_TOOL_START_H

/* Start libjpki, for both keys: as jpki_start(). A service that takes the connection and never
 * answers keeps it for ever; then the program ends, after a quarter of a minute, and says so. */
int start_library(void);

#endif
