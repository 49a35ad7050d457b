/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_RECORDS_H
#define VCARD_RECORDS_H

#include "apdu.h"
#include "vcard.h"

uint16_t command_read_record(struct vcard *card, const struct apdu *apdu, struct answer *answer);

#endif
