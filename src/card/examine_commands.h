/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_EXAMINE_COMMANDS_H
#define CARD_EXAMINE_COMMANDS_H

#include "card/examine.h"

/* The commands, while no PIN is verified. In a transaction, as what follows. */
int examine_locked(const struct examination *examination);

/*
 * READ BINARY of extended length. JPKI_ERR_IO is told as an observation, too; what reader and card
 * do after it is not known.
 */
int examine_extended(const struct examination *examination);

/* Those for which the PIN has to be verified, but signing. */
int examine_verified(const struct examination *examination);
void examine_skip_verified(const struct examination *examination);

#endif
