/* SPDX-License-Identifier: BSD-2-Clause */
/* An NSS database as a registry of modules: the file pkcs11.txt in its folder. */
#ifndef JPKI_TOOL_REGISTRY_NSS_H
#define JPKI_TOOL_REGISTRY_NSS_H

#include "setup.h"

enum nss_kind {
	NSS_OF_A_PROFILE, /* the program itself makes cert9.db and key4.db when it is started */
	NSS_OF_ITS_OWN,	  /* these files are made here if they are missing */
};

/* Do the request in the database of a folder. If there is none, SETUP_ADD makes it (and the
 * folder). *changed: whether the list of modules was changed. Returns an exit status. */
int registry_nss(
    const struct setup_request *request, const char *folder, enum nss_kind kind, bool *changed);

#endif
