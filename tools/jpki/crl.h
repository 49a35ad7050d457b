/* SPDX-License-Identifier: BSD-2-Clause */
/* Is a certificate in its CA's list of revoked ones (RFC 5280, 5 and 6.3)? */
#ifndef JPKI_TOOL_CRL_H
#define JPKI_TOOL_CRL_H

#include <openssl/x509.h>

#include "point.h"

/* Set POINT_CRL by the list. It counts only if this CA has signed it, it is current, and it is for
 * this kind of certificate. A revocation counts in an expired list too. */
void crl_check(X509_CRL *crl, X509 *end, X509 *ca, struct points *points);

#endif
