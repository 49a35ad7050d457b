/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_TURN_H
#define PCSC_TURN_H

#include <jpki/transport.h>

/* What waits for the transactions of other programs, as the table has it (jpki/transport.h). */
int turn_begin(struct jpki_connection *connection, int patience_ms);
int turn_end(struct jpki_connection *connection);
int turn_close(struct jpki_connection **connection, bool power_off, int held);

#endif
