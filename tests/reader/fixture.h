/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_TEST_FIXTURE_H
#define READER_TEST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jpki/jpki.h>

#include "inprocess.h"
#include "vcard.h"

#define READER "Reader A"
#define READER_2 "Reader B"
#define SERIAL "JPKI000000000001"
#define SERIAL_2 "JPKI000000000002"

/* The card that is in READER, and the number that the library has given it. */
extern struct vcard *card;
extern uint64_t number;

#define assert_rv(call, expected) assert_int_equal((call), (expected))
#define assert_ok(call) assert_rv(call, JPKI_OK)

/* Group set-up and tear-down: the PKI, once for a program. */
int make_pki(void **state);
int drop_pki(void **state);

/* Set-up: a card, but neither a reader nor a running library. */
int make_card(void **state);
/* Set-up: the card in its reader, the library running for both keys. */
int make_world(void **state);
/* Tear-down of both. */
int drop_world(void **state);

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_world, drop_world)
#define TEST_STOPPED(test) cmocka_unit_test_setup_teardown(test, make_card, drop_world)
#define RUN(tests) cmocka_run_group_tests(tests, make_pki, drop_pki)

/* Set-up again within a test: everything fresh. */
void start_over(void);
/* One more card of the same PKI; freed by drop_world. */
struct vcard *another_card(const char *serial);
/* Replace the card by a fresh one with a quirk (NULL: none), and learn its number. */
void swap_card(const char *quirk, const char *value);
/* Take the card out and put it in again, without learning its number. */
void reinsert(void);

enum jpki_holds holds(size_t reader);
/* The number of the card there, 0 if there is none. */
uint64_t card_in(size_t reader);

/* What belongs to a role. */
const char *pin_of(enum jpki_role role);
const char *wrong_pin_of(enum jpki_role role);
enum vcard_pin card_pin_of(enum jpki_role role);
X509 *certificate_of(enum jpki_role role, enum jpki_certificate which);

/* With a text in place of bytes and a length. */
int login(enum jpki_role role, const char *pin, enum jpki_try *spent);
int change_pin(enum jpki_role role, const char *old_pin, const char *new_pin, enum jpki_try *spent);
bool logged_in(enum jpki_role role);

/* The tries that the card counts; VERIFY commands that brought a PIN; is no PIN verified? */
unsigned tries(enum jpki_role role);
unsigned tries_max(enum jpki_role role);
size_t pins_sent(void);
bool locked(void);

#endif
