/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_OFFICE_RUNNING_H
#define JPKI_TOOL_OFFICE_RUNNING_H

#include <stdbool.h>

/* Whether LibreOffice runs with this user installation (such as ~/.config/libreoffice/4). It
 * writes its settings again when it ends, so a change made meanwhile is lost. */
bool office_is_running(const char *installation);

#endif
