/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_EXIT_STATUS_H
#define JPKI_TOOL_EXIT_STATUS_H

/* How the program ends; jpki(1) documents it. */
enum exit_status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,  /* it could not be done; of a check: something is missing */
	STATUS_USAGE = 2,   /* the command line is not understood */
	STATUS_NO_CARD = 3, /* there is no card to ask: service, reader, card, or another one */
	STATUS_PIN = 4,	    /* the PIN was not accepted, or not given */
	STATUS_UNKNOWN = 5, /* of a check: it cannot be told */
};

#endif
