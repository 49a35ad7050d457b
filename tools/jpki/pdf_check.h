/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki pdf check: is a signed PDF what the registry offices' online filing wants, and is its
 * signature valid? */
#ifndef JPKI_TOOL_PDF_CHECK_H
#define JPKI_TOOL_PDF_CHECK_H

#include <openssl/types.h>

#include "verb.h"

/* Check a file and tell about it; an exit status. */
int pdf_check(const struct words *words, const char *path);

/* Look whether one that was just signed is right, by a certificate of this CA. STATUS_DONE; else
 * all was told that a check tells. */
int pdf_check_made(const char *path, const X509 *issuer);

#endif
