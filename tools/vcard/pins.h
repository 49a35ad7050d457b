/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_PINS_H
#define VCARD_PINS_H

#include "internal.h"

struct pin {
	const char *name;
	const char *initial;
	unsigned tries, shortest, longest;
};

extern const struct pin pins[VCARD_PINS];
/* Those of this application; APPLICATIONS: all. */
void pins_forget(struct vcard *card, enum application_id application);

#endif
