/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_ATTRIBUTES_H
#define VCARD_ATTRIBUTES_H

#include "internal.h"

/* EF 0002 of the input aid (card-facts: Two more applications); returns its length. */
size_t attributes_content(const struct vcard *card, uint8_t content[FILE_MAX]);

#endif
