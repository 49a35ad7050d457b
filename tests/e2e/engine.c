/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * An OpenSSL engine that, as soon as it is loaded, opens a session with the module that the
 * environment names in JPKI_MODULE: what an openssl.cnf may bring about.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <stdio.h>
#include <stdlib.h>

#include <openssl/engine.h>

#include "load.h"

static int
open_session(ENGINE *engine, const char *id)
{
	CK_FUNCTION_LIST *p11;
	CK_SESSION_HANDLE session;

	(void)id;
	(void)load(getenv("JPKI_MODULE"), &p11);
	printf("engine: C_Initialize 0x%lx\n", p11->C_Initialize(NULL));
	printf("engine: C_OpenSession 0x%lx\n",
	    p11->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &session));
	return ENGINE_set_id(engine, "session") && ENGINE_set_name(engine, "opens a session");
}

/* The macros bring no prototypes. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
IMPLEMENT_DYNAMIC_BIND_FN(open_session)
IMPLEMENT_DYNAMIC_CHECK_FN()
