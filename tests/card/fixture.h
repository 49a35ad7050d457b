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

/* A virtual card in a reader, and the card layer looking at it. */
extern struct vcard *vcard;
extern struct jpki_service *service;
extern struct jpki_card *card;
/* What the test reads from it: nothing at first. */
extern struct jpki_der der;

/* Set-up and tear-down of a test; the card has no power and nothing was sent to it. */
int set_up(void **state);
int tear_down(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* Another card object, nothing read, all tries, no fault, no plan, no power, nothing counted. */
void start_over(void);
/* ... and with that quirk. */
void start_over_with(const char *quirk, const char *value);
/* The values of the quirk "short-identifiers", NULL at the end. */
extern const char *const short_identifiers[];
/* What may come of a command on the way to the card. */
#define WAY_ERRORS 5
extern const int way_errors[WAY_ERRORS];
/* The default PIN of a role. */
const char *default_pin(enum jpki_role role);

/* Transactions that must succeed. */
void begin(void);
void trust(void);
void end(void);

struct jpki_pin *pin_of(enum jpki_role role, const char *typed);
/* jpki_card_verify with a PIN of that text; tries: NULL if nobody wants to know. */
int verify_pin(enum jpki_role role, const char *typed, unsigned *tries);
/* Begin a transaction and verify the default PIN in it. */
void login(enum jpki_role role);
/* Begin, verify and end; the first error on the way. */
int whole_login(enum jpki_role role, const char *typed);

/* Count from here. */
void mark(void);
unsigned exchanges(void);
unsigned events(enum vcard_event event);
#define assert_exchanges(count) assert_int_equal(exchanges(), count)
#define assert_verifies(count) assert_int_equal(events(VCARD_EVENT_VERIFY), count)

/* The next exchange but `nth` - 1 goes wrong. */
void plan_fault(enum vcard_fault fault, unsigned nth, unsigned sw);

/* The certificate that the card was made with, in DER; the caller frees it (OPENSSL_free). */
size_t expected_der(enum jpki_role role, enum jpki_certificate which, unsigned char **bytes);
/* The length of the authentication certificate, and the exchanges that so many bytes take. */
size_t expected_length(void);
unsigned blocks(size_t bytes);
/* That it has been read. */
void assert_certificate(enum jpki_role role, enum jpki_certificate which);

#endif
