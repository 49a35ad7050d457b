/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_PIN_COMMANDS_H
#define VCARD_PIN_COMMANDS_H

#include "apdu.h"
#include "vcard.h"

uint16_t command_verify(struct vcard *card, const struct apdu *apdu, struct answer *answer);
uint16_t command_change(struct vcard *card, const struct apdu *apdu, struct answer *answer);

#endif
