/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_QUIRKS_H
#define VCARD_QUIRKS_H

#include "internal.h"

unsigned quirk(const struct vcard *card, enum quirk quirk);
/* The number that the value is written as, in that base. */
unsigned quirk_number(const struct vcard *card, enum quirk quirk, int base);

#endif
