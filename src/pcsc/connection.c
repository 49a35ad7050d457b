/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/connection.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <winscard.h>

#include "base/descriptor.h"
#include "pcsc/context.h"
#include "pcsc/error.h"
#include "pcsc/fork.h"
#include "pcsc/guard.h"

struct jpki_connection {
	SCARDCONTEXT context;
	SCARDHANDLE handle;
	DWORD protocol;
	char reader[JPKI_READER_NAME_SIZE];
	struct fork_closed guard; /* its channel */
};

#define PROTOCOLS (SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)

/*
 * Another program has cut the power, and yet another one has reconnected without a reset: then
 * pcsc-lite counts the card as in use, gives it no power, and refuses it to everybody.
 */
static LONG
connect_and_power(struct jpki_connection *connection, const char *reader)
{
	LONG code;

	code = SCardConnect(connection->context, reader, SCARD_SHARE_DIRECT, 0, &connection->handle,
	    &connection->protocol);
	if (code != SCARD_S_SUCCESS)
		return code;
	code = SCardReconnect(connection->handle, SCARD_SHARE_SHARED, PROTOCOLS, SCARD_UNPOWER_CARD,
	    &connection->protocol);
	if (code != SCARD_S_SUCCESS)
		(void)SCardDisconnect(connection->handle, SCARD_LEAVE_CARD);
	return code;
}

/* A service that ends in the middle seems to refuse; asked again, it is gone. */
static LONG
connect_shared(struct jpki_connection *connection, const char *reader)
{
	LONG code = SCARD_W_SECURITY_VIOLATION;

	for (int i = 0; i < 2 && code == SCARD_W_SECURITY_VIOLATION; i++)
		code = SCardConnect(connection->context, reader, SCARD_SHARE_SHARED, PROTOCOLS,
		    &connection->handle, &connection->protocol);
	return code;
}

static LONG
connect_somehow(struct jpki_connection *connection)
{
	LONG code = connect_shared(connection, connection->reader);

	if (code == SCARD_W_UNPOWERED_CARD)
		code = connect_and_power(connection, connection->reader);
	if (code == SCARD_W_SECURITY_VIOLATION)
		context_tell_refusal(connection->reader);
	return code;
}

int
connection_open(
    struct jpki_service *service, const char *reader, int patience_ms, struct jpki_connection **out)
{
	struct jpki_connection *connection;
	int rv;

	(void)service;
	(void)patience_ms;
	*out = NULL;
	connection = calloc(1, sizeof(*connection));
	if (connection == NULL)
		return JPKI_ERR_MEMORY;
	strncpy(connection->reader, reader, sizeof(connection->reader) - 1);
	connection->guard.file = NO_DESCRIPTOR;
	rv = context_establish(&connection->context);
	if (rv != JPKI_OK)
		goto fail;
	rv = error_told("SCardConnect", connect_somehow(connection));
	if (rv != JPKI_OK)
		goto fail_context;
	*out = connection;
	return JPKI_OK;
fail_context:
	context_release(connection->context);
fail:
	free(connection);
	return rv;
}

/*
 * Off and on again: left without power by SCardDisconnect, the card would stay so for a program
 * that is connected too, if it reconnects without a reset (as OpenSC does): pcsc-lite counts the
 * card as in use then, and gives it power for nobody. False if it did not come to power again.
 */
static bool
cut_power(struct jpki_connection *connection)
{
	return SCardReconnect(connection->handle, SCARD_SHARE_SHARED, PROTOCOLS, SCARD_UNPOWER_CARD,
		   &connection->protocol) == SCARD_S_SUCCESS;
}

int
connection_close(struct jpki_connection **connection, bool power_off, int held)
{
	struct descriptor lock = descriptor_keep(held);
	struct jpki_connection *old = *connection;
	bool cut;
	LONG code;

	if (old == NULL) {
		descriptor_close(&lock);
		return JPKI_OK;
	}
	cut = power_off && cut_power(old);
	/* This ends a transaction of ours too, after the power is gone. */
	code =
	    SCardDisconnect(old->handle, power_off && !cut ? SCARD_UNPOWER_CARD : SCARD_LEAVE_CARD);
	context_release(old->context);
	fork_forget(&old->guard);
	guard_stop(&old->guard.file, !power_off || cut || code == SCARD_S_SUCCESS);
	descriptor_close(&lock);
	free(old);
	*connection = NULL;
	return cut ? JPKI_OK : error_told("SCardDisconnect", code);
}

void
connection_guard(struct jpki_connection *connection, const char *share)
{
	(void)share;
	if (connection->guard.file.number >= 0)
		return;
	connection->guard.file = guard_start(connection->reader);
	if (connection->guard.file.number >= 0)
		fork_close_in_child(&connection->guard);
}

int
connection_check(struct jpki_connection *connection)
{
	DWORD name_length = 0, state, protocol, atr_length = 0;
	LONG code;

	fork_begin_status();
	code = SCardStatus(
	    connection->handle, NULL, &name_length, &state, &protocol, NULL, &atr_length);
	fork_end_status();
	return error_told("SCardStatus", code);
}

int
connection_begin(struct jpki_connection *connection, int patience_ms)
{
	(void)patience_ms;
	return error_told("SCardBeginTransaction", SCardBeginTransaction(connection->handle));
}

int
connection_end(struct jpki_connection *connection)
{
	return error_told(
	    "SCardEndTransaction", SCardEndTransaction(connection->handle, SCARD_LEAVE_CARD));
}

/*
 * T=0 has no Le beside data, and no command without a fifth byte (ISO 7816-3, 12.1): leave off
 * the one, add the other. A PIN is not copied for that.
 */
static const uint8_t *
for_t0(const uint8_t *command, size_t *length, uint8_t header[5])
{
	if (*length == 4) {
		memcpy(header, command, 4);
		header[4] = 0;
		*length = 5;
		return header;
	}
	if (*length == 6 + (size_t)command[4])
		(*length)--;
	return command;
}

int
connection_transmit(struct jpki_connection *connection, const uint8_t *command, size_t length,
    uint8_t *response, size_t *response_length)
{
	const SCARD_IO_REQUEST *request = SCARD_PCI_T1;
	DWORD received = (DWORD)*response_length;
	uint8_t header[5];
	int rv;

	if (connection->protocol == SCARD_PROTOCOL_T0) {
		request = SCARD_PCI_T0;
		command = for_t0(command, &length, header);
	}
	rv = error_told("SCardTransmit", SCardTransmit(connection->handle, request, command,
					     (DWORD)length, NULL, response, &received));
	if (rv == JPKI_OK)
		*response_length = received;
	return rv;
}
