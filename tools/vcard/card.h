/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_CARD_H
#define VCARD_CARD_H

#include "internal.h"

/* Forget what only power keeps. */
void card_lose_power(struct vcard *card);

#endif
