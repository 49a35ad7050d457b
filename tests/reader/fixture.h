/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_TEST_FIXTURE_H
#define READER_TEST_FIXTURE_H

#include "../common/cards.h"

#include <jpki/jpki.h>

/* The number that the library has given the card. */
extern uint64_t number;

#define assert_rv(call, expected) assert_int_equal((call), (expected))
#define assert_ok(call) assert_rv(call, JPKI_OK)

/* Replace the card by a fresh one with a quirk (NULL: none), and learn its number. */
void swap_card(const char *quirk, const char *value);
/* Take the card out and put it in again, without learning its number. */
void reinsert(void);

enum jpki_holds holds(size_t reader);
/* The number of the card there, 0 if there is none. */
uint64_t card_in(size_t reader);

/* What belongs to a role. */
X509 *certificate_of(enum jpki_role role, enum jpki_certificate which);

/* With a text in place of bytes and a length. */
int login(enum jpki_role role, const char *pin, enum jpki_try *spent);
int change_pin(enum jpki_role role, const char *old_pin, const char *new_pin, enum jpki_try *spent);
bool logged_in(enum jpki_role role);

/* Is no PIN verified? */
bool locked(void);

#endif
