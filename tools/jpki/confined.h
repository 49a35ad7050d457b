/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs from snap and flatpak. They are confined: they see neither the files of our modules nor
 * the PC/SC service of the computer. */
#ifndef JPKI_TOOL_CONFINED_H
#define JPKI_TOOL_CONFINED_H

#include <stdbool.h>

#include "setup.h"

/* "snap" or "flatpak" if the program is installed in that way, or NULL. */
const char *confined_box(const struct setup_request *request);

/* Whether the program is installed as a snap or a flatpak: then an error is told, and what to do.
 * For programs that were found in no other way. */
bool confined_only(const struct setup_request *request);

/* Tell of a snap or flatpak that exists beside the program that was set up. */
void confined_too(const struct setup_request *request);

/* Whether a folder belongs to a snap or flatpak: then that was told. */
bool confined_folder(const struct setup_request *request, const char *folder);

#endif
