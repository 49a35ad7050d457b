/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/connection.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mark.h"
#include "pcsc/context.h"
#include "pcsc/error.h"
#include "pcsc/features.h"
#include "pcsc/guard.h"

#define PROTOCOLS (SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)

static LONG
told(const char *call, LONG code)
{
	(void)error_told(call, code);
	return code;
}

/*
 * For a card without power. If one program cuts the power and another reconnects without a reset,
 * pcsc-lite counts the card as in use, gives it no power, and refuses it to everybody. So connect
 * without the card, then power it.
 */
static LONG
connect_and_power(struct jpki_connection *connection)
{
	LONG code;

	code = told(
	    "SCardConnect", SCardConnect(connection->context, connection->reader,
				SCARD_SHARE_DIRECT, 0, &connection->handle, &connection->protocol));
	if (code != SCARD_S_SUCCESS)
		return code;
	code = told("SCardReconnect", SCardReconnect(connection->handle, SCARD_SHARE_SHARED,
					  PROTOCOLS, SCARD_UNPOWER_CARD, &connection->protocol));
	if (code != SCARD_S_SUCCESS)
		(void)SCardDisconnect(connection->handle, SCARD_LEAVE_CARD);
	return code;
}

/* A service that ends during the call looks like a refusal: ask again, to see that it is gone. */
static LONG
connect_shared(struct jpki_connection *connection)
{
	LONG code = SCARD_W_SECURITY_VIOLATION;

	for (int i = 0; i < 2 && code == SCARD_W_SECURITY_VIOLATION; i++)
		code = told("SCardConnect",
		    SCardConnect(connection->context, connection->reader, SCARD_SHARE_SHARED,
			PROTOCOLS, &connection->handle, &connection->protocol));
	return code;
}

struct jpki_connection *
connection_new(const char *reader)
{
	struct jpki_connection *connection = calloc(1, sizeof(*connection));

	if (connection == NULL)
		return NULL;
	strncpy(connection->reader, reader, sizeof(connection->reader) - 1);
	connection->socket.file = connection->guard.file = connection->held.file = NO_DESCRIPTOR;
	return connection;
}

int
connection_connect(struct jpki_connection *connection)
{
	LONG code;
	int rv = context_establish_seen(&connection->context, &connection->socket.file);

	if (rv != JPKI_OK) {
		connection->context = 0;
		return rv;
	}
	if (connection->socket.file.number >= 0)
		fork_close_in_child(&connection->socket);
	code = connect_shared(connection);
	if (code == SCARD_W_UNPOWERED_CARD)
		code = connect_and_power(connection);
	if (code == SCARD_W_SECURITY_VIOLATION)
		context_tell_refusal(connection->reader);
	if (code != SCARD_S_SUCCESS)
		connection->handle = 0;
	return error_of(code);
}

/*
 * Cut the power and switch it on again. If SCardDisconnect left the card without power, a program
 * that is connected too and reconnects without a reset (as OpenSC does) would not get it back:
 * pcsc-lite would count the card as in use, and give it no power. False if the card did not power
 * up again.
 */
static bool
cut_power(struct jpki_connection *connection)
{
	return told("SCardReconnect", SCardReconnect(connection->handle, SCARD_SHARE_SHARED,
					  PROTOCOLS, SCARD_UNPOWER_CARD, &connection->protocol)) ==
	       SCARD_S_SUCCESS;
}

/*
 * Disconnect, after cutting the power if that is wanted. The power is cut within a transaction,
 * because pcscd only checks beforehand that no other program has one; the transaction ends after
 * the power is gone. If the guard has cut the power already, nothing is cut: that would end another
 * program's login.
 */
static int
disconnect(struct jpki_connection *connection)
{
	bool cut;
	LONG code;

	if (connection->power_off && guard_has_locked(&connection->guard.file)) {
		(void)told(
		    "SCardDisconnect", SCardDisconnect(connection->handle, SCARD_LEAVE_CARD));
		return JPKI_OK;
	}
	if (connection->power_off && connection->depth == 0)
		(void)told("SCardBeginTransaction", SCardBeginTransaction(connection->handle));
	cut = connection->power_off && cut_power(connection);
	code = SCardDisconnect(connection->handle,
	    connection->power_off && !cut ? SCARD_UNPOWER_CARD : SCARD_LEAVE_CARD);
	return cut ? JPKI_OK : error_told("SCardDisconnect", code);
}

/*
 * Stops the guard before the lock is released; else the guard could take the lock and cut the power
 * once more.
 */
int
connection_finish(struct jpki_connection *connection)
{
	int rv = connection->handle != 0 ? disconnect(connection) : JPKI_OK;

	fork_forget(&connection->socket);
	if (connection->context != 0)
		context_release(connection->context);
	fork_forget(&connection->guard);
	guard_stop(&connection->guard.file, !connection->power_off || rv == JPKI_OK);
	fork_forget(&connection->held);
	if (descriptor_is_ours(&connection->held.file)) {
		if (connection->power_off && rv == JPKI_OK)
			mark_set(connection->held.file.number, false);
		descriptor_unlock(connection->held.file.number);
	}
	free(connection);
	return rv;
}

void
connection_drop(struct jpki_connection *connection)
{
	if (connection != NULL)
		(void)connection_finish(connection);
}

void
connection_guard(struct jpki_connection *connection, const char *share, uint32_t events)
{
	bool told_alone = connection->alone;

	connection->alone = share == NULL;
	if (connection->guard.file.number < 0) {
		connection->guard.file = guard_start(connection->reader, events, share);
		if (connection->guard.file.number >= 0)
			fork_close_in_child(&connection->guard);
	} else if (connection->alone != told_alone) {
		guard_heed(&connection->guard.file, !connection->alone);
	}
}

void
connection_guard_until(struct jpki_connection *connection, uint64_t moment)
{
	if (connection->guard.file.number < 0 || connection->until == moment)
		return;
	connection->until = moment;
	guard_until(&connection->guard.file, moment);
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
connection_atr(struct jpki_connection *connection, uint8_t atr[JPKI_ATR_MAX], size_t *length)
{
	DWORD name_length = 0, state, protocol, atr_length = JPKI_ATR_MAX;
	LONG code;

	fork_begin_status();
	code = SCardStatus(
	    connection->handle, NULL, &name_length, &state, &protocol, atr, &atr_length);
	fork_end_status();
	if (code == SCARD_S_SUCCESS)
		*length = atr_length;
	return error_told("SCardStatus", code);
}

/* With T=0, extended length exists only within an ENVELOPE command (ISO 7816-3, 12.2). */
size_t
connection_longest(struct jpki_connection *connection)
{
	return connection->protocol == SCARD_PROTOCOL_T1 ? features_longest(connection->handle)
							 : SHORT_DATA_MAX;
}

int
connection_reset(struct jpki_connection *connection)
{
	return error_told(
	    "SCardReconnect", SCardReconnect(connection->handle, SCARD_SHARE_SHARED, PROTOCOLS,
				  SCARD_RESET_CARD, &connection->protocol));
}

/*
 * T=0 has no Le after data, and no command without a fifth byte (ISO 7816-3, 12.1): drop the
 * former, add the latter. A command with data, maybe a PIN, is not copied.
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
	SCARD_IO_REQUEST answered; /* not used, but pcsc-spy crashes without it */
	DWORD received = (DWORD)*response_length;
	uint8_t header[5];
	int rv;

	if (connection->protocol == SCARD_PROTOCOL_T0) {
		request = SCARD_PCI_T0;
		command = for_t0(command, &length, header);
	}
	answered = *request;
	rv = error_told("SCardTransmit", SCardTransmit(connection->handle, request, command,
					     (DWORD)length, &answered, response, &received));
	if (rv == JPKI_OK)
		*response_length = received;
	return rv;
}
