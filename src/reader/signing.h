/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_SIGNING_H
#define READER_SIGNING_H

#include "reader/lock.h"
#include "reader/reader.h"

/*
 * Make one signature, in a transaction of its own, and check it with the public key before it is
 * returned. The value is what jpki_card_sign takes. JPKI_OK; JPKI_ERR_NOT_VERIFIED if the key is
 * not open for it, or the card has forgotten the PIN: then the login is ended; JPKI_ERR_UNSUPPORTED
 * if the card does not know the form; JPKI_ERR_LENGTH if it refuses the length; JPKI_ERR_DATA if
 * the response is not a signature of the right key; JPKI_ERR_NOT_FOUND, JPKI_ERR_STATUS,
 * JPKI_ERR_NOT_JPKI if the card gives an unexpected answer; JPKI_ERR_MEMORY; or an error of the way
 * to the card. After a signature with a PIN of its own, made or not, the card is locked.
 */
int signing_sign(struct reader *reader, enum jpki_role role, struct authorisation *authorisation,
    enum jpki_signature_form form, const uint8_t *value, size_t length,
    uint8_t signature[JPKI_SIGNATURE_SIZE]);

#endif
