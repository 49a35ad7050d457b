/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A program that logs in, prints "ready", waits for a line from its standard input and then ends,
 * or is done with the card, in the way that is asked for; tests/e2e/test_ending.py runs it.
 */

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "load.h"

static CK_FUNCTION_LIST *p11;
static CK_SLOT_ID slots[2];
static CK_SESSION_HANDLE session;
static void *library;

static void
log_in(unsigned long slot, char *pin)
{
	CK_ULONG count = 2;

	expect("C_Initialize", p11->C_Initialize(NULL));
	expect("C_GetSlotList", p11->C_GetSlotList(CK_TRUE, slots, &count));
	expect("C_OpenSession",
	    p11->C_OpenSession(slots[slot], CKF_SERIAL_SESSION, NULL, NULL, &session));
	expect("C_Login", p11->C_Login(session, CKU_USER, (CK_UTF8CHAR *)pin, strlen(pin)));
	puts("ready");
	fflush(stdout);
	(void)getchar();
}

/* Those that are done with the card go on for a while: what follows is not their end's doing. */
static void
go_on(void)
{
	puts("done");
	fflush(stdout);
	(void)getchar();
	_exit(0);
}

static void
end_by_return(void)
{
}

static void
end_by_exit(void)
{
	exit(0);
}

static void
end_by_thread(void)
{
	pthread_exit(NULL); /* of the last one: as exit does */
}

static void
end_by_logout(void)
{
	expect("C_Logout", p11->C_Logout(session));
	go_on();
}

static void
end_by_close(void)
{
	expect("C_CloseSession", p11->C_CloseSession(session));
	go_on();
}

static void
end_by_finalize(void)
{
	expect("C_Finalize", p11->C_Finalize(NULL));
	go_on();
}

static void
end_by_finalize_and_dlclose(void)
{
	expect("C_Finalize", p11->C_Finalize(NULL));
	expect("dlclose", dlclose(library) == 0 ? CKR_OK : CKR_GENERAL_ERROR);
	go_on();
}

static void
end_by_dlclose(void)
{
	expect("dlclose", dlclose(library) == 0 ? CKR_OK : CKR_GENERAL_ERROR);
}

static void
end_at_once(void)
{
	_exit(0);
}

static void
end_by_abort(void)
{
	abort();
}

static void
end_by_execution(void)
{
	execl("/bin/cat", "cat", (char *)NULL); /* lives as long as the standard input */
}

static void
end_by_sigterm(void)
{
	raise(SIGTERM);
}

static void
end_by_sigint(void)
{
	signal(SIGINT, SIG_DFL);
	raise(SIGINT);
}

static void
end_by_sigkill(void)
{
	raise(SIGKILL);
}

static const struct {
	const char *name;
	void (*end)(void);
} ways[] = {
    {"return", end_by_return},
    {"exit", end_by_exit},
    {"pthread_exit", end_by_thread},
    {"C_Logout", end_by_logout},
    {"C_CloseSession", end_by_close},
    {"C_Finalize", end_by_finalize},
    {"C_Finalize-dlclose", end_by_finalize_and_dlclose},
    {"dlclose", end_by_dlclose},
    {"_exit", end_at_once},
    {"abort", end_by_abort},
    {"exec", end_by_execution},
    {"SIGTERM", end_by_sigterm},
    {"SIGINT", end_by_sigint},
    {"SIGKILL", end_by_sigkill},
};

int
main(int argc, char **argv)
{
	const struct rlimit no_core = {0, 0};

	if (argc != 5) {
		fprintf(stderr, "usage: ending WAY MODULE TOKEN PIN\n");
		return 2;
	}
	setvbuf(stdin, NULL, _IONBF, 0); /* what follows the line is for who comes after */
	(void)setrlimit(RLIMIT_CORE, &no_core);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(ways[i].name, argv[1]) == 0) {
			library = load(argv[2], &p11);
			log_in(strtoul(argv[3], NULL, 10), argv[4]);
			ways[i].end();
			return 0;
		}
	fprintf(stderr, "ending: there is no way \"%s\"\n", argv[1]);
	return 2;
}
