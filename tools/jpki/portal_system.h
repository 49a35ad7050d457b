/* SPDX-License-Identifier: BSD-2-Clause */
/* What a package has installed for the browsers of all users: the manifest of the program, and the
 * extension. A jpki in a build folder ignores both. */
#ifndef JPKI_TOOL_PORTAL_SYSTEM_H
#define JPKI_TOOL_PORTAL_SYSTEM_H

#include "portal_browsers.h"

/* The path of the manifest that allows our extension to start this program; the caller frees it.
 * NULL if there is none. */
char *portal_system_manifest(const struct portal_browser *browser, const char *program);

/* Whether the browser, if it is the distribution's, loads our extension by itself. One in a box
 * does not see it. */
bool portal_system_extension(const struct portal_browser *browser);

#endif
