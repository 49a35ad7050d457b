/* SPDX-License-Identifier: BSD-2-Clause */
/* Read name, address, date of birth and sex: mode 04. */
#ifndef JPKI_PORTAL_ATTRIBUTES_H
#define JPKI_PORTAL_ATTRIBUTES_H

#include <stdint.h>

#include <jansson.h>
#include <jpki/jpki.h>
#include <jpki/secret.h>

/* Give the PIN to the card, once, and wipe it; then the card is locked. The attributes are added
 * to the answer, as hexadecimal digits. Returns the result of jpki_attributes(), which also sets
 * *spent. */
int attributes_do(uint64_t card, struct jpki_secret **pin, enum jpki_try *spent, json_t *answer);

#endif
