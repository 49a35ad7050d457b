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
open_one(ENGINE *engine, const char *id)
{
	CK_SESSION_HANDLE session;

	(void)id;
	(void)load(getenv("JPKI_MODULE"));
	printf("engine: C_Initialize 0x%lx\n", p11->C_Initialize(NULL));
	printf("engine: C_OpenSession 0x%lx\n", pkcs11_open_session(p11, 0, 0, &session));
	return ENGINE_set_id(engine, "session") && ENGINE_set_name(engine, "opens a session");
}

/* The macros bring no prototypes. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
IMPLEMENT_DYNAMIC_BIND_FN(open_one)
IMPLEMENT_DYNAMIC_CHECK_FN()
