/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A program that loads a module, logs in and then ends in one of the ways in which programs do.
 * Prints what it sees, a line each; tests/e2e/test_lifetime.py reads it.
 */

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

static CK_FUNCTION_LIST *p11;
static CK_SESSION_HANDLE session;

static void
die(const char *what, CK_RV rv)
{
	printf("%s 0x%lx\n", what, rv);
	exit(1);
}

static void
log_in(char *pin)
{
	CK_SLOT_ID slots[2];
	CK_ULONG count = 2;
	CK_RV rv;

	rv = p11->C_Initialize(NULL);
	if (rv == CKR_CRYPTOKI_ALREADY_INITIALIZED) /* somebody else's doing: it is as well */
		puts("already initialised");
	else if (rv != CKR_OK)
		die("C_Initialize", rv);
	rv = p11->C_GetSlotList(CK_TRUE, slots, &count);
	if (rv != CKR_OK)
		die("C_GetSlotList", rv);
	rv = p11->C_OpenSession(slots[0], CKF_SERIAL_SESSION, NULL, NULL, &session);
	if (rv != CKR_OK)
		die("C_OpenSession", rv);
	rv = p11->C_Login(session, CKU_USER, (CK_UTF8CHAR *)pin, strlen(pin));
	if (rv != CKR_OK)
		die("C_Login", rv);
}

static void
finalize(void)
{
	printf("C_Finalize 0x%lx\n", p11->C_Finalize(NULL));
	fflush(stdout);
}

/* As pdfsig -list-nicks does: OpenSSL, loaded later, runs its exit handler earlier. */
static void
finalize_at_exit(const char *module, char *pin)
{
	if (atexit(finalize) != 0)
		die("atexit", 0);
	(void)load(module, &p11);
	log_in(pin);
}

static void
unload(const char *module, char *pin)
{
	void *library = load(module, &p11);

	log_in(pin);
	printf("dlclose %d\n", dlclose(library));
}

static void
load_again(const char *module, char *pin)
{
	CK_SESSION_INFO info;

	unload(module, pin);
	(void)load(module, &p11);
	printf("C_Initialize 0x%lx\n", p11->C_Initialize(NULL));
	printf("C_GetSessionInfo 0x%lx\n", p11->C_GetSessionInfo(session, &info));
	finalize();
	log_in(pin);
	finalize();
}

static void
leave(const char *module, char *pin)
{
	(void)load(module, &p11);
	log_in(pin);
}

static const struct {
	const char *name;
	void (*live)(const char *module, char *pin);
} ways[] = {
    {"finalize-at-exit", finalize_at_exit},
    {"unload", unload},
    {"load-again", load_again},
    {"leave", leave},
};

int
main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: lifetime WAY MODULE PIN\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(ways[i].name, argv[1]) == 0) {
			ways[i].live(argv[2], argv[3]);
			puts("the end");
			return 0;
		}
	fprintf(stderr, "lifetime: there is no way \"%s\"\n", argv[1]);
	return 2;
}
