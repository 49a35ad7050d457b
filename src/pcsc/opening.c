/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/opening.h"

#include <stdlib.h>
#include <string.h>

#include "pcsc/connection.h"
#include "pcsc/mute.h"
#include "pcsc/patience.h"
#include "pcsc/service.h"

/*
 * pcscd lets nobody connect during a transaction. A call that has waited for its whole time leaves
 * its attempt behind, and the next call for that reader continues it: so there is one attempt for
 * each reader, however often a program tries. A connection that is made while nobody waits is
 * dropped at once.
 */
struct opening {
	char reader[JPKI_READER_NAME_SIZE];
	struct jpki_connection *connection;
	struct patience *patience;
	struct opening *next;
};

static int
connect_now(void *connection)
{
	return connection_connect(connection);
}

static void
drop_late(void *connection, int result)
{
	(void)result;
	connection_drop(connection);
}

/* Take the attempt that was left behind out of the list; NULL if there is none. */
static struct opening *
take(struct jpki_service *service, const char *reader)
{
	struct opening **link, *found;

	pthread_mutex_lock(&service->lock);
	link = &service->openings;
	while (*link != NULL && strcmp((*link)->reader, reader) != 0)
		link = &(*link)->next;
	found = *link;
	if (found != NULL)
		*link = found->next;
	pthread_mutex_unlock(&service->lock);
	return found;
}

static void
leave(struct jpki_service *service, struct opening *opening)
{
	pthread_mutex_lock(&service->lock);
	opening->next = service->openings;
	service->openings = opening;
	pthread_mutex_unlock(&service->lock);
}

/* Begin to connect, and wait. If no thread can be made, there is no time limit. */
static int
attempt(struct opening *opening, int patience_ms)
{
	struct patience_call call = {connect_now, drop_late, NULL};

	call.data = opening->connection = connection_new(opening->reader);
	if (opening->connection == NULL)
		return JPKI_ERR_MEMORY;
	opening->patience = patience_ms < 0 ? NULL : patience_start(&call);
	if (opening->patience == NULL)
		return connect_now(opening->connection);
	return patience_wait(&opening->patience, patience_ms);
}

int
opening_open(
    struct jpki_service *service, const char *reader, int patience_ms, struct jpki_connection **out)
{
	struct opening *opening = take(service, reader);
	int rv = PATIENCE_UNDONE;

	*out = NULL;
	if (opening != NULL)
		rv = patience_wait(&opening->patience, patience_ms);
	else
		opening = calloc(1, sizeof(*opening));
	if (opening == NULL)
		return JPKI_ERR_MEMORY;
	strncpy(opening->reader, reader, sizeof(opening->reader) - 1);
	if (rv == PATIENCE_UNDONE)
		rv = attempt(opening, patience_ms);
	if (rv == JPKI_ERR_HELD) {
		leave(service, opening);
		return rv;
	}
	if (rv == JPKI_OK) {
		mute_drop(service->mute, reader);
		*out = opening->connection;
	} else {
		connection_drop(opening->connection);
	}
	free(opening);
	return rv;
}

void
opening_forget(struct jpki_service *service)
{
	struct opening *next;

	for (struct opening *o = service->openings; o != NULL; o = next) {
		next = o->next;
		patience_leave(&o->patience);
		free(o);
	}
	service->openings = NULL;
}
