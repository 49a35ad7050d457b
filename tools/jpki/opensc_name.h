/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_OPENSC_NAME_H
#define JPKI_TOOL_OPENSC_NAME_H

#include <stdbool.h>

/* Whether a module's path, as a program has it, is OpenSC's: by the name of the file, or of the one
 * that it is a link to. One that is gone is none: nobody loads it. */
bool opensc_is_module(const char *library);

#endif
