/* SPDX-License-Identifier: BSD-2-Clause */
/* Read name, address, date of birth and sex: mode 04. */
#ifndef JPKI_PORTAL_ATTRIBUTES_H
#define JPKI_PORTAL_ATTRIBUTES_H

#include <stdint.h>

#include <jansson.h>
#include <jpki/jpki.h>
#include <jpki/secret.h>

/* Give the PIN to the card, once, and wipe it; the card is locked again. What was read is added to
 * the answer. An error of libjpki; *spent: jpki_attributes(). */
int attributes_do(uint64_t card, struct jpki_secret **pin, enum jpki_try *spent, json_t *answer);

#endif
