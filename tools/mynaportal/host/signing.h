/* SPDX-License-Identifier: BSD-2-Clause */
/* Sign with a key of the card: mode 01 with the one for user authentication, 02 with the one for
 * digital signature. */
#ifndef JPKI_PORTAL_SIGNING_H
#define JPKI_PORTAL_SIGNING_H

#include <stdint.h>

#include <jansson.h>
#include <jpki/jpki.h>
#include <jpki/secret.h>

#include "request.h"

/* Give the PIN to the card, once, and wipe it; sign all, read the certificate, lock the card. What
 * was made is added to the answer, if all of it was. An error of libjpki; *spent: jpki_login(). */
int signing_do(uint64_t card, const struct request *request, struct jpki_secret **pin,
    enum jpki_try *spent, json_t *answer);

#endif
