/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_SIGNING_H
#define READER_SIGNING_H

#include "reader/lock.h"
#include "reader/reader.h"

/*
 * One signature of the card, in a transaction of its own, checked with the public key before it is
 * given. The value is what jpki_card_sign takes. JPKI_ERR_NOT_VERIFIED if there is no PIN behind
 * it, or the card has forgotten that (so have we then), JPKI_ERR_UNSUPPORTED if the card does not
 * know the form, JPKI_ERR_MEMORY, JPKI_ERR_DATA if it is none of the right key, or what happened on
 * the way. One with a PIN of its own is over then, and the card is locked.
 */
int signing_sign(struct reader *reader, enum jpki_role role, struct authorisation *authorisation,
    enum jpki_signature_form form, const uint8_t *value, size_t length,
    uint8_t signature[JPKI_SIGNATURE_SIZE]);

#endif
