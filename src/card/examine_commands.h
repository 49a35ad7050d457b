/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_EXAMINE_COMMANDS_H
#define CARD_EXAMINE_COMMANDS_H

#include "card/examine.h"

/* Check the commands while no PIN is verified. This function and those below need a transaction. */
int examine_locked(const struct examination *examination);

/*
 * Check READ BINARY of extended length. JPKI_ERR_IO is both returned and reported as an
 * observation; the state of reader and card is then unknown.
 */
int examine_extended(const struct examination *examination);

/* Check the commands that need a verified PIN, except signing. */
int examine_verified(const struct examination *examination);
void examine_skip_verified(const struct examination *examination);

#endif
