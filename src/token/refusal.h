/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_REFUSAL_H
#define TOKEN_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "token/cryptoki.h"

/*
 * The PINs that were refused, to know one again if it comes at once: programs whose PIN comes from
 * a field or an option give it again for as long as they hear CKR_PIN_INCORRECT, and would spend
 * all tries in a second (NSS does that for LibreOffice and pdfsig). Nobody types a PIN that fast;
 * typed again it is a try that its person asks for.
 *
 * Kept as a digest, with a key that is made anew by each start of the module and lies in the memory
 * of secrets.
 */
#define REFUSAL_DIGEST_SIZE 32
#define REFUSAL_MS 500
/* No token has more tries. */
#define REFUSALS 5
struct refusal {
	struct refused_pin {
		uint8_t digest[REFUSAL_DIGEST_SIZE];
		uint64_t until; /* clock_now_ms; 0: there is none */
	} pins[REFUSALS];
};

/* Make the key, after crypto_start; false if there is no memory or nothing random. */
bool refusal_start(void);
void refusal_stop(void);

/* This was refused, now. */
void refusal_note(struct refusal *refusal, const CK_BYTE *typed, CK_ULONG length);
/* Whether this is what was refused less than REFUSAL_MS before it was given, at `given_at`
 * (clock_now_ms): waiting for a busy card is no typing. */
bool refusal_is_of(
    const struct refusal *refusal, uint64_t given_at, const CK_BYTE *typed, CK_ULONG length);
/* This is the PIN now, whatever was said of it. */
void refusal_take_back(struct refusal *refusal, const CK_BYTE *typed, CK_ULONG length);

#endif
