/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_COMMON_MODULE_H
#define TESTS_COMMON_MODULE_H

#include "cards.h"

#include <jpki/pin.h>

#include "pkcs11_calls.h"

/* The module through its 3.0 function list. */
extern CK_FUNCTION_LIST_3_0 *p11;
/* That list itself, where p11 notes what the functions answer (record.h). */
extern CK_FUNCTION_LIST_3_0 *own_list;

#define assert_rv(call, expected) assert_int_equal((CK_RV)(call), (expected))
#define assert_ok(call) assert_rv(call, CKR_OK)

/* C_Initialize, and a look at the readers that there are. */
bool start_module(void);
/* Replace the card by a fresh one with a quirk (NULL: none). */
void swap_card(const char *quirk, const char *value);
void set_quirk(const char *name, const char *value);
/* Take the card out and put it in again. */
void reinsert(void);
/* Select another application, as other programs do. */
void others_select(const char *aid);

/* For how long a login covers signatures; tear_down restores it. */
void set_window(uint64_t ms);
/* The module's default. */
uint64_t default_window(void);

/* What belongs to a role. */
CK_SLOT_ID slot_of(enum jpki_role role);
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
/* CKA_VALUE is that certificate. */
void assert_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, X509 *certificate);
/* Room for any attribute. */
#define VALUE_ROOM 8192

/* Exchanges with cards since the last forget_exchanges or set-up. */
unsigned exchanges(void);
void forget_exchanges(void);
/* Signing commands since set-up or the card was made. */
size_t signatures_made(void);
/* Is the card without power, and so without a verified PIN? */
bool locked(void);

/* Fails the test if nothing came of it for too long, else pauses for a moment. */
struct deadline {
	unsigned rounds;
};
void wait_a_moment(struct deadline *deadline);

#endif
