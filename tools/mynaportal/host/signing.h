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

struct signing;

/* What a request wants signed; to be freed. */
struct signing *signing_new(uint64_t card, const struct request *request);
void signing_free(struct signing **signing);

/* Give the PIN to the card, once, and wipe it; read the certificate, sign, lock the card. An error
 * of libjpki; *spent: jpki_login(). */
int signing_use_pin(struct signing *signing, struct jpki_secret **pin, enum jpki_try *spent);

/* The document, counted from 1, that the next PIN is for; 0: all are signed. A PIN is for all of
 * them, unless the person's settings (jpki.conf(5), window = 0) want one for each: then the first
 * one is for the certificate. */
size_t signing_next(const struct signing *signing);

/* Add what was made to the answer, once all are signed. */
void signing_add(const struct signing *signing, json_t *answer);

#endif
