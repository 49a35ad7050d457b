/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_VPCD_H
#define VCARD_VPCD_H

#include "vcard.h"

/*
 * The connection with vpcd, the virtual reader (card-facts: Working with the virtual
 * reader): messages are two bytes of length, big endian, and the body.
 */

/* The longest message taken: a command with extended length. */
#define VPCD_MESSAGE_MAX 65535

struct vpcd {
	int socket; /* -1: not connected */
	bool asked; /* the reader asked for the ATR: a service looks at the card */
	size_t length;
	uint8_t buffer[2 + VPCD_MESSAGE_MAX];
};

/*
 * Connect; -1 with errno, or with 0 in errno and the name in *error if the host is not
 * known. A failed attempt can be repeated.
 */
int vpcd_connect(struct vpcd *vpcd, const char *host, const char *port, struct vcard_error *error);

/* Close: the reader sees the card taken out. May be called when not connected. */
void vpcd_disconnect(struct vpcd *vpcd);

/*
 * Take what has come in and let the card answer. -1: the connection is of no use any more
 * (the reader closed it, the card is gone, or it said nothing, which this protocol cannot
 * carry: close and connect again). *gone: it is the card that left.
 */
int vpcd_serve(struct vpcd *vpcd, struct vcard *card, bool *gone);

#endif
