/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_PIN_H
#define JPKI_PIN_H

#include <stddef.h>
#include <stdint.h>

#include <jpki/error.h>
#include <jpki/types.h>

/*
 * A PIN that can be right: it follows the rules for its credential, and is in the form in which the
 * card keeps it. It lives in memory of its own that is wiped by jpki_pin_free.
 */
struct jpki_pin;

/*
 * Take what a person typed, `length` bytes of UTF-8 (no terminator needed), for the credential
 * `role`. Full-width digits and letters become ASCII (an input method left on), the signature
 * password becomes upper case. JPKI_ERR_PIN_LENGTH or JPKI_ERR_PIN_CHARACTER if no card could
 * accept it: such a PIN is never sent. The caller owns *pin, and has to wipe the memory that
 * `typed` points to.
 */
int jpki_pin_new(enum jpki_role role, const uint8_t *typed, size_t length, struct jpki_pin **pin);

/*
 * The rules for a new PIN, which are stricter for the signature password: it needs a letter
 * and a digit. JPKI_OK or JPKI_ERR_PIN_CHARACTER.
 */
int jpki_pin_check_new(const struct jpki_pin *pin);

/* Wipe and free; sets the pointer to NULL, accepts a pointer to NULL. */
void jpki_pin_free(struct jpki_pin **pin);

#endif
