/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_ATTRIBUTES_H
#define VCARD_ATTRIBUTES_H

#include "layout.h"

/* Write the content of EF 0002 of the input aid (F-ATTRIBUTES); returns its length. */
size_t attributes_content(const struct vcard *card, uint8_t content[FILE_MAX]);

#endif
