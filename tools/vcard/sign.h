/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_SIGN_H
#define VCARD_SIGN_H

#include "apdu.h"
#include "vcard.h"

uint16_t command_sign(struct vcard *card, const struct apdu *apdu, struct answer *answer);
uint16_t command_challenge(struct vcard *card, const struct apdu *apdu, struct answer *answer);

#endif
