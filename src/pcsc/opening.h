/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_OPENING_H
#define PCSC_OPENING_H

#include <jpki/transport.h>

/* Connecting with a card, with a time limit. */

/* `open` of the table: jpki/transport.h has what it does and returns. */
int opening_open(struct jpki_service *service, const char *reader, int patience_ms,
    struct jpki_connection **out);

/*
 * The service is being stopped: abandon all attempts under way; their threads clean up after
 * themselves.
 */
void opening_forget(struct jpki_service *service);

#endif
