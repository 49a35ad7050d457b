/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef COMMON_CARDS_H
#define COMMON_CARDS_H

/*
 * Virtual cards in readers, for the fixtures of the tests of the module and of libjpki: what they
 * have in common, and what they declare alike.
 */

#include "unit.h"

#include <jpki/types.h>

#include "certificates.h"
#include "inprocess.h"
#include "vcard.h"

#define READER "Reader A"
#define READER_2 "Reader B"
#define SERIAL "JPKI000000000001"
#define SERIAL_2 "JPKI000000000002"
/* What a card begins with. */
#define PIN "1234"
#define PASSWORD "ABC123"

/* The card that is in READER. */
extern struct vcard *card;
/* The keys and certificates of all cards but those of card_of_another_person. */
extern struct vcard_pki *pki;

/* Make that PKI; what happens at the readers is seen at once, and no person's settings count. */
int open_pki(void);

/* Group set-up of a fixture, the PKI, once for a program; and its tear-down. */
int make_pki(void **state);
int drop_pki(void **state);

/* Set-up: a card, but neither a reader nor anything that has been started. */
int make_card(void **state);
/* Set-up: the card in its reader, and the module or the library started. */
int set_up(void **state);
/* Tear-down of both. */
int tear_down(void **state);
/* Set-up again within a test: everything fresh. */
void start_over(void);

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
/* Once for each role. */
#define ROLE_TEST(test)                                                                            \
	{#test ", authentication", test, set_up, tear_down, &each_role[JPKI_AUTHENTICATION]},      \
	{                                                                                          \
#test ", signature", test, set_up, tear_down, &each_role[JPKI_SIGNATURE]           \
	}
extern enum jpki_role each_role[JPKI_ROLES];
enum jpki_role role_of(void **state);
#define TEST_STOPPED(test) cmocka_unit_test_setup_teardown(test, make_card, tear_down)
#define RUN(tests) cmocka_run_group_tests(tests, make_pki, drop_pki)

/* One more card; drop_cards empties the readers, frees all cards and lets the clock go. */
struct vcard *another_card(const char *serial);
/* A card with other keys. The first in a program takes a second. */
struct vcard *card_of_another_person(void);
void drop_cards(void);

/* What belongs to a role. */
const char *pin_of(enum jpki_role role);
const char *wrong_pin_of(enum jpki_role role);
enum vcard_pin card_pin_of(enum jpki_role role);

/* The tries that the card counts; VERIFY commands that brought a PIN. */
unsigned tries(enum jpki_role role);
unsigned tries_max(enum jpki_role role);
void set_tries(enum jpki_role role, unsigned count);
size_t pins_sent(void);

#endif
