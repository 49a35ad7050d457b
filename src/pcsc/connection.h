/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_CONNECTION_H
#define PCSC_CONNECTION_H

#include <winscard.h>

#include <jpki/transport.h>

#include "pcsc/fork.h"

struct patience;

/* A connection with a card. */
struct jpki_connection {
	SCARDCONTEXT context;
	SCARDHANDLE handle;
	DWORD protocol;
	char reader[JPKI_READER_NAME_SIZE];
	unsigned depth;		    /* of the transaction */
	struct patience *beginning; /* one that is still to come, or NULL */
	/* What the context talks over: with it a child would keep the card as long as it lives. */
	struct fork_closed socket;
	struct fork_closed guard; /* its channel */
	bool alone;		  /* the guard heeds nobody else */
	uint64_t until;		  /* the moment that it was told */
	bool power_off;		  /* what close is to do */
	struct fork_closed held;  /* what it is to close then */
};

/* One with nothing yet, or NULL. */
struct jpki_connection *connection_new(const char *reader);

/* Connect it; waits for another program's transaction, without end. If that fails, drop it. */
int connection_connect(struct jpki_connection *connection);

/*
 * Cut the power if that is asked for, let go of the card and of what is held, and free. Outside a
 * transaction the cut waits for another program's, without end.
 */
int connection_finish(struct jpki_connection *connection);
/* The same for one that nothing is asked of; accepts NULL. */
void connection_drop(struct jpki_connection *connection);

/* As the table has them (jpki/transport.h). */
void connection_guard(struct jpki_connection *connection, const char *share, uint32_t events);
void connection_guard_until(struct jpki_connection *connection, uint64_t moment);
int connection_check(struct jpki_connection *connection);
int connection_atr(struct jpki_connection *connection, uint8_t atr[JPKI_ATR_MAX], size_t *length);
size_t connection_longest(struct jpki_connection *connection);
int connection_reset(struct jpki_connection *connection);
int connection_transmit(struct jpki_connection *connection, const uint8_t *command, size_t length,
    uint8_t *response, size_t *response_length);

#endif
