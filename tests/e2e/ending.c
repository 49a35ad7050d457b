/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A program that logs in, prints "ready", waits for a line from its standard input and then ends,
 * or is done with the card, in the way that is asked for; tests/e2e/test_ending.py and
 * test_lifetime.py run it.
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

static CK_SESSION_HANDLE session;
static void *library;
static const char *module, *pin;
static unsigned long token;

static void
start_session(void)
{
	library = load(module);
	session = start_user_session(token, pin);
}

static void
wait_for_line(void)
{
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
finalize(void)
{
	printf("C_Finalize 0x%lx\n", p11->C_Finalize(NULL));
	fflush(stdout);
}

static void
end_by_exit_handler(void)
{
}

/* The module has stayed as it was, session and all, and begins a second life. */
static void
end_by_loading_again(void)
{
	CK_SESSION_INFO info;

	end_by_dlclose();
	library = load(module);
	printf("C_Initialize 0x%lx\n", p11->C_Initialize(NULL));
	printf("C_GetSessionInfo 0x%lx\n", p11->C_GetSessionInfo(session, &info));
	finalize();
	start_session();
	finalize();
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
    {"finalize-at-exit", end_by_exit_handler},
    {"load-again", end_by_loading_again},
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
	module = argv[2];
	token = strtoul(argv[3], NULL, 10);
	pin = argv[4];
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(ways[i].name, argv[1]) == 0) {
			/* as pdfsig -list-nicks: OpenSSL, loaded later, runs its own earlier */
			if (ways[i].end == end_by_exit_handler && atexit(finalize) != 0)
				return 1;
			start_session();
			wait_for_line();
			ways[i].end();
			return 0;
		}
	fprintf(stderr, "ending: there is no way \"%s\"\n", argv[1]);
	return 2;
}
