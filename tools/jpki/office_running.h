/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_OFFICE_RUNNING_H
#define JPKI_TOOL_OFFICE_RUNNING_H

#include <stdbool.h>

/* Whether LibreOffice runs with this installation (as ~/.config/libreoffice/4). It writes its
 * settings anew when it ends, so that a change in between is lost. */
bool office_is_running(const char *installation);

#endif
