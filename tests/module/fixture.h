/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODULE_TEST_FIXTURE_H
#define MODULE_TEST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jpki/pin.h>

#include "inprocess.h"
#include "pkcs11-3.h"
#include "vcard.h"

#define READER "Reader A"
#define READER_2 "Reader B"
#define PIN "1234"
#define PASSWORD "ABC123"
#define SERIAL "JPKI000000000001"
#define SERIAL_2 "JPKI000000000002"

/* The module through its 3.0 function list, and the card that is in READER. */
extern CK_FUNCTION_LIST_3_0 *p11;
/* That list itself, where p11 notes what the functions answer (record.h). */
extern CK_FUNCTION_LIST_3_0 *own_list;
extern struct vcard *card;

#define assert_rv(call, expected) assert_int_equal((CK_RV)(call), (expected))
#define assert_ok(call) assert_rv(call, CKR_OK)

/* Group set-up and tear-down: the PKI, once for a program. */
int make_pki(void **state);
int drop_pki(void **state);

/* Set-up: a card, but neither a reader nor a running module. */
int make_card(void **state);
/* C_Initialize, and a look at the readers that there are. */
bool start_module(void);
/* Set-up: the card in its reader, the module running. Nothing has been counted yet. */
int make_world(void **state);
/* Tear-down of both. */
int drop_world(void **state);

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_world, drop_world)
#define TEST_STOPPED(test) cmocka_unit_test_setup_teardown(test, make_card, drop_world)
#define RUN(tests) cmocka_run_group_tests(tests, make_pki, drop_pki)

/* One more card of the same PKI; freed by drop_world. */
struct vcard *another_card(const char *serial);
/* A card with other keys; freed by drop_world. The first in a program takes a second. */
struct vcard *card_of_another_person(void);
/* Replace the card by a fresh one with a quirk (NULL: none). */
void swap_card(const char *quirk, const char *value);
void set_quirk(const char *name, const char *value);
/* Take the card out and put it in again. */
void reinsert(void);
/* Set-up again within a test: everything fresh. */
void start_over(void);
/* Select another application, as other programs do. */
void others_select(const char *aid);

/* For how long a login covers signatures; drop_world restores it. */
void set_window(uint64_t ms);
/* The module's default. */
uint64_t default_window(void);

/* What belongs to a role. */
CK_SLOT_ID slot_of(enum jpki_role role);
const char *pin_of(enum jpki_role role);
enum vcard_pin card_pin_of(enum jpki_role role);
X509 *certificate_of(enum jpki_role role);
X509 *ca_of(enum jpki_role role);

CK_SESSION_HANDLE open_session(enum jpki_role role);
CK_SESSION_HANDLE open_rw_session(enum jpki_role role);
/* A session in which the right PIN has been given. */
CK_SESSION_HANDLE open_user_session(enum jpki_role role);
CK_RV login_with(CK_SESSION_HANDLE session, const char *pin);
CK_RV context_login(CK_SESSION_HANDLE session, const char *pin);
CK_STATE state_of(CK_SESSION_HANDLE session);
/* ... has a logged-in user? */
bool user_session(CK_SESSION_HANDLE session);
/* The flags that C_GetTokenInfo and C_GetSlotInfo give. */
CK_FLAGS token_flags(enum jpki_role role);
bool token_present(enum jpki_role role);

/* Cryptoki's fixed-size text: blanks at the end, no NUL. */
void assert_padded_text(const CK_UTF8CHAR *field, size_t size, const char *text);
#define assert_padded(field, text) assert_padded_text(field, sizeof(field), text)

/* The objects that match, in the module's order, at most `room`; returns how many there are. */
size_t find(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count,
    CK_OBJECT_HANDLE *found, size_t room);
size_t find_class(
    CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *found, size_t room);
/* The first of a class; there must be one. */
CK_OBJECT_HANDLE find_one(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class);
/* The CA's certificate. */
CK_OBJECT_HANDLE find_ca(CK_SESSION_HANDLE session);
#define OBJECTS_ROOM 16

/* An attribute; returns its length. */
CK_ULONG get(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
    void *value, CK_ULONG size);
CK_ULONG get_number(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
bool get_bool(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
/* Room for any attribute. */
#define VALUE_ROOM 8192

/* Exchanges with cards since the last forget_exchanges or set-up. */
unsigned exchanges(void);
void forget_exchanges(void);
/* VERIFY commands that brought a PIN, signing commands, since set-up or the card was made. */
size_t pins_sent(void);
size_t signatures_made(void);
/* Is the card without power, and so without a verified PIN? */
bool locked(void);

/* Fails the test if nothing came of it for too long, else pauses for a moment. */
struct deadline {
	unsigned rounds;
};
void wait_a_moment(struct deadline *deadline);

#endif
