/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki pdf check: does a signed PDF fulfil the rules of the registry offices' online filing, and
 * is its signature valid? */
#ifndef JPKI_TOOL_PDF_CHECK_H
#define JPKI_TOOL_PDF_CHECK_H

#include <openssl/types.h>

#include "verb.h"

/* Check a file and print the result. Returns an exit status. */
int pdf_check(const struct words *words, const char *path);

/* Check a file that was just signed with a certificate of this CA. STATUS_DONE; otherwise the
 * result of the check was printed. */
int pdf_check_made(const char *path, const X509 *issuer);

#endif
