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
 * pcsc-lite has one mutex for all its contexts. If the process forks while another thread holds it,
 * the child finds it locked for ever. SCardEstablishContext holds it until the service has
 * answered; so does a call on a context that another call is using, until that call has ended.
 * Other calls hold it for less than a microsecond as they begin. So calls that the service answers
 * at once take `request_lock`, and so does a fork.
 *
 * Version 2 has one more mutex, for its list of readers: SCardListReaders, SCardGetStatusChange and
 * SCardStatus hold it until the service has answered. SCardStatus may wait for another program's
 * transaction, and must not delay other requests. So callers of it share `status_lock`, and a fork
 * takes that lock whole; meanwhile it keeps new callers out by `status_entrance`. A wait for events
 * is such a call too: it holds the mutex whenever it asks the service, at its beginning and at each
 * event, which cannot be seen from outside. So a fork first cancels the waits.
 *
 * Not covered are that microsecond in calls that may last (a command, another program's
 * transaction), and other users of pcsc-lite in the program.
 *
 * Lock order: status_entrance, status_lock, waits_lock, request_lock.
 */
static pthread_mutex_t request_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t status_lock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_mutex_t status_entrance = PTHREAD_MUTEX_INITIALIZER; /* entrance to `status_lock` */
static pthread_mutex_t waits_lock = PTHREAD_MUTEX_INITIALIZER;
static struct fork_wait *_Atomic waits;
static pid_t owner;		   /* the process that these locks belong to */
static struct fork_closed *closed; /* guarded by `request_lock` */
static _Thread_local bool keeps_request_lock, keeps_status_lock, keeps_status_entrance;

/* A service that hangs, or a long transaction, must not keep a program from forking. */
#define FORK_PATIENCE_MS 1000

/*
 * A wait that has only just begun may miss the cancellation: after this time, in ms, it is
 * cancelled again.
 */
#define TOLD_AGAIN_MS 10

/* How many threads are still cancelling waits: the service has not answered them. */
static atomic_int hanging;

static int
cancel_waits(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&waits_lock);
	for (const struct fork_wait *wait = waits; wait != NULL; wait = wait->next) {
		fork_begin_request();
		(void)SCardCancel(wait->context);
		fork_end_request();
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

/* Cancel the waits, in a separate thread. False if the service hangs. */
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
		if (deadline_lock_whole(&status_lock, &soon) == 0)
			return true;
	}
	return pthread_rwlock_trywrlock(&status_lock) == 0;
}

static void
before_fork(void)
{
	struct deadline until = deadline_in(FORK_PATIENCE_MS);

	keeps_status_entrance = deadline_lock(&status_entrance, &until) == 0;
	keeps_status_lock = keeps_status_entrance && lock_status();
	until = deadline_in(FORK_PATIENCE_MS);
	keeps_request_lock = deadline_lock(&request_lock, &until) == 0;
}

static void
after_fork_in_parent(void)
{
	if (keeps_request_lock)
		pthread_mutex_unlock(&request_lock);
	if (keeps_status_lock)
		pthread_rwlock_unlock(&status_lock);
	if (keeps_status_entrance)
		pthread_mutex_unlock(&status_entrance);
}

/*
 * Close the parent's descriptors: an inherited channel would hide from a guard that its process has
 * executed another program.
 */
static void
after_fork_in_child(void)
{
	pthread_mutex_init(&request_lock, NULL);
	status_lock = (pthread_rwlock_t)PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
	pthread_mutex_init(&status_entrance, NULL);
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

	if (owner != getpid()) /* the first call, or the first after a fork without handlers */
		after_fork_in_child();
	if (!watched)
		watched =
		    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) == 0;
	return watched;
}

void
fork_begin_request(void)
{
	pthread_mutex_lock(&request_lock);
}

void
fork_end_request(void)
{
	pthread_mutex_unlock(&request_lock);
}

void
fork_begin_status(void)
{
	pthread_mutex_lock(&status_entrance);
	pthread_rwlock_rdlock(&status_lock);
	pthread_mutex_unlock(&status_entrance);
}

void
fork_end_status(void)
{
	pthread_rwlock_unlock(&status_lock);
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
	fork_begin_request();
	file->next = closed;
	closed = file;
	fork_end_request();
}

void
fork_forget(const struct fork_closed *file)
{
	struct fork_closed **link = &closed;

	fork_begin_request();
	while (*link != NULL && *link != file)
		link = &(*link)->next;
	if (*link != NULL)
		*link = file->next;
	fork_end_request();
}
