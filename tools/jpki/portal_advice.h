/* SPDX-License-Identifier: BSD-2-Clause */
/* What a person has to do in the browser, because no other program can install an extension in it.
 */
#ifndef JPKI_TOOL_PORTAL_ADVICE_H
#define JPKI_TOOL_PORTAL_ADVICE_H

#include "portal_browsers.h"

/* Tell how to install the extension, in the words of the browser's own windows. 0, or -1 after
 * telling that the extension is not installed on this computer. */
int portal_advise(const struct portal_browser *browser);

/* Tell which Firefox does not take the extension. */
void portal_tell_signed(void);

/* Tell what it means that the browser is a snap or flatpak; `box` is from
 * portal_browser_presence(). */
void portal_tell_box(
    const struct portal_browser *browser, enum portal_presence presence, const char *box);

#endif
