/* SPDX-License-Identifier: BSD-2-Clause */
/* The number of this installation, random and made once, which is sent to the sites (mode 01 and
 * others: "uuid"). */
#ifndef JPKI_PORTAL_INSTALLATION_H
#define JPKI_PORTAL_INSTALLATION_H

#include <stdbool.h>
#include <stdint.h>

#define INSTALLATION_SIZE 16

/* Read the number from jpki/portal-installation in the user's data folder: 32 hexadecimal digits.
 * If there is no valid number, it is made; processes that do so at the same time get the same one.
 * False if it cannot be stored: the reason has been reported. */
bool installation_number(uint8_t number[INSTALLATION_SIZE]);

#endif
