/* SPDX-License-Identifier: BSD-2-Clause */
/* The number of this installation, made once at random, which the sites are told (mode 01 and so
 * on: "uuid"). */
#ifndef JPKI_PORTAL_INSTALLATION_H
#define JPKI_PORTAL_INSTALLATION_H

#include <stdbool.h>
#include <stdint.h>

#define INSTALLATION_SIZE 16

/* The one that is kept in the person's folder for data, jpki/portal-installation, as 32 hexadecimal
 * digits; made if there is none, or what is there is no number. Processes that do so at once get
 * the same. False: none can be kept, and why was told. */
bool installation_number(uint8_t number[INSTALLATION_SIZE]);

#endif
