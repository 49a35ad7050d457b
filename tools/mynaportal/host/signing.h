/* SPDX-License-Identifier: BSD-2-Clause */
/* Sign with a key of the card: mode 01 with the authentication key, 02 with the signature key. */
#ifndef JPKI_PORTAL_SIGNING_H
#define JPKI_PORTAL_SIGNING_H

#include <stdint.h>

#include <jansson.h>
#include <jpki/jpki.h>
#include <jpki/secret.h>

#include "request.h"

struct signing;

/* What a request wants signed. The caller frees it; the request must outlive it. */
struct signing *signing_new(uint64_t card, const struct request *request);
void signing_free(struct signing **signing);

/* Give the PIN to the card, once, and wipe it; read the certificate, sign, lock the card. JPKI_OK,
 * or an error of libjpki; *spent is set as by jpki_login(). */
int signing_use_pin(struct signing *signing, struct jpki_secret **pin, enum jpki_try *spent);

/* The number of the document, from 1, that the next PIN is for; 0 when all are signed. One PIN is
 * for all of them, unless the user's settings (jpki.conf(5), window = 0) require one for each:
 * then the first PIN only reads the certificate. */
size_t signing_next(const struct signing *signing);

/* Add signatures and certificate to the answer, once all are signed. */
void signing_add(const struct signing *signing, json_t *answer);

#endif
