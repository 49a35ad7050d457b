/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki pdf sign: a signature in a PDF, by the card's key for digital signature. */
#ifndef JPKI_TOOL_PDF_SIGN_H
#define JPKI_TOOL_PDF_SIGN_H

#include "verb.h"

/* Sign a file; an exit status. */
int pdf_sign(const struct words *words, const char *path);

#endif
