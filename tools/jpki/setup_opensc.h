/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki setup: OpenSC's module beside ours. */
#ifndef JPKI_TOOL_SETUP_OPENSC_H
#define JPKI_TOOL_SETUP_OPENSC_H

#include "setup.h"

/* After a place was set up, with its status: tell of OpenSC's module there, remove it or put it
 * back, as the request says. *changed becomes true if that changed the place. Returns a status. */
int setup_opensc_in_database(
    const struct setup_request *request, const char *folder, int status, bool *changed);
int setup_opensc_in_p11_kit(const struct setup_request *request, int status);

#endif
