/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_CONTENTS_H
#define VCARD_CONTENTS_H

#include "layout.h"

/* Write the content of a readable EF; returns its length. */
size_t file_content(const struct vcard *card, const struct file *file, uint8_t content[FILE_MAX]);

#endif
