/* SPDX-License-Identifier: BSD-2-Clause */
/* A key of the card that signs documents, with its certificates. */
#ifndef JPKI_TOOL_SIGNING_KEY_H
#define JPKI_TOOL_SIGNING_KEY_H

#include <stdint.h>

#include "facts.h"
#include "unlock.h"

struct signing_key {
	struct found found;
	struct unlock unlock;
	struct facts own;    /* certificate of the key */
	struct facts issuer; /* certificate NULL: not on the card */
	/* The PIN for one signature (jpki_sign_with_pin()), and whether it has cost a try. */
	struct jpki_secret *secret;
	enum jpki_try spent;
};

/* Find the card, and check that its PIN can be asked for. STATUS_DONE, or it was told. The caller
 * closes *key in either case. */
int signing_key_find(const struct words *words, enum jpki_role role, struct signing_key *key);

/* Tell what becomes part of the signature, ask for the PIN, log in, read the certificates.
 * STATUS_DONE, or it was told. */
int signing_key_open(struct signing_key *key);

/* Sign a SHA-256 hash (cades.h). JPKI_OK, or an error of libjpki. The caller frees *der with
 * OPENSSL_free(). */
int signing_key_sign(struct signing_key *key, const uint8_t *digest, uint8_t **der, size_t *length);

/* Tell an error after the login. Returns the exit status for it. */
int signing_key_tell(const struct signing_key *key, int rv);

/* signing_key_ask_for_one: ask for a PIN for the next signature only, after the card has locked
 * its key. signing_key_end_one: call it after that signature, with its result. Both return
 * STATUS_DONE, or it was told. */
int signing_key_ask_for_one(struct signing_key *key);
int signing_key_end_one(struct signing_key *key, int rv);

/* Log out. */
void signing_key_lock(struct signing_key *key);

void signing_key_close(struct signing_key *key);

#endif
