/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_FORK_H
#define PCSC_FORK_H

#include <stdbool.h>
#include <winscard.h>

#include "base/descriptor.h"

/* What a fork in the middle of pcsc-lite's calls must not break. */

/* Be there when the process forks; false if that cannot be. To come before all else. */
bool fork_watch(void);

/* Around a call that the service answers at once. */
void fork_begin_talk(void);
void fork_end_talk(void);

/* Around a call that is told what the service knows of the readers and may last. */
void fork_begin_status(void);
void fork_end_status(void);

/*
 * Around a wait for events, which is in the list of them meanwhile. Who forks has it cancelled: it
 * returns SCARD_E_CANCELLED then, and can be begun anew.
 */
struct fork_wait {
	SCARDCONTEXT context;
	struct fork_wait *next;
};

void fork_begin_wait(struct fork_wait *wait);
void fork_end_wait(const struct fork_wait *wait);

/* A descriptor that a child is not to keep. */
struct fork_closed {
	struct descriptor file;
	struct fork_closed *next;
};

void fork_close_in_child(struct fork_closed *closed);
/* Not any more; also if it has never been said. */
void fork_forget(const struct fork_closed *closed);

#endif
