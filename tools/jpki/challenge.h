/* SPDX-License-Identifier: BSD-2-Clause */
/* Does a card have the key that a certificate is for? */
#ifndef JPKI_TOOL_CHALLENGE_H
#define JPKI_TOOL_CHALLENGE_H

#include <openssl/x509.h>

#include "point.h"
#include "unlock.h"

/* Let the card, with which we are logged in, sign random bytes, and set POINT_KEY: is the
 * signature that of the certificate's key? Asks for the PIN again if each signature needs it.
 * STATUS_DONE, or it was told what has failed. */
int challenge(const struct unlock *unlock, X509 *certificate, struct points *points);

#endif
