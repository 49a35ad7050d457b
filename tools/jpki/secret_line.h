/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_SECRET_LINE_H
#define JPKI_TOOL_SECRET_LINE_H

#include <stdbool.h>

#include <jpki/secret.h>

#include "program.h"

/* Read a line from a descriptor, byte by byte, so that nothing of the next line is read, and no
 * other buffer contains it. The end, "\n" or "\r\n", is left out, and a NUL added; what does not
 * fit is dropped, since no PIN is so long. False if there is no line, not even an empty one, or if
 * we have to end while `program` (unless NULL) writes it (program_can_read()). */
bool secret_line_read(int descriptor, const struct program *program, struct jpki_secret *secret);

#endif
