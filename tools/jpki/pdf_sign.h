/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki pdf sign: sign a PDF with the card's signature key. */
#ifndef JPKI_TOOL_PDF_SIGN_H
#define JPKI_TOOL_PDF_SIGN_H

#include "verb.h"

/* Sign a file. Returns an exit status. */
int pdf_sign(const struct words *words, const char *path);

#endif
