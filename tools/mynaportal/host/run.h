/* SPDX-License-Identifier: BSD-2-Clause */
/* A request under way, in a process of its own. libjpki and the PIN are only used there. When that
 * process ends, in whatever way, the card is locked. It ends with its parent. */
#ifndef JPKI_PORTAL_RUN_H
#define JPKI_PORTAL_RUN_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "request.h"

struct run {
	pid_t id;   /* 0: there is none */
	int answer; /* a descriptor that can be read when there is more of the answer, or its end */
	char mode[REQUEST_MODE_SIZE];
	char *text;
	size_t length;
};

/* Where a person may be asked. */
enum run_place {
	RUN_APART, /* in a window only */
	RUN_HERE,  /* at our terminal too, if there is no screen */
};

/* Start the process, which blocks `signals`: those that were blocked before the caller blocked
 * others. False if the system cannot do it. */
bool run_start(
    struct run *run, const struct request *request, enum run_place place, const sigset_t *signals);

/* Read more of the answer. False at its end. */
bool run_goes_on(struct run *run);

/* After the end: returns the answer, JSON, which the caller wipes and frees; *status becomes the
 * exit status of the process. */
char *run_finish(struct run *run, size_t *length, int *status);

/* End the process, and the window that it may have open. */
void run_end(struct run *run);

#endif
