/* SPDX-License-Identifier: BSD-2-Clause */
/* A request under way, in a process of its own: only there is libjpki started, and a PIN. When that
 * process ends, in whatever way, the card is locked; it ends with the one that has started it. */
#ifndef JPKI_PORTAL_RUN_H
#define JPKI_PORTAL_RUN_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "request.h"

struct run {
	pid_t id;   /* 0: there is none */
	int answer; /* can be read when there is more of the answer, or its end */
	char mode[REQUEST_MODE_SIZE];
	char *text;
	size_t length;
};

/* Where a person may be asked. */
enum run_place {
	RUN_APART, /* on the screen alone */
	RUN_HERE,  /* at our terminal too */
};

/* Start it; `signals` are those that it does not hear, as they were before others were held. False:
 * the system cannot. */
bool run_start(
    struct run *run, const struct request *request, enum run_place place, const sigset_t *signals);

/* Take what has come of the answer: is there more to come? */
bool run_goes_on(struct run *run);

/* At its end: the answer, JSON, to be freed; *status is its exit status. */
char *run_finish(struct run *run, size_t *length, int *status);

/* End it, and the window that it has open, if there is one. */
void run_end(struct run *run);

#endif
