/* SPDX-License-Identifier: BSD-2-Clause */
/* A key of the card that signs documents, with the certificates that go along. */
#ifndef JPKI_TOOL_SIGNING_KEY_H
#define JPKI_TOOL_SIGNING_KEY_H

#include <stdint.h>

#include "facts.h"
#include "unlock.h"

struct signing_key {
	struct found found;
	struct unlock unlock;
	struct facts own;    /* certificate of the key */
	struct facts issuer; /* certificate NULL: the card does not tell */
	/* For one signature alone (jpki_sign_with_pin()), and whether it has cost a try. */
	struct jpki_secret *secret;
	enum jpki_try spent;
};

/* Find the card, and see whether its PIN could be asked for. STATUS_DONE, or it was told. The key
 * has to be closed in any case. */
int signing_key_find(const struct words *words, enum jpki_role role, struct signing_key *key);

/* Say what goes into a signature, ask for the PIN, log in, read the certificates. STATUS_DONE, or
 * it was told. */
int signing_key_open(struct signing_key *key);

/* Sign a SHA-256 hash (cades.h): JPKI_OK, or an error of libjpki. *der is to be given to
 * OPENSSL_free(). */
int signing_key_sign(struct signing_key *key, const uint8_t *digest, uint8_t **der, size_t *length);

/* Tell of an error after the login; the exit status for it. */
int signing_key_tell(const struct signing_key *key, int rv);

/* Ask for a PIN that is for the next signature alone, where the card has locked its key again;
 * STATUS_DONE, or it was told. After the signature, with what came of it: the same. */
int signing_key_ask_for_one(struct signing_key *key);
int signing_key_end_one(struct signing_key *key, int rv);

/* Log out. */
void signing_key_lock(struct signing_key *key);

void signing_key_close(struct signing_key *key);

#endif
