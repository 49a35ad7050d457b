/* SPDX-License-Identifier: BSD-2-Clause */
/* What tells the sites that this card was used on this installation before, without telling them
 * which one (mode 01 and so on: "combination_code"). */
#ifndef JPKI_PORTAL_COMBINATION_H
#define JPKI_PORTAL_COMBINATION_H

#include <stdbool.h>
#include <stdint.h>

#include "installation.h"

#define COMBINATION_SIZE 32

/* SHA-256 over 16 bytes that are always the same, the number of the card as it was made, ASCII, and
 * that of the installation. False: there is no such hash. */
bool combination_code(const char *card_number, const uint8_t installation[INSTALLATION_SIZE],
    uint8_t code[COMBINATION_SIZE]);

#endif
