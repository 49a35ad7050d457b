/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/patience.h"

#include <pthread.h>
#include <stdlib.h>

#include <jpki/error.h>

#include "base/deadline.h"
#include "base/thread.h"

struct patience {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct patience_call call; /* under way; used by the thread only */
	struct patience_call next; /* run is NULL: none */
	bool awaited;
	bool ended;
	int result;
	unsigned owners; /* the thread, and the caller that began it */
};

static void
disown_inlock(struct patience *patience)
{
	bool last = --patience->owners == 0;

	pthread_mutex_unlock(&patience->lock);
	if (!last)
		return;
	pthread_cond_destroy(&patience->changed);
	pthread_mutex_destroy(&patience->lock);
	free(patience);
}

/* Make the call, and undo it if nobody waits for it. The lock is released meanwhile. */
static int
call_inlock(struct patience *patience)
{
	const struct patience_call *call = &patience->call;
	int result;

	pthread_mutex_unlock(&patience->lock);
	result = call->run(call->data);
	pthread_mutex_lock(&patience->lock);
	if (patience->awaited || patience->next.run != NULL || call->undo == NULL)
		return result;
	pthread_mutex_unlock(&patience->lock);
	call->undo(call->data, result);
	pthread_mutex_lock(&patience->lock);
	return PATIENCE_UNDONE;
}

static void *
live(void *context)
{
	struct patience *patience = context;

	pthread_mutex_lock(&patience->lock);
	patience->result = call_inlock(patience);
	while (patience->next.run != NULL) {
		patience->call = patience->next;
		patience->next.run = NULL;
		patience->result = call_inlock(patience);
	}
	patience->ended = true;
	pthread_cond_broadcast(&patience->changed);
	disown_inlock(patience);
	return NULL;
}

struct patience *
patience_start(const struct patience_call *call)
{
	struct patience *patience = calloc(1, sizeof(*patience));

	if (patience == NULL)
		return NULL;
	pthread_mutex_init(&patience->lock, NULL);
	pthread_cond_init(&patience->changed, NULL);
	patience->call = *call;
	patience->awaited = true; /* it will be */
	patience->owners = 2;
	if (thread_start(live, patience))
		return patience;
	pthread_cond_destroy(&patience->changed);
	pthread_mutex_destroy(&patience->lock);
	free(patience);
	return NULL;
}

/* True if the call has ended. */
static bool
wait_inlock(struct patience *patience, int ms)
{
	struct deadline until = deadline_in(ms < 0 ? 0 : ms);
	int error = 0;

	while (!patience->ended && error == 0)
		error = ms < 0 ? pthread_cond_wait(&patience->changed, &patience->lock)
			       : deadline_wait(&patience->changed, &patience->lock, &until);
	return patience->ended;
}

int
patience_wait(struct patience **patience, int ms)
{
	struct patience *p = *patience;
	int result;

	pthread_mutex_lock(&p->lock);
	p->awaited = true;
	if (!wait_inlock(p, ms)) {
		p->awaited = false;
		pthread_mutex_unlock(&p->lock);
		return JPKI_ERR_HELD;
	}
	result = p->result;
	*patience = NULL;
	disown_inlock(p);
	return result;
}

bool
patience_follow(struct patience *patience, const struct patience_call *next)
{
	bool in_time;

	pthread_mutex_lock(&patience->lock);
	in_time = !patience->ended;
	if (in_time)
		patience->next = *next;
	pthread_mutex_unlock(&patience->lock);
	return in_time;
}

void
patience_leave(struct patience **patience)
{
	struct patience *p = *patience;

	if (p == NULL)
		return;
	*patience = NULL;
	pthread_mutex_lock(&p->lock);
	p->awaited = false;
	disown_inlock(p);
}
