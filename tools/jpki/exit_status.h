/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_EXIT_STATUS_H
#define JPKI_TOOL_EXIT_STATUS_H

/* How the program ends; jpki(1) documents it. */
enum exit_status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,  /* it could not be done; for a check: something is missing */
	STATUS_USAGE = 2,   /* the command line is not understood */
	STATUS_NO_CARD = 3, /* no usable card: no service, reader or card, or another card */
	STATUS_PIN = 4,	    /* the PIN was not accepted, or not given */
	STATUS_UNKNOWN = 5, /* for a check: unknown */
};

#endif
