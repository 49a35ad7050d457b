/* SPDX-License-Identifier: BSD-2-Clause */
/* Is a certificate in its CA's list of revoked ones (RFC 5280, 5 and 6.3)? */
#ifndef JPKI_TOOL_CRL_H
#define JPKI_TOOL_CRL_H

#include <openssl/x509.h>

#include "point.h"

/* Say what the list tells, as POINT_CRL: only one that this CA itself has signed, that is current,
 * and that is for such a certificate. That one has been revoked, an old one tells too. */
void crl_check(X509_CRL *crl, X509 *end, X509 *ca, struct points *points);

#endif
