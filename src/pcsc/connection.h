/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_CONNECTION_H
#define PCSC_CONNECTION_H

#include <jpki/transport.h>

/* A connection with a card, as the table has it (jpki/transport.h). */
int connection_open(struct jpki_service *service, const char *reader, int patience_ms,
    struct jpki_connection **out);
int connection_close(struct jpki_connection **connection, bool power_off, int held);
void connection_guard(struct jpki_connection *connection, const char *share);
int connection_check(struct jpki_connection *connection);
int connection_begin(struct jpki_connection *connection, int patience_ms);
int connection_end(struct jpki_connection *connection);
int connection_transmit(struct jpki_connection *connection, const uint8_t *command, size_t length,
    uint8_t *response, size_t *response_length);

#endif
