/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_EXAMINE_EXTENSIONS_H
#define READER_EXAMINE_EXTENSIONS_H

#include "card/examine.h"
#include "reader/reader.h"

/*
 * Which extensions the certificates of a card have: their names, not what is in them. In a
 * transaction. First those that can be read without a PIN; then those that are behind the PIN that
 * is examined, and the others, which are not asked.
 */
int examine_public_extensions(const struct reader *reader, const struct examination *examination);
int examine_private_extensions(const struct reader *reader, const struct examination *examination);
void examine_skip_private_extensions(
    const struct reader *reader, const struct examination *examination);

#endif
