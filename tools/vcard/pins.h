/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_PINS_H
#define VCARD_PINS_H

#include "layout.h"

/* A row of VCARD_PIN_TABLE. */
struct pin {
	const char *name;
	enum application_id application;
	const char *initial;
	unsigned tries, shortest, longest;
};

extern const struct pin pins[VCARD_PINS];

/* The PINs of this application are not verified any more; APPLICATIONS: all. */
void pins_forget(struct vcard *card, enum application_id application);

#endif
