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
 * Does a card do what this library takes cards to do? Its specification is not public: much of
 * what is known of it (card-facts) has one source, or is inferred. What comes of this tells nothing
 * of the card's owner: no serial number, no certificate, no name, no PIN, no signature.
 */

enum jpki_outcome {
	JPKI_AGREES,
	JPKI_DIFFERS,
	JPKI_NOT_ASKED, /* it needs a PIN, or an earlier answer has left nothing to ask */
};

/* One thing that was asked. Texts are in English, and good for the time of the call alone. */
struct jpki_observation {
	const char *id;	      /* a word that stays the same */
	const char *fact;     /* what was asked, in a few words */
	const char *expected; /* what cards are taken to do */
	const char *seen;     /* what this one does; "" if it was not asked */
	enum jpki_outcome outcome;
};

/*
 * Ask a card all that, and tell of each as it is answered: `tell` gets `context`, and must not call
 * the library. Nothing on the card is changed. Its power is cut before, between and after, and it
 * is reset: other programs that are logged in with it are logged out. The whole takes some seconds.
 *
 * What cannot be asked without a PIN is asked with the one of `role`: `pin` is sent at most once,
 * with the rules and the errors of jpki_login, and so is *spent. With NULL it is not asked.
 * JPKI_ERR_LOGGED_IN if this process is logged in with the card. After an error of the way to the
 * card what had been told until then is good. However it ends, the card is locked.
 */
int jpki_examine(uint64_t card, enum jpki_role role, const uint8_t *pin, size_t length,
    void (*tell)(void *context, const struct jpki_observation *one), void *context,
    enum jpki_try *spent);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
