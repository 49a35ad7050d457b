/* SPDX-License-Identifier: BSD-2-Clause */
/* A code by which the sites see that this card was used on this installation before, without
 * learning which card it is (mode 01 and others: "combination_code"). */
#ifndef JPKI_PORTAL_COMBINATION_H
#define JPKI_PORTAL_COMBINATION_H

#include <stdbool.h>
#include <stdint.h>

#include "installation.h"

#define COMBINATION_SIZE 32

/* SHA-256 of 16 fixed bytes, the card's manufacture number in ASCII, and the number of the
 * installation. False if the hash cannot be made. */
bool combination_code(const char *card_number, const uint8_t installation[INSTALLATION_SIZE],
    uint8_t code[COMBINATION_SIZE]);

#endif
