/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_RUN_H
#define VCARD_RUN_H

#include "vcard.h"

struct run_options {
	const char *host, *port; /* of vpcd */
	const char *control;	 /* path of the control socket */
	const char *ready_file;	 /* file to write when a reader has seen the card; or NULL */
	int ready_fd;		 /* descriptor to write a line to at that time; or -1 */
	bool ejected;		 /* begin with the card out of the reader */
};

/* Serve the card through vpcd until a signal or "quit". Returns 0, or -1 with *error set. */
int run_card(struct vcard *card, const struct run_options *options, struct vcard_error *error);

#endif
