/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_CARD_H
#define VCARD_CARD_H

#include "vcard.h"

/* Forget the verified PINs, the current application and all else that is lost without power. */
void card_lose_power(struct vcard *card);

#endif
