/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/fork.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#include <jpki/error.h>

#include "base/deadline.h"
#include "pcsc/patience.h"

/*
 * pcsc-lite has one mutex over all its contexts. Forked while another thread holds it, a child
 * finds it locked for ever. SCardEstablishContext holds it until the service has answered, and a
 * call on a context that another call is using until that one is done; the others do for less than
 * a microsecond when they begin. So the calls that the service answers at once take `talk`, and
 * so does whoever forks.
 *
 * Version 2 has one more, over what it knows of the readers: SCardListReaders, SCardGetStatusChange
 * and SCardStatus hold it until the service has answered. The last of them may wait for another
 * program's transaction, and must not keep the others from talking: `status` is shared by all who
 * are in it, and taken whole by whoever forks, who keeps the others out by `entrance`. A wait for
 * events is one of these: it holds the mutex whenever it asks the service, as it begins and at each
 * event, and nobody can see that from outside. So who forks cancels it first.
 *
 * What remains is that microsecond of the calls that may last (a command, another program's
 * transaction), and other users of pcsc-lite in the program.
 *
 * Lock order: entrance, status, waits_lock, talk.
 */
static pthread_mutex_t talk = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t status = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_mutex_t entrance = PTHREAD_MUTEX_INITIALIZER; /* of `status` */
static pthread_mutex_t waits_lock = PTHREAD_MUTEX_INITIALIZER;
static struct fork_wait *_Atomic waits;
static pid_t owner;		   /* the process that they are of */
static struct fork_closed *closed; /* under `talk` */
static _Thread_local bool keeps_talk, keeps_status, keeps_entrance;

/* A service that hangs, or a long transaction, must not keep a program from forking. */
#define FORK_PATIENCE_MS 1000

/* A wait that has only just begun is not cancelled: how long until it is told again. */
#define TOLD_AGAIN_MS 10

/* How many threads are still telling the waits: the service does not answer them. */
static atomic_int hanging;

static int
cancel_waits(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&waits_lock);
	for (const struct fork_wait *wait = waits; wait != NULL; wait = wait->next) {
		fork_begin_talk();
		(void)SCardCancel(wait->context);
		fork_end_talk();
	}
	pthread_mutex_unlock(&waits_lock);
	return JPKI_OK;
}

/* The service has answered after all. */
static void
end_hanging(void *unused, int result)
{
	(void)unused;
	(void)result;
	hanging--;
}

/* In a thread of its own. False: the service hangs. */
static bool
tell_waits(void)
{
	const struct patience_call call = {cancel_waits, end_hanging, NULL};
	struct patience *telling;

	if (hanging > 0)
		return false;
	telling = patience_start(&call);
	if (telling == NULL || patience_wait(&telling, FORK_PATIENCE_MS) != JPKI_ERR_HELD)
		return true;
	hanging++;
	patience_leave(&telling);
	return false;
}

static bool
lock_status(void)
{
	struct deadline soon;

	for (int ms = 0; ms < FORK_PATIENCE_MS; ms += TOLD_AGAIN_MS) {
		if (waits != NULL && !tell_waits())
			break;
		soon = deadline_in(TOLD_AGAIN_MS);
		if (deadline_lock_whole(&status, &soon) == 0)
			return true;
	}
	return pthread_rwlock_trywrlock(&status) == 0;
}

static void
before_fork(void)
{
	struct deadline until = deadline_in(FORK_PATIENCE_MS);

	keeps_entrance = deadline_lock(&entrance, &until) == 0;
	keeps_status = keeps_entrance && lock_status();
	until = deadline_in(FORK_PATIENCE_MS);
	keeps_talk = deadline_lock(&talk, &until) == 0;
}

static void
after_fork_in_parent(void)
{
	if (keeps_talk)
		pthread_mutex_unlock(&talk);
	if (keeps_status)
		pthread_rwlock_unlock(&status);
	if (keeps_entrance)
		pthread_mutex_unlock(&entrance);
}

/* What it inherits would keep a guard from hearing that its process has become another program. */
static void
after_fork_in_child(void)
{
	pthread_mutex_init(&talk, NULL);
	status = (pthread_rwlock_t)PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
	pthread_mutex_init(&entrance, NULL);
	pthread_mutex_init(&waits_lock, NULL);
	waits = NULL;
	hanging = 0;
	for (; closed != NULL; closed = closed->next)
		descriptor_close(&closed->file);
	owner = getpid();
}

bool
fork_watch(void)
{
	static bool watched;

	if (owner != getpid()) /* nobody's yet, or a fork without handlers */
		after_fork_in_child();
	if (!watched)
		watched =
		    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) == 0;
	return watched;
}

void
fork_begin_talk(void)
{
	pthread_mutex_lock(&talk);
}

void
fork_end_talk(void)
{
	pthread_mutex_unlock(&talk);
}

void
fork_begin_status(void)
{
	pthread_mutex_lock(&entrance);
	pthread_rwlock_rdlock(&status);
	pthread_mutex_unlock(&entrance);
}

void
fork_end_status(void)
{
	pthread_rwlock_unlock(&status);
}

void
fork_begin_wait(struct fork_wait *wait)
{
	fork_begin_status();
	pthread_mutex_lock(&waits_lock);
	wait->next = waits;
	waits = wait;
	pthread_mutex_unlock(&waits_lock);
}

void
fork_end_wait(const struct fork_wait *wait)
{
	struct fork_wait *before;

	pthread_mutex_lock(&waits_lock);
	if (waits == wait) {
		waits = wait->next;
	} else {
		for (before = waits; before->next != wait; before = before->next)
			continue;
		before->next = wait->next;
	}
	pthread_mutex_unlock(&waits_lock);
	fork_end_status();
}

void
fork_close_in_child(struct fork_closed *file)
{
	fork_begin_talk();
	file->next = closed;
	closed = file;
	fork_end_talk();
}

void
fork_forget(const struct fork_closed *file)
{
	struct fork_closed **place = &closed;

	fork_begin_talk();
	while (*place != NULL && *place != file)
		place = &(*place)->next;
	if (*place != NULL)
		*place = file->next;
	fork_end_talk();
}
