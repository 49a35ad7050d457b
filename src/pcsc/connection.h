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
	unsigned depth;		    /* number of transactions begun */
	struct patience *beginning; /* a transaction that is still beginning, or NULL */
	/*
	 * The context's socket: a child that inherits it would keep the card connected as long as
	 * it lives.
	 */
	struct fork_closed socket;
	struct fork_closed guard; /* its channel */
	bool alone;		  /* the guard ignores others' shares */
	uint64_t until;		  /* the time that the guard was told */
	bool power_off;		  /* close cuts the power */
	struct fork_closed held;  /* the lock to release after that */
};

/*
 * A connection with no card yet, to be freed by connection_finish or connection_drop; NULL without
 * memory.
 */
struct jpki_connection *connection_new(const char *reader);

/*
 * Connect with the card in shared mode. Waits for another program's transaction, without a time
 * limit. JPKI_OK, or the error of context_establish_seen or SCardConnect (error.h), the latter also
 * written to the log; after an error the caller calls connection_drop.
 */
int connection_connect(struct jpki_connection *connection);

/*
 * Cut the power if `power_off` is set, disconnect, release `held`, and free. Outside a transaction
 * the power cut waits for another program's transaction, without a time limit. JPKI_OK, also if the
 * guard has locked the card already; otherwise the error of SCardDisconnect (error.h). The
 * connection is freed in every case.
 */
int connection_finish(struct jpki_connection *connection);
/* connection_finish, whose result does not matter; accepts NULL. */
void connection_drop(struct jpki_connection *connection);

/* The functions of the table with these names: jpki/transport.h has what they do and return. */
void connection_guard(struct jpki_connection *connection, const char *share, uint32_t events);
void connection_guard_until(struct jpki_connection *connection, uint64_t moment);
int connection_check(struct jpki_connection *connection);
int connection_atr(struct jpki_connection *connection, uint8_t atr[JPKI_ATR_MAX], size_t *length);
size_t connection_longest(struct jpki_connection *connection);
int connection_reset(struct jpki_connection *connection);
int connection_transmit(struct jpki_connection *connection, const uint8_t *command, size_t length,
    uint8_t *response, size_t *response_length);

#endif
