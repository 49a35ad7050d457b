/* SPDX-License-Identifier: BSD-2-Clause */
/* Has a card the key that a certificate is for? */
#ifndef JPKI_TOOL_CHALLENGE_H
#define JPKI_TOOL_CHALLENGE_H

#include <openssl/x509.h>

#include "found.h"
#include "point.h"

/* Have the card, which is logged in, sign random bytes, and say as POINT_KEY whether the signature
 * is that of the certificate's key. STATUS_DONE, or the card has failed and it was told. */
int challenge(
    const struct found *found, enum jpki_role role, X509 *certificate, struct points *points);

#endif
