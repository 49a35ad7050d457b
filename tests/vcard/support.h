/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_TEST_SUPPORT_H
#define VCARD_TEST_SUPPORT_H

#include "../common/unit.h"

#include "vcard.h"

#define SELECT_JPKI "00A4040C0AD392F000260100000001"
#define SELECT_INPUT_AID "00A4040C0AD3921000310001010408"
#define SELECT_COMMON "00A4040C0AD3921000310001010100"
#define SELECT_SURFACE "00A4040C0AD3921000310001010402"
#define VERIFY_AUTHENTICATION "002000980431323334"
#define TRIES_AUTHENTICATION "00200098"
/* The PIN of the four attributes, of the input aid */
#define VERIFY_ATTRIBUTES "002000910435363738"
#define VERIFY_WRONG "002000980439393939"
#define VERIFY_SIGNATURE "0020009B06414243313233"
/* CHANGE REFERENCE DATA of 0018 to 4321 */
#define CHANGE_AUTHENTICATION "002401980434333231"
/* The SHA-256 of nothing, as 32 bytes of data. */
#define HASH "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"

/* A PKI for the whole process; group set-up and tear-down. */
int make_pki(void **state);
int drop_pki(void **state);
struct vcard_pki *test_pki(void);

/* A powered card in memory, in *state; set-up and tear-down of a test. */
int make_card(void **state);
int drop_card(void **state);
#define CARD_TEST(name) cmocka_unit_test_setup_teardown(name, make_card, drop_card)

/* The data and the length of the last answer. */
extern uint8_t answer[VCARD_RESPONSE_MAX];
extern size_t answer_length;

/* Send a command given as hexadecimal digits; returns the status word. */
unsigned send_command(struct vcard *card, const char *hex);
/* Select the JPKI application and verify, expecting 9000. */
void select_jpki(struct vcard *card);
void verify(struct vcard *card, const char *command);
void set_quirk(struct vcard *card, const char *name, const char *value);

/* Read an EF by its short identifier up to its end; returns its length. */
size_t read_file(struct vcard *card, unsigned sfi, uint8_t content[16384]);

#define assert_status(card, hex, status) assert_int_equal(send_command(card, hex), status)
/* ... and with how much data it comes. */
#define assert_answer(card, hex, status, length)                                                   \
	do {                                                                                       \
		assert_status(card, hex, status);                                                  \
		assert_int_equal(answer_length, length);                                           \
	} while (0)

/* A new empty folder; the caller gives it back to drop_folder. */
char *make_folder(void);
void drop_folder(char *path);

#endif
