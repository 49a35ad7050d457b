/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_QUIRKS_H
#define VCARD_QUIRKS_H

#include "quirk_table.h"

/* The index of the quirk's value: a constant of its list, if the list has constants. */
unsigned quirk(const struct vcard *card, enum quirk quirk);
/* The quirk's value as a number; its name is read in that base. */
unsigned quirk_number(const struct vcard *card, enum quirk quirk, int base);

#endif
