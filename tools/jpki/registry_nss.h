/* SPDX-License-Identifier: BSD-2-Clause */
/* A database of NSS as a registry of modules: the file pkcs11.txt in its folder. */
#ifndef JPKI_TOOL_REGISTRY_NSS_H
#define JPKI_TOOL_REGISTRY_NSS_H

#include "setup.h"

enum nss_kind {
	NSS_OF_A_PROFILE, /* the program makes cert9.db and key4.db when it is started */
	NSS_OF_ITS_OWN,	  /* they are made here if they are missing */
};

/* Do the request in the database of a folder. If there is none, adding makes one (and the folder).
 * *changed: whether the list of modules is another now. An exit status. */
int registry_nss(
    const struct setup_request *request, const char *folder, enum nss_kind kind, bool *changed);

#endif
