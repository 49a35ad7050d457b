/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_OPENSC_NAME_H
#define JPKI_TOOL_OPENSC_NAME_H

#include <stdbool.h>

/* Whether a module's path, as a program has it, is OpenSC's, by the name of the file or of the
 * file that it links to. A file that is missing does not count, since it cannot be loaded. */
bool opensc_is_module(const char *library);

#endif
