/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A program that logs in and forks: while four threads are in various calls ("busy") or one or two
 * are in one all the time ("slot-info", "login", "sign", "events"), while "threads" come and go, or
 * "raw", in the way that runs no handlers of pthread_atfork. Prints a line, and waits for one from
 * its standard input before it ends; tests/e2e/test_fork.py reads it.
 */

#include <pthread.h>
#include <sched.h>
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
#define REST_NS 1000000
/* Each fork comes so much later in a call than the one before. */
#define STEP_NS 100000

static CK_SLOT_ID slot;
static CK_SESSION_HANDLE session;
static CK_OBJECT_HANDLE key;
static char *pin;
static atomic_bool enough, child_lives;
static atomic_ulong begun; /* calls of those that hold the card much */

static void
sign(CK_SESSION_HANDLE with)
{
	CK_BYTE signature[SIGNATURE_SIZE];

	expect("a signature", sign_text(with, key, signature));
}

static void
rest(void)
{
	const struct timespec pause = {.tv_nsec = REST_NS};

	(void)nanosleep(&pause, NULL);
}

/*
 * Whoever holds the card much: before each call. The card is another's only between two
 * transactions, and whose turn it is hangs on chance: a child's may never come. So no call begins
 * while a child lives, and the next fork waits for one that has begun.
 */
static void
begin_call(void)
{
	do
		rest();
	while (child_lives && !enough);
	begun++;
}

static void *
sign_often(void *unused)
{
	CK_SESSION_HANDLE mine = open_session(slot);

	while (!enough) {
		begin_call();
		sign(mine);
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
		begin_call();
		expect("C_Logout", p11->C_Logout(session));
		expect("C_Login", pkcs11_login(p11, session, CKU_USER, pin));
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

/* A look at a card that another holds gives up in time; so the child looks until there is one. */
static void
find_slots(void)
{
	CK_ULONG count = 0;

	for (;;) {
		expect("C_GetSlotList of a child", p11->C_GetSlotList(CK_TRUE, NULL, &count));
		if (count > 0)
			return;
		rest();
	}
}

/* What a child does with the module: it begins anew. */
static void
live_as_child(void)
{
	CK_INFO info;

	if (p11->C_GetInfo(&info) != CKR_CRYPTOKI_NOT_INITIALIZED)
		expect("C_GetInfo of a child", CKR_GENERAL_ERROR);
	expect("C_Initialize of a child", p11->C_Initialize(NULL));
	find_slots();
	expect("C_Finalize of a child", p11->C_Finalize(NULL));
}

/* The child ends, and well. One that hangs lets the test's own time run out. */
static void
wait_for(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) != child || status != 0)
		expect("a child", CKR_GENERAL_ERROR);
}

static const struct {
	const char *name;
	pid_t (*fork)(void);
	void (*leave)(int status);
	bool holds_card; /* one of the threads does, and calls begin_call */
	void *(*threads[THREADS_MAX])(void *unused);
} ways[] = {
    /* clang-format off */
    {"busy", fork, _exit, true, {sign_often, look_often, look_often, look_often}},
    {"slot-info", fork, _exit, false, {ask_often, ask_often}},
    {"login", fork, _exit, true, {log_in_often}},
    {"sign", fork, _exit, true, {sign_often}},
    {"events", fork, _exit, false, {listen_often, wait_for_one}},
    {"threads", fork, _exit, false, {come_and_go, come_and_go, come_and_go}},
    {"raw", _Fork, exit, false, {NULL}}, /* no handler of a fork runs, but those of an exit do */
    /* clang-format on */
};

static void
wait_for_call(int done)
{
	const struct timespec pause = {.tv_nsec = done * STEP_NS};
	unsigned long before = begun;

	while (begun == before)
		sched_yield();
	(void)nanosleep(&pause, NULL);
}

/* One child after the other. Of the raw ones, half start the module. */
static void
fork_often(size_t way, int forks)
{
	pid_t child;

	for (int done = 0; done < forks; done++) {
		if (ways[way].holds_card)
			wait_for_call(done);
		child_lives = true;
		child = ways[way].fork();
		if (child == 0) {
			if (done % 2 == 1 || ways[way].leave == _exit)
				live_as_child();
			ways[way].leave(0);
		}
		wait_for(child);
		child_lives = false;
	}
}

/* The same while the threads are at work. One that waits for an event goes on. */
static void
fork_busy(size_t way, int forks)
{
	pthread_t threads[THREADS_MAX];
	int count;

	for (count = 0; count < THREADS_MAX && ways[way].threads[count] != NULL; count++)
		if (pthread_create(&threads[count], NULL, ways[way].threads[count], NULL) != 0)
			exit(1);
	fork_often(way, forks);
	enough = true;
	for (int i = 0; i < count; i++)
		if (ways[way].threads[i] != wait_for_one)
			pthread_join(threads[i], NULL);
}

/* The parent is still logged in. */
static void
end_well(void)
{
	CK_SESSION_INFO info;

	expect("C_GetSessionInfo", p11->C_GetSessionInfo(session, &info));
	if (info.state != CKS_RO_USER_FUNCTIONS)
		expect("the parent's login", CKR_USER_NOT_LOGGED_IN);
	sign(session);
	puts("still logged in");
	fflush(stdout);
	(void)getchar();
	expect("C_Finalize", p11->C_Finalize(NULL));
}

int
main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "usage: fork WAY FORKS MODULE PIN\n");
		return 2;
	}
	for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++)
		if (strcmp(ways[way].name, argv[1]) == 0) {
			(void)load(argv[3]);
			pin = argv[4];
			session = start_user_session(0, pin);
			key = private_key(session);
			sign(session);
			fork_busy(way, atoi(argv[2]));
			end_well();
			return 0;
		}
	fprintf(stderr, "fork: there is no way \"%s\"\n", argv[1]);
	return 2;
}
