/* SPDX-License-Identifier: BSD-2-Clause */
/* What a person has to do in the browser, which lets no other program put an extension into it. */
#ifndef JPKI_TOOL_PORTAL_ADVICE_H
#define JPKI_TOOL_PORTAL_ADVICE_H

#include "portal_browsers.h"

/* How to get the extension, in the words of the browser's own windows. 0, or -1: it is not
 * installed on this computer, which was told. */
int portal_advise(const struct portal_browser *browser);

/* What a box means for it; *box as portal_browser_presence() gives it. */
void portal_tell_box(
    const struct portal_browser *browser, enum portal_presence presence, const char *box);

#endif
