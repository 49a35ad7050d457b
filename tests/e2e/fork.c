/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A program that logs in and forks: while four threads are in various calls ("busy") or one or two
 * are in one all the time ("slot-info", "login", "sign", "events"), while "threads" come and go, or
 * "raw", in the way that runs no handlers of pthread_atfork. Prints a line, and waits for one from
 * its standard input before it ends; tests/e2e/test_fork.py reads it.
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

#define THREADS_MAX 4
#define SLOTS_MAX 32
#define CROWD 600
#define STACK_SIZE (64 * 1024)
#define PATIENCE_S 10
/* How often a child looks for slots, and the pause between. */
#define LOOKS 150
#define LOOK_PAUSE_NS 10000000
/* How long the card is left to others in between. */
#define REST_NS 1000000
/* So many that hang are enough. */
#define HUNG_MAX 2

static CK_SLOT_ID slot;
static CK_SESSION_HANDLE session;
static CK_OBJECT_HANDLE key;
static char *pin;
static atomic_bool enough;

static void
sign(CK_SESSION_HANDLE with)
{
	CK_BYTE signature[SIGNATURE_SIZE];

	expect("a signature", sign_text(with, key, signature));
}

/* Others come to the card only between two transactions, and the service is not fair. */
static void
let_others(void)
{
	const struct timespec pause = {.tv_nsec = REST_NS};

	(void)nanosleep(&pause, NULL);
}

static void *
sign_often(void *unused)
{
	CK_SESSION_HANDLE mine = open_session(slot);

	while (!enough) {
		sign(mine);
		let_others();
	}
	expect("C_CloseSession", p11->C_CloseSession(mine));
	return unused;
}

/* These calls are more often where a fork can hurt. */
static void *
look_often(void *unused)
{
	CK_TOKEN_INFO info;
	CK_ULONG count;

	while (!enough) {
		expect("C_GetSlotList", p11->C_GetSlotList(CK_TRUE, NULL, &count));
		expect("C_GetTokenInfo", p11->C_GetTokenInfo(slot, &info));
		expect("C_CloseSession", p11->C_CloseSession(open_session(slot)));
	}
	return unused;
}

static void *
ask_often(void *unused)
{
	CK_SLOT_INFO info;

	while (!enough)
		expect("C_GetSlotInfo", p11->C_GetSlotInfo(slot, &info));
	return unused;
}

static void *
log_in_often(void *unused)
{
	while (!enough) {
		expect("C_Logout", p11->C_Logout(session));
		expect("C_Login", pkcs11_login(p11, session, CKU_USER, pin));
		let_others();
	}
	key = private_key(session);
	return unused;
}

/* One that needs neither service nor card. */
static void *
ask_once(void *unused)
{
	CK_SLOT_ID list[SLOTS_MAX];
	CK_ULONG count = SLOTS_MAX;

	expect("C_GetSlotList", p11->C_GetSlotList(CK_FALSE, list, &count));
	return unused;
}

static void *
ask_and_stay(void *unused)
{
	(void)ask_once(unused);
	while (!enough)
		pause(); /* to the end of the program */
	return unused;
}

/* A thread that needs little. */
static void
start_thread(pthread_t *thread, void *(*run)(void *))
{
	pthread_attr_t attributes;

	if (pthread_attr_init(&attributes) != 0 ||
	    pthread_attr_setstacksize(&attributes, STACK_SIZE) != 0 ||
	    pthread_create(thread, &attributes, run, NULL) != 0)
		exit(1);
	pthread_attr_destroy(&attributes);
}

/*
 * OpenSSL has a list, with a lock, of all threads that have called it: the longer the list, the
 * longer the lock is held when one ends.
 */
static void *
come_and_go(void *unused)
{
	pthread_t next;

	for (int i = 0; i < CROWD; i++)
		start_thread(&next, ask_and_stay);
	while (!enough) {
		start_thread(&next, ask_once);
		pthread_join(next, NULL);
	}
	return unused;
}

/* Whether there has been an event, again and again. */
static void *
listen_often(void *unused)
{
	CK_SLOT_ID found;
	CK_RV rv;

	while (!enough) {
		rv = p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &found, NULL);
		if (rv != CKR_NO_EVENT)
			expect("C_WaitForSlotEvent", rv);
	}
	return unused;
}

/* Until there is one. */
static void *
wait_for_one(void *unused)
{
	CK_SLOT_ID found;
	CK_RV rv = p11->C_WaitForSlotEvent(0, &found, NULL);

	if (rv != CKR_CRYPTOKI_NOT_INITIALIZED)
		expect("C_WaitForSlotEvent", rv);
	return unused;
}

/* The parent hardly leaves the card to others, and a look at one that is held gives up in time. */
static CK_ULONG
find_slots(void)
{
	const struct timespec pause = {.tv_nsec = LOOK_PAUSE_NS};
	CK_ULONG count = 0;

	for (int i = 0; i < LOOKS && count == 0; i++) {
		if (i > 0)
			(void)nanosleep(&pause, NULL);
		expect("C_GetSlotList of a child", p11->C_GetSlotList(CK_TRUE, NULL, &count));
	}
	return count;
}

/* What a child does with the module: it begins anew. */
static void
live_as_child(void)
{
	CK_ULONG count;
	CK_INFO info;

	if (p11->C_GetInfo(&info) != CKR_CRYPTOKI_NOT_INITIALIZED)
		expect("C_GetInfo of a child", CKR_GENERAL_ERROR);
	expect("C_Initialize of a child", p11->C_Initialize(NULL));
	count = find_slots();
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

static const struct {
	const char *name;
	pid_t (*fork)(void);
	void (*leave)(int status);
	void *(*threads[THREADS_MAX])(void *unused);
} ways[] = {
    /* clang-format off */
    {"busy", fork, _exit, {sign_often, look_often, look_often, look_often}},
    {"slot-info", fork, _exit, {ask_often, ask_often}},
    {"login", fork, _exit, {log_in_often}},
    {"sign", fork, _exit, {sign_often}},
    {"events", fork, _exit, {listen_often, wait_for_one}},
    {"threads", fork, _exit, {come_and_go, come_and_go, come_and_go}},
    {"raw", _Fork, exit, {NULL}}, /* no handler of a fork runs, but those of an exit do */
    /* clang-format on */
};

/* How many of the children hung; *done: of how many. Of the raw ones, half start the module. */
static int
fork_often(size_t way, int forks, int *done)
{
	int hung = 0;
	pid_t child;

	for (*done = 0; *done < forks && hung < HUNG_MAX; (*done)++) {
		child = ways[way].fork();
		if (child == 0) {
			if (*done % 2 == 1 || ways[way].leave == _exit)
				live_as_child();
			ways[way].leave(0);
		}
		if (!ended(child))
			hung++;
	}
	return hung;
}

/* The same while the threads are at work. One that waits for an event goes on. */
static int
fork_busy(size_t way, int forks, int *done)
{
	pthread_t threads[THREADS_MAX];
	int hung, count;

	for (count = 0; count < THREADS_MAX && ways[way].threads[count] != NULL; count++)
		if (pthread_create(&threads[count], NULL, ways[way].threads[count], NULL) != 0)
			exit(1);
	hung = fork_often(way, forks, done);
	enough = true;
	for (int i = 0; i < count; i++)
		if (ways[way].threads[i] != wait_for_one)
			pthread_join(threads[i], NULL);
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
		fprintf(stderr, "usage: fork WAY FORKS MODULE PIN\n");
		return 2;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++)
		if (strcmp(ways[way].name, argv[1]) == 0) {
			(void)load(argv[3]);
			pin = argv[4];
			session = start_user_session(0, pin);
			key = private_key(session);
			sign(session);
			hung = fork_busy(way, atoi(argv[2]), &done);
			end_well(done, hung);
			return 0;
		}
	fprintf(stderr, "fork: there is no way \"%s\"\n", argv[1]);
	return 2;
}
