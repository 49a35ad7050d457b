/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_PCSCD_H
#define CARD_PCSCD_H

#include <stdbool.h>

/*
 * Is there a PC/SC service that hangs up on whoever comes, without having been spoken to? So a
 * service of pcsc-lite does whom it refuses, and only then. Waits for that for a second at most, and
 * not again for some seconds if the service neither serves nor hangs up.
 */
bool pcscd_hangs_up(void);

#endif
