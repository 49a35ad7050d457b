/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_SELECT_H
#define VCARD_SELECT_H

#include "apdu.h"
#include "vcard.h"

uint16_t command_select(struct vcard *card, const struct apdu *apdu, struct answer *answer);

#endif
