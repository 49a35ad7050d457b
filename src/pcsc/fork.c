/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/fork.h"

#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

#include "base/deadline.h"

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
 * are in it, and taken whole by whoever forks, before those who come later.
 *
 * What remains is that microsecond of the calls that may last (a command, another program's
 * transaction), a wait as it begins and as it hears of an event, and other users of pcsc-lite in
 * the program.
 */
static pthread_mutex_t talk = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t status = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pid_t owner;		   /* the process that they are of */
static struct fork_closed *closed; /* under `talk` */
static _Thread_local bool keeps_talk, keeps_status;

/* A service that hangs, or a long transaction, must not keep a program from forking. */
#define FORK_PATIENCE_MS 1000

static void
before_fork(void)
{
	struct deadline until = deadline_in(FORK_PATIENCE_MS);

	keeps_status = deadline_lock_whole(&status, &until) == 0;
	keeps_talk = deadline_lock(&talk, &until) == 0;
}

static void
after_fork_in_parent(void)
{
	if (keeps_talk)
		pthread_mutex_unlock(&talk);
	if (keeps_status)
		pthread_rwlock_unlock(&status);
}

/* What it inherits would keep a guard from hearing that its process has become another program. */
static void
after_fork_in_child(void)
{
	pthread_mutex_init(&talk, NULL);
	status = (pthread_rwlock_t)PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
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
	pthread_rwlock_rdlock(&status);
}

void
fork_end_status(void)
{
	pthread_rwlock_unlock(&status);
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
