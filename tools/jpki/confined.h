/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs from snap and flatpak: they run in a box of their own, and see neither the files of the
 * modules nor the PC/SC service of the computer. */
#ifndef JPKI_TOOL_CONFINED_H
#define JPKI_TOOL_CONFINED_H

#include <stdbool.h>

#include "setup.h"

/* The name of the box in which the program is there, "snap" or "flatpak", or NULL. */
const char *confined_box(const struct setup_request *request);

/* Whether the program is there as a snap or a flatpak, which is an error where it is the only one:
 * it was told then, and what to do. For programs that were found nowhere else. */
bool confined_only(const struct setup_request *request);

/* Tell of a snap or flatpak beside the program that was set up. */
void confined_too(const struct setup_request *request);

/* Whether a folder belongs to a snap or flatpak; it was told then. */
bool confined_folder(const struct setup_request *request, const char *folder);

#endif
