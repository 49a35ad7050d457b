/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_EXAMINE_EXTENSIONS_H
#define READER_EXAMINE_EXTENSIONS_H

#include "card/examine.h"
#include "reader/reader.h"

/*
 * Report which extensions the certificates of a card have: their names, not their contents. In a
 * transaction. The first function reports on the certificates that can be read without a PIN, the
 * second on those that need the PIN of the examination, the third that the latter were not asked.
 * JPKI_OK, or an error of the way to the card.
 */
int examine_public_extensions(const struct reader *reader, const struct examination *examination);
int examine_private_extensions(const struct reader *reader, const struct examination *examination);
void examine_skip_private_extensions(
    const struct reader *reader, const struct examination *examination);

#endif
