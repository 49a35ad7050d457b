/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_CONTEXT_H
#define PCSC_CONTEXT_H

#include <winscard.h>

#include "base/descriptor.h"

/*
 * A context is a connection with the PC/SC service. pcsc-lite holds a context's lock during a
 * command and during a wait. So each connection and each wait has one of its own, and looking at
 * the readers never waits for a card.
 */
int context_establish(SCARDCONTEXT *context);
/* The same; *socket: what it talks over, or none if that was not seen. */
int context_establish_seen(SCARDCONTEXT *context, struct descriptor *socket);
void context_release(SCARDCONTEXT context);

/* The service does not let us have this reader: told in the log, once. */
void context_tell_refusal(const char *reader);
/* Tell again. */
void context_forget_refusals(void);

#endif
