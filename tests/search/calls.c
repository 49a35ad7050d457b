/* SPDX-License-Identifier: BSD-2-Clause */

/* Steps of an application: sessions, logins, PINs. */

#include "call.h"
#include "checks.h"
#include "pins.h"
#include "reader/settings.h"
#include "scene.h"
#include "sequence.h"
#include "steps.h"
#include "watch.h"
#include "wrong_pins.h"

#include <string.h>

#define NO_SESSION 0xFFFF

CK_SESSION_HANDLE
call_handle(const struct model_session *session)
{
	return session != NULL && session->handle != 0 ? session->handle : NO_SESSION;
}

size_t
call_reader(const struct model_session *session)
{
	return session != NULL && session->open ? session->slot / JPKI_ROLES : NO_READER;
}

enum jpki_role
call_role(const struct model_session *session)
{
	return session != NULL ? model_role(session->slot) : JPKI_AUTHENTICATION;
}

void
step_initialize(const uint16_t *a)
{
	CK_C_INITIALIZE_ARGS arguments = {.flags = CKF_OS_LOCKING_OK};
	CK_RV rv;

	if (a[0] % 4 == 3)
		arguments.pReserved = &arguments;
	watch_begin("C_Initialize", NO_READER);
	rv = C_Initialize(a[0] % 4 == 0 ? NULL : (void *)&arguments);
	if (rv == CKR_OK) {
		model_set_running(true);
		if (settings_now.signature_window_ms == settings_default.signature_window_ms)
			settings_now.signature_window_ms = scene_window_ms;
	}
	watch_end(rv);
}

void
step_finalize(const uint16_t *a)
{
	CK_RV rv;

	watch_begin("C_Finalize", ALL_READERS);
	rv = C_Finalize(a[0] % 8 == 7 ? &rv : NULL);
	if (rv == CKR_OK)
		model_set_running(false);
	watch_end(rv);
	if (rv == CKR_OK && a[1] % 4 != 0)
		step_initialize((const uint16_t[STEP_ARGUMENTS]){0});
}

void
step_open(const uint16_t *a)
{
	CK_SLOT_ID slot = a[0] % 16 == 15 ? 99 : a[0] % 16 >= 12 ? 2 + a[0] % 2 : a[0] % 2;
	struct model_session *session = model_free_session();
	CK_FLAGS flags = CKF_SERIAL_SESSION | (a[1] % 2 == 1 ? CKF_RW_SESSION : 0);
	CK_SESSION_HANDLE handle = 0;
	CK_RV rv;

	if (session == NULL)
		return;
	if (a[1] % 32 == 31)
		flags &= ~(CK_FLAGS)CKF_SERIAL_SESSION;
	tell("slot %lu%s", slot, a[1] % 2 == 1 ? ", read-write" : "");
	watch_begin("C_OpenSession", slot / JPKI_ROLES);
	rv = C_OpenSession(slot, flags, NULL, NULL, a[1] % 64 == 62 ? NULL : &handle);
	if (rv == CKR_OK) {
		memset(session, 0, sizeof(*session));
		session->handle = handle;
		session->open = true;
		session->slot = slot;
		session->read_write = a[1] % 2 == 1;
		model_tokens[slot % MODEL_SLOTS].gone = false;
	}
	watch_end(rv);
}

void
step_close(const uint16_t *a)
{
	struct model_session *session = model_session(a[0]);
	CK_RV rv;

	watch_begin("C_CloseSession", call_reader(session));
	rv = C_CloseSession(call_handle(session));
	model_answered(session, rv);
	if (rv == CKR_OK)
		model_closed(session);
	watch_end(rv);
}

void
step_close_all(const uint16_t *a)
{
	CK_SLOT_ID slot = a[0] % 8 == 7 ? 99 : a[0] % 4 == 3 ? 2 : a[0] % 2;
	CK_RV rv;

	tell("slot %lu", slot);
	watch_begin("C_CloseAllSessions", slot / JPKI_ROLES);
	rv = C_CloseAllSessions(slot);
	if (rv == CKR_OK)
		model_closed_slot(slot);
	watch_end(rv);
}

/* Who is seen as logged in; false: nobody, or no answer. */
bool
call_session_info(struct model_session *session)
{
	CK_SESSION_INFO info = {0};
	uint64_t at = scene_now();
	bool user;
	CK_RV rv;

	watch_begin("C_GetSessionInfo", call_reader(session));
	rv = C_GetSessionInfo(call_handle(session), &info);
	model_answered(session, rv);
	watch_end(rv);
	user = rv == CKR_OK &&
	       (info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS);
	tell("  session %lu: %s", call_handle(session), user ? "user" : "public or closed");
	if (user && !model_may_show(session, at))
		violate(CHECK_LOGIN, "a session is logged in that must not be");
	/* the signature's may be remembered */
	if (rv == CKR_OK && !user && model_role(session->slot) == JPKI_AUTHENTICATION)
		model_logged_out(session->slot);
	return user;
}

void
step_session_info(const uint16_t *a)
{
	(void)call_session_info(model_session(a[0]));
}

/*
 * After a call with a PIN: what was open when one was refused is closed; and one that is called
 * incorrect without the card is one that the card has refused.
 */
static void
judge(struct model_session *session, const struct given *pin, CK_RV rv)
{
	int card = scene_card_of(call_reader(session));

	if (rv != CKR_OK && watch.verifies > 0)
		model_refused(session);
	if (rv == CKR_PIN_INCORRECT && watch.verifies == 0 && pin->pin[0] != '\0' &&
	    !pin->missing && card >= 0 && !places[scene_place_of(card)].plugged_again &&
	    watch.trouble == scene_trouble && !wrong_pins_known(card, call_role(session), pin->pin))
		violate(CHECK_TWICE, "%s calls a PIN incorrect that the card has not refused",
		    watch.function);
}

static CK_RV
give_pin(struct model_session *session, CK_USER_TYPE type, struct given *pin, bool by_name)
{
	CK_BYTE_PTR typed = pin->missing ? NULL : pin->typed;

	tell("session %lu, user type %lu, %s", call_handle(session), type, pin->kind);
	watch_begin("C_Login", call_reader(session));
	watch_give(call_role(session), pin);
	return by_name ? C_LoginUser(call_handle(session), type, typed, pin->length, NULL, 0)
		       : C_Login(call_handle(session), type, typed, pin->length);
}

CK_RV
call_login(struct model_session *session, struct given *pin, bool by_name)
{
	uint64_t at = scene_now();
	CK_RV rv = give_pin(session, CKU_USER, pin, by_name);

	judge(session, pin, rv);
	model_answered(session, rv);
	if (rv == CKR_USER_ALREADY_LOGGED_IN && !model_may_show(session, at))
		violate(CHECK_LOGIN, "who is not seen as logged in cannot log in");
	if (rv == CKR_OK) {
		checks_login();
		model_logged_in(session, watch.card);
		report->statistics.logins++;
	}
	report->statistics.verifies += watch.verifies;
	watch_end(rv);
	return rv;
}

/* Login for the signature that has begun. */
CK_RV
call_login_context(struct model_session *session, struct given *pin)
{
	CK_RV rv = give_pin(session, CKU_CONTEXT_SPECIFIC, pin, false);

	judge(session, pin, rv);
	model_answered(session, rv);
	if (rv == CKR_OK) {
		checks_login();
		model_sign_authenticated(session, watch.card);
		report->statistics.context_logins++;
	}
	if (rv == CKR_PIN_LOCKED)
		model_logged_out(session->slot);
	report->statistics.verifies += watch.verifies;
	watch_end(rv);
	return rv;
}

static unsigned
tries_of(struct model_session *session)
{
	int card = scene_card_of(call_reader(session));

	return card < 0
		   ? 0
		   : vcard_pin_tries(scene_cards[card].vcard, (enum vcard_pin)call_role(session));
}

/* As programs do that ask nobody: the same PIN again, since it was called incorrect. */
static void
insist(struct model_session *session, struct given *pin, bool context)
{
	unsigned tries = tries_of(session);
	uint64_t trouble = scene_trouble;
	CK_RV rv = context ? call_login_context(session, pin) : call_login(session, pin, false);

	if (rv == CKR_PIN_INCORRECT && scene_trouble == trouble &&
	    (watch.verifies == 0 || tries_of(session) + 1 == tries))
		violate(CHECK_TWICE, "C_Login goes on calling a PIN incorrect");
}

void
step_login(const uint16_t *a)
{
	struct model_session *session = model_session(a[0]);
	struct given pin;

	pins_type(&pin, scene_card_of(call_reader(session)), call_role(session), a[1]);
	if (call_login(session, &pin, a[2] % 4 == 3) == CKR_PIN_INCORRECT && a[2] % 4 == 2)
		insist(session, &pin, false);
}

void
step_login_right(const uint16_t *a)
{
	struct model_session *session = model_open_session(a[0]);
	struct given pin;

	if (session == NULL)
		return;
	pins_right(&pin, scene_card_of(call_reader(session)), call_role(session));
	(void)call_login(session, &pin, false);
}

void
step_login_context(const uint16_t *a)
{
	struct model_session *session = model_session(a[0]);
	struct given pin;

	/* mostly where it means something */
	for (size_t i = 0; i < SESSIONS && a[2] % 8 != 7; i++)
		if (model_sessions[i].open && model_sessions[i].signing &&
		    call_role(&model_sessions[i]) == JPKI_SIGNATURE)
			session = &model_sessions[i];
	pins_type(&pin, scene_card_of(call_reader(session)), call_role(session), a[1]);
	if (call_login_context(session, &pin) == CKR_PIN_INCORRECT && a[2] % 4 == 2)
		insist(session, &pin, true);
}

void
step_login_officer(const uint16_t *a)
{
	struct model_session *session = model_session(a[0]);
	struct given pin;
	CK_RV rv;

	pins_type(&pin, scene_card_of(call_reader(session)), call_role(session), a[1]);
	rv = give_pin(session, a[2] % 2 == 0 ? CKU_SO : 77, &pin, false);
	watch.given[0] = watch.given[1] = false;
	model_answered(session, rv);
	if (rv == CKR_OK || watch.verifies > 0)
		violate(CHECK_LOGIN, "somebody else than the user logs in");
	watch_end(rv);
}

void
step_logout(const uint16_t *a)
{
	struct model_session *session = model_session(a[0]);
	CK_RV rv;

	tell("session %lu", call_handle(session));
	watch_begin("C_Logout", call_reader(session));
	rv = C_Logout(call_handle(session));
	model_answered(session, rv);
	if (rv == CKR_OK || rv == CKR_USER_NOT_LOGGED_IN)
		model_logged_out(session->slot);
	watch_end(rv);
}

static void
set_pin(struct model_session *session, struct given *old, struct given *new_pin)
{
	CK_RV rv;

	tell("session %lu, %s, new PIN %s", call_handle(session), old->kind, new_pin->kind);
	watch_begin("C_SetPIN", call_reader(session));
	if (new_pin->new_too)
		watch_give(call_role(session), old);
	watch.asked = true;
	if (new_pin->new_too)
		watch_give_new(new_pin);
	rv = C_SetPIN(call_handle(session), old->missing ? NULL : old->typed, old->length,
	    new_pin->typed, new_pin->length);
	if (new_pin->new_too)
		judge(session, old, rv);
	model_answered(session, rv);
	if (rv == CKR_OK)
		checks_login();
	report->statistics.pin_changes += rv == CKR_OK;
	report->statistics.verifies += watch.verifies;
	watch_end(rv);
}

void
step_set_pin(const uint16_t *a)
{
	struct model_session *session = model_session(a[0]);
	enum jpki_role role = call_role(session);
	struct given old, new_pin;

	pins_type(&old, scene_card_of(call_reader(session)), role, a[1]);
	pins_new(&new_pin, role, a[2]);
	set_pin(session, &old, &new_pin);
}

/* As curl does at each address of a server: from the beginning. */
static struct model_session *
start_again(const struct model_session *before)
{
	CK_SLOT_ID slot = before->slot;
	struct model_session *session;

	step_finalize((const uint16_t[STEP_ARGUMENTS]){0, 1});
	session = model_free_session();
	step_open((const uint16_t[STEP_ARGUMENTS]){(uint16_t)(slot < 2 ? slot : 10 + slot), 1});
	return session != NULL && session->open ? session : NULL;
}

/* A program that has a wrong PIN and gives it again, in one way or another. */
void
step_wrong_again(const uint16_t *a)
{
	struct model_session *session = model_open_session(a[0]);
	struct given pin, new_pin;

	if (session == NULL)
		return;
	pins_wrong(&pin, call_role(session), a[1]);
	pins_new(&new_pin, call_role(session), 0);
	(void)call_login(session, &pin, false);
	scene_pass(1000);
	if (a[2] % 4 == 0)
		session = start_again(session);
	if (session != NULL && a[2] % 4 == 1)
		set_pin(session, &pin, &new_pin);
	else if (session != NULL)
		(void)call_login(session, &pin, false);
}
