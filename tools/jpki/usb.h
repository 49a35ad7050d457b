/* SPDX-License-Identifier: BSD-2-Clause */
/* Card readers that are connected by USB, known to the PC/SC service or not. */
#ifndef JPKI_TOOL_USB_H
#define JPKI_TOOL_USB_H

#include <stdbool.h>
#include <stddef.h>

struct usb_reader {
	char *name;
	bool is_ccid; /* it uses the protocol that the service supports */
};

struct usb_readers {
	struct usb_reader *rows;
	size_t count;
};

/* Find the readers of the class CCID, and other devices that are known to be readers. The caller
 * frees *readers. */
void usb_read(struct usb_readers *readers);
void usb_free(struct usb_readers *readers);

#endif
