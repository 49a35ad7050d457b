/* SPDX-License-Identifier: BSD-2-Clause */
/* A database of NSS as a registry of modules: the file pkcs11.txt in its folder. */
#ifndef JPKI_TOOL_REGISTRY_NSS_H
#define JPKI_TOOL_REGISTRY_NSS_H

#include "setup.h"

/* Do the request in the database of a folder. If there is none, adding makes one (and the folder),
 * as a file that NSS completes when a program opens it. *changed (may be NULL): whether the file is
 * another now. An exit status. */
int registry_nss(const struct setup_request *request, const char *folder, bool *changed);

#endif
