/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_SECRET_LINE_H
#define JPKI_TOOL_SECRET_LINE_H

#include <stdbool.h>

#include <jpki/secret.h>

#include "program.h"

/* Read a line from a descriptor, byte by byte, so that nothing of the next one is taken, and no
 * buffer but the secret has it. Without its end, "\n" or "\r\n"; what does not fit is dropped: no
 * PIN is so long. A zero byte stands behind it. False if there is none, not even an empty one, or
 * if we are to end while a program (or NULL) has it written (program_can_read()). */
bool secret_line_read(int descriptor, const struct program *program, struct jpki_secret *secret);

#endif
