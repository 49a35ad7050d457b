/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_EXAMINE_H
#define JPKI_EXAMINE_H

#include <stddef.h>
#include <stdint.h>

#include <jpki/error.h>
#include <jpki/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Does a card behave as this library expects? The card's specification is not public: much of what
 * is known of it (src/card/FACTS.md) has one source, or is inferred. The results reveal nothing
 * about the card's owner: no serial number, no certificate, no name, no PIN, no signature.
 */

enum jpki_outcome {
	JPKI_AGREES,
	JPKI_DIFFERS,
	JPKI_NOT_ASKED, /* it needs a PIN, or an earlier answer has left nothing to ask */
};

/* The answer to one question. The texts are in English, and valid during the call only. */
struct jpki_observation {
	const char *id;	      /* a word that stays the same */
	const char *fact;     /* what was asked, in a few words */
	const char *expected; /* what cards are taken to do */
	const char *seen;     /* what this one does; "" if it was not asked */
	enum jpki_outcome outcome;
};

/*
 * Ask a card all the questions, and call `tell` with each answer; it gets `context`, and must not
 * call the library. Nothing on the card is changed. Its power is cut before, between and after, and
 * it is reset: other programs that are logged in with it are logged out. The whole takes some
 * seconds.
 *
 * Questions that need a PIN are asked with the PIN of `role`: `pin` is sent at most once, by the
 * rules of jpki_login. If it is NULL, they are not asked. *spent, always set unless `spent` is
 * NULL, tells whether the PIN has cost a try.
 *
 * JPKI_OK when all questions have been asked. JPKI_ERR_ARGUMENT, JPKI_ERR_STOPPED;
 * JPKI_ERR_LOGGED_IN if this process is logged in with the card, and the login stays;
 * JPKI_ERR_NO_CARD if the card has gone; JPKI_ERR_NOT_JPKI if it has no such application;
 * JPKI_ERR_MEMORY. With a PIN also JPKI_ERR_NO_KEY; JPKI_ERR_PIN_WRONG if the card has refused it;
 * JPKI_ERR_PIN_BLOCKED; JPKI_ERR_PIN_LENGTH, JPKI_ERR_PIN_CHARACTER, JPKI_ERR_PIN_REFUSED if it was
 * not sent because it cannot be right; JPKI_ERR_LAST_TRY. After an error of the way to the card
 * (error.h, -10 to -29), or JPKI_ERR_NOT_FOUND, JPKI_ERR_NOT_VERIFIED, JPKI_ERR_UNSUPPORTED,
 * JPKI_ERR_LENGTH, JPKI_ERR_STATUS or JPKI_ERR_DATA for an unexpected answer, the answers told
 * until then are valid. However it ends once it has begun to ask, the card is locked.
 */
int jpki_examine(uint64_t card, enum jpki_role role, const uint8_t *pin, size_t length,
    void (*tell)(void *context, const struct jpki_observation *one), void *context,
    enum jpki_try *spent);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
