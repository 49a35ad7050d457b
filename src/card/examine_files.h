/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_EXAMINE_FILES_H
#define CARD_EXAMINE_FILES_H

#include "card/examine.h"

/*
 * Check the files of a card: lengths and formats, not the contents. In a transaction. JPKI_OK, or
 * what happened on the way to the card.
 */
int examine_files(const struct examination *examination);

#endif
