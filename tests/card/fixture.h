/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_TEST_FIXTURE_H
#define CARD_TEST_FIXTURE_H

#include "inprocess.h"
#include "support.h"

#include <jpki/card.h>

#define READER "Reader A"
/* What the virtual card begins with. */
#define PIN "1234"
#define WRONG_PIN "9999"
#define PASSWORD "ABC123"
#define WRONG_PASSWORD "ABC124"

/* Bytes that one READ BINARY brings. */
#define BLOCK 256

#define LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A virtual card in a reader, and the card layer looking at it. */
struct world {
	struct vcard *vcard;
	struct jpki_service *service;
	struct jpki_card *card;
};

/* Set-up and tear-down of a test; the card has no power and nothing was sent to it. */
int make_world(void **state);
int drop_world(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_world, drop_world)

/* Another card object, all tries, no fault, no plan, no power, nothing counted. */
void start_over(struct world *w);
/* The values of the quirk "short-identifiers", NULL at the end. */
extern const char *const short_identifiers[];
/* The default PIN of a role. */
const char *default_pin(enum jpki_role role);

/* Transactions that must succeed. */
void begin(struct world *w);
void trust(struct world *w);
void end(struct world *w);

struct jpki_pin *pin_of(enum jpki_role role, const char *typed);
/* jpki_card_verify with a PIN of that text. */
int verify_pin(struct world *w, enum jpki_role role, const char *typed, unsigned *tries);
/* Begin a transaction and verify the default PIN in it. */
void login(struct world *w, enum jpki_role role);
/* Begin, verify and end; the first error on the way. */
int whole_login(struct world *w, enum jpki_role role, const char *typed);

/* Count from here. */
void mark(struct world *w);
unsigned exchanges(struct world *w);
unsigned events(struct world *w, enum vcard_event event);
#define assert_exchanges(w, count) assert_int_equal(exchanges(w), count)
#define assert_verifies(w, count) assert_int_equal(events(w, VCARD_EVENT_VERIFY), count)

/* The next exchange but `nth` - 1 goes wrong. */
void plan_fault(struct world *w, enum vcard_fault fault, unsigned nth, unsigned sw);

/* The certificate that the card was made with, in DER; the caller frees it (OPENSSL_free). */
size_t expected_der(enum jpki_role role, enum jpki_certificate which, unsigned char **der);
/* The length of the authentication certificate, and the exchanges that so many bytes take. */
size_t expected_length(void);
unsigned blocks(size_t bytes);
void assert_certificate(
    const struct jpki_der *der, enum jpki_role role, enum jpki_certificate which);

#endif
