/* SPDX-License-Identifier: BSD-2-Clause */
/* Has a card the key that a certificate is for? */
#ifndef JPKI_TOOL_CHALLENGE_H
#define JPKI_TOOL_CHALLENGE_H

#include <openssl/x509.h>

#include "point.h"
#include "unlock.h"

/* Have the card, which is logged in, sign random bytes, and say as POINT_KEY whether the signature
 * is that of the certificate's key. Asks for the PIN again if it has to be given for each
 * signature. STATUS_DONE, or it was told what has failed. */
int challenge(const struct unlock *unlock, X509 *certificate, struct points *points);

#endif
