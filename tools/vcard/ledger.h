/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_LEDGER_H
#define VCARD_LEDGER_H

#include "vcard.h"

/* Add an entry to the ledger; `ef`, `p1` and `sw` are 0 where they do not apply. */
void ledger_add(struct vcard *card, enum vcard_event event, uint16_t ef, uint8_t p1, uint16_t sw);

#endif
