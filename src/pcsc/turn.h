/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_TURN_H
#define PCSC_TURN_H

#include <jpki/transport.h>

/*
 * `begin`, `end` and `close` of the table, which wait for the transactions of other programs:
 * jpki/transport.h has what they do and return.
 */
int turn_begin(struct jpki_connection *connection, int patience_ms);
int turn_end(struct jpki_connection *connection);
int turn_close(struct jpki_connection **connection, bool power_off, int held);

#endif
