/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_OPENING_H
#define PCSC_OPENING_H

#include <jpki/transport.h>

/* Connecting with a card, in the time that there is for it. */

/* As the table has it (jpki/transport.h). */
int opening_open(struct jpki_service *service, const char *reader, int patience_ms,
    struct jpki_connection **out);

/* Nobody will come back for what is under way. */
void opening_forget(struct jpki_service *service);

#endif
