/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A program that logs in and forks: "busy" while four threads are in calls, "raw" in the way
 * that runs no handlers of pthread_atfork. Prints a line, and waits for one from its standard
 * input before it ends; tests/e2e/test_fork.py reads it.
 */

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

#define THREADS 4
#define PATIENCE_S 10
/* So many that hang are enough. */
#define HUNG_MAX 2

static CK_FUNCTION_LIST *p11;
static CK_SLOT_ID slot;
static CK_SESSION_HANDLE session;
static CK_OBJECT_HANDLE key;
static atomic_bool enough;

static void
sign(CK_SESSION_HANDLE with)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_BYTE data[] = "a text", signature[256];
	CK_ULONG length = sizeof(signature);

	expect("C_SignInit", p11->C_SignInit(with, &mechanism, key));
	expect("C_Sign", p11->C_Sign(with, data, sizeof(data), signature, &length));
}

static void
log_in(char *pin)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof(class)};
	CK_ULONG count = 1;

	expect("C_Initialize", p11->C_Initialize(NULL));
	expect("C_OpenSession", p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session));
	expect("C_Login", p11->C_Login(session, CKU_USER, (CK_UTF8CHAR *)pin, strlen(pin)));
	expect("C_FindObjectsInit", p11->C_FindObjectsInit(session, &template, 1));
	expect("C_FindObjects", p11->C_FindObjects(session, &key, 1, &count));
	expect("C_FindObjectsFinal", p11->C_FindObjectsFinal(session));
	sign(session);
}

/* One of the threads signs; the others are more often where a fork can hurt. */
static void *
be_busy(void *signs)
{
	CK_SESSION_HANDLE mine;
	CK_TOKEN_INFO info;
	CK_ULONG count;

	while (!enough) {
		expect("C_GetSlotList", p11->C_GetSlotList(CK_TRUE, NULL, &count));
		expect("C_GetTokenInfo", p11->C_GetTokenInfo(slot, &info));
		expect("C_OpenSession",
		    p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &mine));
		if (signs != NULL)
			sign(mine);
		expect("C_CloseSession", p11->C_CloseSession(mine));
	}
	return NULL;
}

/* What a child does with the module: it begins anew. */
static void
live_as_child(void)
{
	CK_ULONG count = 0;
	CK_INFO info;

	if (p11->C_GetInfo(&info) != CKR_CRYPTOKI_NOT_INITIALIZED)
		expect("C_GetInfo of a child", CKR_GENERAL_ERROR);
	expect("C_Initialize of a child", p11->C_Initialize(NULL));
	expect("C_GetSlotList of a child", p11->C_GetSlotList(CK_TRUE, NULL, &count));
	if (count == 0)
		expect("the slots of a child", CKR_GENERAL_ERROR);
	expect("C_Finalize of a child", p11->C_Finalize(NULL));
}

/*
 * Did the child end in time? It must have ended well. SIGCHLD is blocked, and may be another
 * child's: the module's guard is begun by one.
 */
static bool
ended(pid_t child)
{
	struct timespec patience = {.tv_sec = PATIENCE_S};
	sigset_t signals;
	int status;
	pid_t found;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	while ((found = waitpid(child, &status, WNOHANG)) == 0)
		if (sigtimedwait(&signals, NULL, &patience) != SIGCHLD) {
			kill(child, SIGKILL);
			(void)waitpid(child, &status, 0);
			return false;
		}
	if (found != child || status != 0)
		expect("a child", (CK_RV)status);
	return true;
}

/* How many of the children hung; *done: of how many. */
static int
fork_busy(int forks, int *done)
{
	pthread_t threads[THREADS];
	int hung = 0;
	pid_t child;

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, be_busy, i == 0 ? p11 : NULL) != 0)
			exit(1);
	for (*done = 0; *done < forks && hung < HUNG_MAX; (*done)++) {
		child = fork();
		if (child == 0) {
			live_as_child();
			_exit(0);
		}
		if (!ended(child))
			hung++;
	}
	enough = true;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return hung;
}

/* No handler of a fork runs, but the child runs those of its exit. */
static int
fork_raw(int forks, int *done)
{
	int hung = 0;
	pid_t child;

	for (*done = 0; *done < forks && hung < HUNG_MAX; (*done)++) {
		child = _Fork();
		if (child == 0) {
			if (*done % 2 == 1)
				live_as_child();
			exit(0);
		}
		if (!ended(child))
			hung++;
	}
	return hung;
}

/* The parent is still logged in. */
static void
end_well(int done, int hung)
{
	CK_SESSION_INFO info;

	expect("C_GetSessionInfo", p11->C_GetSessionInfo(session, &info));
	if (info.state != CKS_RO_USER_FUNCTIONS)
		expect("the parent's login", CKR_USER_NOT_LOGGED_IN);
	sign(session);
	printf("%d forks, %d hung\n", done, hung);
	fflush(stdout);
	(void)getchar();
	expect("C_Finalize", p11->C_Finalize(NULL));
}

int
main(int argc, char **argv)
{
	sigset_t signals;
	int done, hung;

	if (argc != 5) {
		fprintf(stderr, "usage: fork busy|raw FORKS MODULE PIN\n");
		return 2;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	(void)load(argv[3], &p11);
	log_in(argv[4]);
	if (strcmp(argv[1], "busy") == 0)
		hung = fork_busy(atoi(argv[2]), &done);
	else
		hung = fork_raw(atoi(argv[2]), &done);
	end_well(done, hung);
	return 0;
}
