/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/turn.h"

#include "base/descriptor.h"
#include "pcsc/connection.h"
#include "pcsc/error.h"
#include "pcsc/patience.h"

/* How long close waits for another program, in ms. */
#define CLOSE_PATIENCE_MS 1500

static int
begin_now(void *data)
{
	const struct jpki_connection *connection = data;

	return error_told("SCardBeginTransaction", SCardBeginTransaction(connection->handle));
}

static void
end_late(void *data, int result)
{
	const struct jpki_connection *connection = data;

	if (result == JPKI_OK)
		(void)SCardEndTransaction(connection->handle, SCARD_LEAVE_CARD);
}

/*
 * Begin a transaction, or continue an attempt under way. If no thread can be made, there is no time
 * limit.
 */
static int
begin_in_time(struct jpki_connection *connection, int patience_ms)
{
	const struct patience_call call = {begin_now, end_late, connection};
	int rv = PATIENCE_UNDONE;

	if (connection->beginning != NULL)
		rv = patience_wait(&connection->beginning, patience_ms);
	if (rv != PATIENCE_UNDONE)
		return rv;
	if (patience_ms >= 0 && connection->depth == 0)
		connection->beginning = patience_start(&call);
	if (connection->beginning == NULL)
		return begin_now(connection);
	return patience_wait(&connection->beginning, patience_ms);
}

int
turn_begin(struct jpki_connection *connection, int patience_ms)
{
	int rv = begin_in_time(connection, patience_ms);

	if (rv == JPKI_OK)
		connection->depth++;
	return rv;
}

int
turn_end(struct jpki_connection *connection)
{
	if (connection->depth > 0)
		connection->depth--;
	return error_told(
	    "SCardEndTransaction", SCardEndTransaction(connection->handle, SCARD_LEAVE_CARD));
}

static int
finish(void *connection)
{
	return connection_finish(connection);
}

/*
 * Begin to close in a thread, if closing may have to wait: for a transaction of ours that is still
 * beginning (the same thread then closes), or for other programs' transactions. NULL if it need not
 * wait, or no thread can be made.
 */
static struct patience *
start_closing(struct jpki_connection *connection)
{
	const struct patience_call call = {finish, NULL, connection};
	struct patience *beginning = connection->beginning;

	if (beginning != NULL && patience_follow(beginning, &call))
		return beginning;
	patience_leave(&connection->beginning);
	if (connection->power_off && connection->depth == 0)
		return patience_start(&call);
	return NULL;
}

int
turn_close(struct jpki_connection **connection, bool power_off, int held)
{
	struct fork_closed lock = {.file = descriptor_keep(held)};
	struct jpki_connection *old = *connection;
	struct patience *closing;
	int rv;

	if (old == NULL) {
		descriptor_close(&lock.file);
		return JPKI_OK;
	}
	*connection = NULL;
	old->power_off = power_off;
	old->held = lock;
	if (held >= 0)
		fork_close_in_child(&old->held);
	closing = start_closing(old);
	if (closing == NULL)
		return connection_finish(old);
	rv = patience_wait(&closing, power_off ? CLOSE_PATIENCE_MS : 0);
	patience_leave(&closing);
	return rv == JPKI_ERR_HELD && !power_off ? JPKI_OK : rv;
}
