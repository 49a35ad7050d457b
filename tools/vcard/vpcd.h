/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_VPCD_H
#define VCARD_VPCD_H

#include "vcard.h"

/*
 * The connection with vpcd, the virtual reader (F-VPCD). A message is two bytes of length, big
 * endian, and the body.
 */

/* The longest message accepted: a command with extended length. */
#define VPCD_MESSAGE_MAX 65535

struct vpcd {
	int socket; /* -1: not connected */
	bool asked; /* the reader has asked for the ATR, so a PC/SC service has seen the card */
	size_t length;
	uint8_t buffer[2 + VPCD_MESSAGE_MAX];
};

/*
 * Connect. Returns 0, or -1 with errno set; if the host is not known, errno is 0 and *error has the
 * reason. A failed attempt can be repeated.
 */
int vpcd_connect(struct vpcd *vpcd, const char *host, const char *port, struct vcard_error *error);

/* Close the connection: for the reader, the card is taken out. May be called when not connected. */
void vpcd_disconnect(struct vpcd *vpcd);

/*
 * Read what the reader has sent and send the card's answers. Returns -1 if the connection is of no
 * use any more: the reader closed it, the card is gone (*gone is true), or the card gave no answer,
 * which this protocol cannot express. Disconnect and connect again.
 */
int vpcd_serve(struct vpcd *vpcd, struct vcard *card, bool *gone);

#endif
