/* SPDX-License-Identifier: BSD-2-Clause */
/* Card readers as USB has them, whether or not the PC/SC service does. */
#ifndef JPKI_TOOL_USB_H
#define JPKI_TOOL_USB_H

#include <stdbool.h>
#include <stddef.h>

struct usb_reader {
	char *name;
	bool is_ccid; /* it speaks the protocol that the service knows */
};

struct usb_readers {
	struct usb_reader *rows;
	size_t count;
};

/* Those of the class CCID, and those known to be readers though they are not of it. To be freed. */
void usb_read(struct usb_readers *readers);
void usb_free(struct usb_readers *readers);

#endif
