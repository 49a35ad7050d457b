/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/module.h"

#include <stdio.h>

#include "reader/library.h"
#include "token/rv.h"
#include "token/session.h"

CK_RV
module_start(CK_RV arguments)
{
	char line[64];
	CK_RV rv = arguments;

	if (rv == CKR_OK)
		rv = session_watch_forks() ? rv_of(library_start(module_roles)) : CKR_HOST_MEMORY;
	snprintf(line, sizeof(line), "C_Initialize: %s (0x%lX)", rv_name(rv), rv);
	library_tell(line);
	return rv;
}

CK_RV
module_stop(void)
{
	int rv = library_stop_begin();

	if (rv != JPKI_OK)
		return rv_of(rv);
	session_forget_all();
	library_stop_finish();
	return CKR_OK;
}
