/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_CONTEXT_H
#define PCSC_CONTEXT_H

#include <winscard.h>

#include "base/descriptor.h"

/*
 * A context is a connection with the PC/SC service. pcsc-lite holds a context's lock during a
 * command and during a wait. So each connection and each wait has one of its own, and polling the
 * readers never waits for a card.
 */

/*
 * Establish a context. JPKI_OK, JPKI_ERR_NO_SERVICE, JPKI_ERR_NOT_ALLOWED (logged once),
 * JPKI_ERR_MEMORY or JPKI_ERR_IO. The caller frees it with context_release.
 */
int context_establish(SCARDCONTEXT *context);

/*
 * Establish a context, and find out which descriptor it talks to the service over: *socket, set in
 * every case, is none if it was not found (pcscd_socket). The errors are JPKI_ERR_NO_SERVICE,
 * JPKI_ERR_NOT_ALLOWED (logged once), JPKI_ERR_MEMORY and JPKI_ERR_IO.
 */
int context_establish_seen(SCARDCONTEXT *context, struct descriptor *socket);

/* Release a context; does nothing after the exit handlers of the process have begun. */
void context_release(SCARDCONTEXT context);

/* Log that the service refuses this user the reader, unless that was logged already. */
void context_tell_refusal(const char *reader);
/* From now on log refusals again. */
void context_forget_refusals(void);

#endif
