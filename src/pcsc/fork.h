/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_FORK_H
#define PCSC_FORK_H

#include <stdbool.h>
#include <winscard.h>

#include "base/descriptor.h"

/* Keeps pcsc-lite usable if the process forks in the middle of its calls. */

/* Install the fork handlers; false if that fails. Call it before any function of pcsc-lite. */
bool fork_watch(void);

/* Around a call that sends a request to the service, which answers at once. */
void fork_begin_request(void);
void fork_end_request(void);

/* Around a call that asks for the status of readers, and may take long. */
void fork_begin_status(void);
void fork_end_status(void);

/*
 * Around a wait for events, which is listed meanwhile. A fork cancels all of them first: the call
 * then returns SCARD_E_CANCELLED, and can be repeated.
 */
struct fork_wait {
	SCARDCONTEXT context;
	struct fork_wait *next;
};

void fork_begin_wait(struct fork_wait *wait);
void fork_end_wait(const struct fork_wait *wait);

/*
 * A descriptor to be closed in a forked child. The struct belongs to the caller of
 * fork_close_in_child.
 */
struct fork_closed {
	struct descriptor file;
	struct fork_closed *next;
};

void fork_close_in_child(struct fork_closed *closed);
/* Do not close it in a child any more; does nothing if fork_close_in_child was not called. */
void fork_forget(const struct fork_closed *closed);

#endif
