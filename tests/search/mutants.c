/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The search finds what it is for: the module with one rule broken at a time, by functions that
 * the linker puts in place of its own.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "card/apdu.h"
#include "card/pin.h"
#include "base/clock.h"
#include "card/credential.h"
#include "card/state.h"
#include "reader/attributes.h"
#include "reader/contents.h"
#include "reader/library.h"
#include "reader/login.h"
#include "reader/readers.h"
#include "reader/refusal.h"
#include "reader/rsa.h"
#include "reader/settings.h"
#include "reader/transaction.h"
#include "run.h"
#include "scene.h"
#include "trouble.h"
#include "token/sign.h"
#include "token/user.h"
#include "watch.h"

#define SEED 1
#define STEPS 400000
/* A sequence that shows a mutant is cut down to no more than that. */
#define SHORT 15

#define BY(check) (1u << CHECK_##check)
/* What a mutant breaks, and by which checks, any of them, it is caught. */
#define MUTANTS(MUTANT)                                                                            \
	MUTANT(PIN_REPEATED, "a PIN is sent again after a failure", BY(TWICE))                     \
	MUTANT(PIN_IN_LOWER_CASE_TOO, "a PIN is tried in a second form", BY(TWICE) | BY(GIVEN))    \
	MUTANT(REFUSAL_FORGOTTEN, "a PIN that was just refused is tried", BY(TWICE))               \
	MUTANT(PIN_UNCHECKED, "a malformed PIN is sent", BY(GIVEN))                                \
	MUTANT(PIN_NOT_FOLDED, "a PIN is sent as it was typed", BY(GIVEN))                         \
	MUTANT(NEW_PIN_UNCHECKED, "a PIN is sent for a change that cannot be", BY(GIVEN))          \
	MUTANT(PIN_KEPT, "a lost login is made again with a PIN that was kept",                    \
	    BY(TWICE) | BY(GIVEN))                                                                 \
	MUTANT(NOT_SELECTED, "the application is taken for selected", BY(APPLICATION))             \
	MUTANT(TRANSACTION_LET_GO, "a transaction is not held", BY(APPLICATION))                   \
	MUTANT(TRIES_MADE_UP, "a blocked PIN is said to have tries", BY(TRIES))                    \
	MUTANT(TRIES_NEVER_OLD, "an old answer about tries is acted on", BY(TRIES))                \
	MUTANT(VERDICT_MADE_UP, "a wrong PIN logs in", BY(LOGIN))                                  \
	MUTANT(NEVER_POWERED_OFF, "the power is never cut", BY(LOCKED))                            \
	MUTANT(RESET_UNNOTICED, "a reset by others is not noticed",                                \
	    BY(LOGIN) | BY(LOCKED) | BY(SIGNING))                                                  \
	MUTANT(WINDOW_FOR_EVER, "the window does not end", BY(LOCKED) | BY(LOGIN))                 \
	MUTANT(NOBODY_COMES, "who makes no call keeps the key open", BY(LOCKED))                   \
	MUTANT(SIGNED_FOR_ANYBODY, "a PIN of one session is good for another", BY(SIGNING))        \
	MUTANT(CARD_UNCONFIRMED, "a card is not confirmed before a PIN", BY(APPLICATION))          \
	MUTANT(SIGNATURE_UNCHECKED, "a wrong signature is handed out", BY(SIGNATURE))              \
	MUTANT(LOGOUT_WITHOUT_LOCKING, "logout leaves the card unlocked", BY(LOCKED))              \
	MUTANT(CLOSING_WITHOUT_LOCKING, "closing leaves the card unlocked", BY(LOCKED))            \
	MUTANT(SIGNATURE_WITHOUT_LOCKING, "a signature leaves the card unlocked", BY(LOCKED))      \
	MUTANT(LOGOUT_FORGOTTEN, "logout does nothing", BY(LOCKED) | BY(LOGIN))                    \
	MUTANT(LOGIN_FORGOTTEN, "a login does not let sign", BY(SIGNING) | BY(LOCKED))             \
	MUTANT(CUT_FOR_OTHERS, "the power is cut though others are logged in", BY(SHARED))         \
	MUTANT(LEFT_TO_NOBODY, "the last one leaves the card open", BY(LOCKED))                    \
	MUTANT(SHARE_KEPT, "a refused PIN leaves a share in the card", BY(LOCKED))                 \
	MUTANT(SHARE_NOT_TAKEN, "a login takes no share in the card", BY(SHARED) | BY(SIGNING))    \
	MUTANT(GUARD_MISSING, "no guard is there", BY(LOCKED))                                     \
	MUTANT(GUARD_LATE, "the guard comes after the share in the card", BY(LOCKED))              \
	MUTANT(GUARD_HEEDS_OTHERS, "the guard leaves the signature key to others", BY(LOCKED))     \
	MUTANT(REFUSAL_ENDS_WITH_LIBRARY, "C_Finalize makes forget what was refused", BY(TWICE))   \
	MUTANT(REFUSAL_NOT_FOR_CHANGES, "C_SetPIN sends what was refused", BY(TWICE))              \
	MUTANT(REFUSAL_FOR_EVER, "what was refused is so for ever", BY(TWICE))                     \
	MUTANT(SEEN_AFTER_WINDOW, "a login is seen after its window", BY(LOGIN))                   \
	MUTANT(NO_LOGIN_AFTER_WINDOW, "no login is taken after the window", BY(LOGIN))             \
	MUTANT(BEGUN_FOR_EVER, "a signature that was begun keeps the key open for ever",           \
	    BY(SIGNING) | BY(LOCKED) | BY(LOGIN))                                                  \
	MUTANT(BEGUN_FOR_NOTHING, "a signature that was begun in the window ends with it",         \
	    BY(SIGNING))                                                                           \
	MUTANT(                                                                                    \
	    WINDOW_RENEWED, "a signature renews the window", BY(SIGNING) | BY(LOCKED) | BY(LOGIN)) \
	MUTANT(ATTRIBUTES_LEFT_OPEN, "the attributes stay open after they were read", BY(LOCKED))  \
	MUTANT(ATTRIBUTES_UNSELECTED, "the PIN of the attributes goes to JPKI's application",      \
	    BY(APPLICATION))                                                                       \
	MUTANT(KEY_UNSELECTED, "the PIN of a key goes to the attributes", BY(APPLICATION))         \
	MUTANT(ATTRIBUTES_LEFT_TO_OTHERS, "the guard leaves the attributes to others", BY(LOCKED)) \
	MUTANT(CODE_WRONG, "an answer that C_Login may not give", BY(CODE))                        \
	MUTANT(CRASH, "a crash", BY(ALIVE))                                                        \
	MUTANT(HANG, "a call that never comes back", BY(ALIVE))

#define NAME(name, what, checks) name,
enum mutant { NOTHING, MUTANTS(NAME) };
static enum mutant mutant;

/* The linker puts __wrap_f where f is called, and f where __real_f is. It knows no types: that all
 * three are of one is seen by the compiler, since all are declared as f is. */
#define WRAP(type, name, ...)                                                                      \
	__typeof__(name) __real_##name, __wrap_##name;                                             \
	type __wrap_##name(__VA_ARGS__)

/* Is the connection kept powered, whatever is asked? */
static bool keep_power;

static uint8_t kept_pin[16];
static size_t kept_length;

WRAP(int, apdu_send_pin, struct jpki_card *card, const struct command *command, uint16_t *sw)
{
	int rv = __real_apdu_send_pin(card, command, sw);
	struct command again = *command;
	uint8_t lower[255];

	if (mutant == PIN_REPEATED && (rv != JPKI_OK || *sw != 0x9000))
		return __real_apdu_send_pin(card, command, sw);
	if (mutant != PIN_IN_LOWER_CASE_TOO || rv != JPKI_OK || (*sw & 0xFFF0) != 0x63C0)
		return rv;
	for (size_t i = 0; i < command->length; i++)
		lower[i] = command->data[i] >= 'A' ? command->data[i] | 0x20 : command->data[i];
	again.data = lower;
	return __real_apdu_send_pin(card, &again, sw);
}

WRAP(int, jpki_pin_new, enum jpki_role role, const uint8_t *typed, size_t length,
    struct jpki_pin **pin)
{
	bool raw = mutant == PIN_UNCHECKED || mutant == PIN_NOT_FOLDED;
	int rv = __real_jpki_pin_new(role, typed, length, pin);

	if (mutant == PIN_UNCHECKED && rv != JPKI_OK && length > 0 && length <= 16)
		rv = __real_jpki_pin_new(role, (const uint8_t *)"111111111111",
		    role == JPKI_AUTHENTICATION ? 4 : 12, pin);
	if (raw && rv == JPKI_OK && length <= (*pin)->secret->size) {
		memcpy((*pin)->secret->bytes, typed, length);
		(*pin)->secret->length = length;
	}
	return rv;
}

WRAP(int, jpki_pin_check_new, const struct jpki_pin *pin)
{
	return mutant == NEW_PIN_UNCHECKED ? JPKI_OK : __real_jpki_pin_check_new(pin);
}

/* Another application than is known to be is selected as the PIN leaves. */
static void
select_wrongly(struct jpki_card *card, enum jpki_role role)
{
	bool done;

	if (mutant == ATTRIBUTES_UNSELECTED && role == JPKI_ATTRIBUTES &&
	    jpki_card_select(card, &done) == JPKI_OK)
		card->selected_in_transaction = APPLICATION_ATTRIBUTES;
	if (mutant == KEY_UNSELECTED && role != JPKI_ATTRIBUTES &&
	    jpki_card_select_attributes(card) == JPKI_OK)
		card->selected_in_transaction = card->selected = APPLICATION_JPKI;
}

WRAP(int, jpki_card_verify, struct jpki_card *card, enum jpki_role role, const struct jpki_pin *pin,
    unsigned *tries)
{
	static unsigned logins;
	int rv;

	select_wrongly(card, role);
	rv = __real_jpki_card_verify(card, role, pin, tries);

	if (mutant == VERDICT_MADE_UP && rv == JPKI_ERR_PIN_WRONG)
		return JPKI_OK;
	if (rv != JPKI_OK)
		return rv;
	kept_length = pin->secret->length;
	memcpy(kept_pin, pin->secret->bytes, kept_length);
	if (mutant == CRASH && ++logins > 2)
		raise(SIGSEGV);
	while (mutant == HANG && logins > 1)
		pause();
	logins++;
	return rv;
}

/* In jpki_card_sign: a login that was lost is made again with what was kept. */
WRAP(int, jpki_card_sign, struct jpki_card *card, enum jpki_role role,
    enum jpki_signature_form form, const uint8_t *data, size_t length, uint8_t *signature)
{
	int rv = __real_jpki_card_sign(card, role, form, data, length, signature);
	struct jpki_pin *pin = NULL;
	unsigned tries;

	if (mutant != PIN_KEPT || rv != JPKI_ERR_NOT_VERIFIED ||
	    __real_jpki_pin_new(role, kept_pin, kept_length, &pin) != JPKI_OK)
		return rv;
	card->selected_in_transaction = APPLICATION_JPKI;
	if (__real_jpki_card_verify(card, role, pin, &tries) == JPKI_OK)
		rv = __real_jpki_card_sign(card, role, form, data, length, signature);
	jpki_pin_free(&pin);
	return rv;
}

WRAP(int, jpki_card_disconnect, struct jpki_card *card, bool power_off, int held)
{
	return __real_jpki_card_disconnect(
	    card, power_off && mutant != NEVER_POWERED_OFF && !keep_power, held);
}

WRAP(int, jpki_card_begin, struct jpki_card *card, enum jpki_begin how, int patience_ms)
{
	bool select = how == JPKI_BEGIN_SELECT;
	int rv;

	if (mutant == NOT_SELECTED)
		how = JPKI_BEGIN_TRUST;
	rv = __real_jpki_card_begin(card, how, patience_ms);
	if (rv == JPKI_ERR_RESET && mutant == RESET_UNNOTICED) {
		(void)__real_jpki_card_disconnect(card, false, -1);
		rv = __real_jpki_card_begin(card, how, patience_ms);
	}
	if (rv == JPKI_OK && mutant == NOT_SELECTED && select)
		card->selected_in_transaction = APPLICATION_JPKI;
	if (rv == JPKI_OK && mutant == TRANSACTION_LET_GO)
		(void)jpki_transport.end(card->connection);
	return rv;
}

WRAP(int, jpki_card_tries, struct jpki_card *card, enum jpki_role role, unsigned *tries,
    bool *counted)
{
	int rv = __real_jpki_card_tries(card, role, tries, counted);

	if (mutant == TRIES_MADE_UP && rv == JPKI_OK && *tries == 0)
		*tries = 1;
	return rv;
}

WRAP(int, contents_ask_tries, struct reader *reader, enum jpki_role role, bool now)
{
	if (mutant == TRIES_NEVER_OLD && reader->tries[role].known)
		return JPKI_OK;
	return __real_contents_ask_tries(reader, role, now);
}

WRAP(bool, lock_authorises, const struct reader *reader, enum jpki_role role,
    const struct authorisation *authorisation)
{
	const struct key *key = &reader->keys[role];

	return (mutant == SIGNED_FOR_ANYBODY && key->login != 0 && key->unlocked != 0) ||
	       __real_lock_authorises(reader, role, authorisation);
}

WRAP(void, settings_load, struct settings *settings)
{
	__real_settings_load(settings);
	if (mutant == WINDOW_FOR_EVER)
		settings->signature_window_ms = UINT32_MAX;
}

WRAP(int, transaction_confirm_card, struct reader *reader)
{
	return mutant == CARD_UNCONFIRMED ? JPKI_OK : __real_transaction_confirm_card(reader);
}

WRAP(enum verdict, rsa_verify, const struct certificate *certificate, enum jpki_signature_form form,
    const uint8_t *value, size_t length, const uint8_t signature[JPKI_SIGNATURE_SIZE])
{
	return mutant == SIGNATURE_UNCHECKED
		   ? VERDICT_RIGHT
		   : __real_rsa_verify(certificate, form, value, length, signature);
}

WRAP(void, login_end, struct reader *reader, enum jpki_role role)
{
	if (mutant == LOGOUT_FORGOTTEN)
		return;
	keep_power |= mutant == LOGOUT_WITHOUT_LOCKING;
	__real_login_end(reader, role);
	keep_power &= mutant != LOGOUT_WITHOUT_LOCKING;
}

WRAP(int, login_user, struct reader *reader, enum jpki_role role, const struct given_pin *pin)
{
	int rv = __real_login_user(reader, role, pin);

	if (mutant == LOGIN_FORGOTTEN && rv == JPKI_OK)
		reader->keys[role].unlocked = 0;
	return rv;
}

WRAP(int, attributes_read, struct reader *reader, const struct given_pin *pin,
    struct jpki_attributes *attributes)
{
	int rv;

	keep_power |= mutant == ATTRIBUTES_LEFT_OPEN;
	rv = __real_attributes_read(reader, pin, attributes);
	keep_power &= mutant != ATTRIBUTES_LEFT_OPEN;
	return rv;
}

WRAP(CK_RV, user_login, struct session *session, const CK_BYTE *pin, CK_ULONG length)
{
	CK_RV rv = __real_user_login(session, pin, length);

	return mutant == CODE_WRONG && rv == CKR_PIN_INCORRECT ? CKR_GENERAL_ERROR : rv;
}

/* Is the memory of what was refused left out of account? */
static bool changing;

static bool
forgets(void)
{
	return mutant == REFUSAL_FORGOTTEN || (mutant == REFUSAL_NOT_FOR_CHANGES && changing);
}

WRAP(bool, refusal_is_recent, const struct refused *refused, uint64_t given_at)
{
	return !forgets() && __real_refusal_is_recent(refused, given_at);
}

WRAP(bool, refusal_is_known, const struct refused *refused)
{
	return !forgets() && __real_refusal_is_known(refused);
}

WRAP(bool, refusal_holds, const struct refused *refused, unsigned tries)
{
	return __real_refusal_holds(refused, mutant == REFUSAL_FOR_EVER ? 0 : tries);
}

WRAP(int, login_change_pin, struct reader *reader, enum jpki_role role, const struct given_pin *old,
    const struct given_pin *new_pin, bool *of_new)
{
	int rv;

	changing = true;
	rv = __real_login_change_pin(reader, role, old, new_pin, of_new);
	changing = false;
	return rv;
}

WRAP(void, library_stop_finish, void)
{
	const struct reader *reader;

	for (size_t i = 0; (reader = readers_at(i)) != NULL; i++)
		for (int role = 0; role < JPKI_ROLES && mutant == REFUSAL_ENDS_WITH_LIBRARY; role++)
			refusal_forget(reader->state.insertion, (enum jpki_role)role);
	__real_library_stop_finish();
}

/* Other programs keep to the rules. */
static bool
is_ours(enum mutant which)
{
	return mutant == which && !watch_others;
}

WRAP(enum share_joined, share_join, struct share *share, uint64_t insertion, enum jpki_role role)
{
	return is_ours(SHARE_NOT_TAKEN) ? SHARE_ALONE : __real_share_join(share, insertion, role);
}

WRAP(bool, share_leave, struct share *share, unsigned roles, int *rest, bool *was_open)
{
	bool others = __real_share_leave(share, roles, rest, was_open);

	if (is_ours(CUT_FOR_OTHERS)) {
		share_abandon(share); /* as the last one does */
		return false;
	}
	if (!is_ours(LEFT_TO_NOBODY))
		return others;
	if (*rest >= 0)
		(void)close(*rest);
	*rest = -1;
	return true;
}

WRAP(void, lock_release, struct reader *reader, enum jpki_role role)
{
	if (mutant != SHARE_KEPT || reader->keys[role].unlocked != 0)
		__real_lock_release(reader, role);
}

static bool
is_any_unlocked(void)
{
	const struct reader *reader;

	for (size_t i = 0; (reader = readers_at(i)) != NULL; i++)
		if (reader_is_unlocked(reader))
			return true;
	return false;
}

WRAP(void, jpki_card_guard, struct jpki_card *card, const char *share, uint32_t events)
{
	const struct reader *reader;

	for (size_t i = 0; mutant == ATTRIBUTES_LEFT_TO_OTHERS && (reader = readers_at(i)) != NULL;
	     i++)
		if (reader->attributes_open)
			share = "/dev/null";
	if (mutant == GUARD_HEEDS_OTHERS && share == NULL)
		share = "/dev/null";
	if (mutant != GUARD_MISSING && (mutant != GUARD_LATE || is_any_unlocked()))
		__real_jpki_card_guard(card, share, events);
}

WRAP(uint64_t, lock_open_until, const struct reader *reader)
{
	return mutant == NOBODY_COMES ? 0 : __real_lock_open_until(reader);
}

WRAP(bool, lock_shows_login, const struct reader *reader, enum jpki_role role)
{
	return mutant == SEEN_AFTER_WINDOW ? reader->keys[role].login != 0
					   : __real_lock_shows_login(reader, role);
}

WRAP(bool, lock_wants_login, const struct reader *reader, enum jpki_role role)
{
	return mutant != NO_LOGIN_AFTER_WINDOW && __real_lock_wants_login(reader, role);
}

WRAP(void, lock_begin_signature, struct reader *reader, enum jpki_role role,
    struct authorisation *authorisation)
{
	struct key *key = &reader->keys[role];

	*authorisation = (struct authorisation){0};
	if (mutant != BEGUN_FOR_NOTHING)
		__real_lock_begin_signature(reader, role, authorisation);
	if (mutant == BEGUN_FOR_EVER && authorisation->unlocked != 0)
		authorisation->until = key->pending_until = UINT64_MAX;
	if (mutant == WINDOW_RENEWED && key->unlocked != 0)
		key->window_until = clock_now_ms() + settings_now.signature_window_ms;
}

WRAP(void, session_close, struct session *session)
{
	keep_power = mutant == CLOSING_WITHOUT_LOCKING;
	__real_session_close(session);
	keep_power = false;
}

WRAP(CK_RV, sign_once, struct session *session, const CK_BYTE *data, CK_ULONG length,
    CK_BYTE *signature, CK_ULONG *signature_length)
{
	CK_RV rv;

	keep_power = mutant == SIGNATURE_WITHOUT_LOCKING;
	rv = __real_sign_once(session, data, length, signature, signature_length);
	keep_power = false;
	return rv;
}

#define ROW(name, what, checks) {name, what, checks},
static const struct {
	enum mutant mutant;
	const char *what;
	unsigned checks;
} mutants[] = {MUTANTS(ROW)};
#define COUNT (sizeof(mutants) / sizeof(mutants[0]))

static struct outcome
hunt(enum mutant which)
{
	mutant = which;
	others_exchange_readers(which == CARD_UNCONFIRMED);
	memset(&report->statistics, 0, sizeof(report->statistics));
	return run_many(SEED, 0, STEPS);
}

static bool
test(size_t i)
{
	struct outcome outcome = hunt(mutants[i].mutant);
	bool caught = (mutants[i].checks & 1u << outcome.check) != 0;

	printf("%sok %zu - %s\n", caught ? "" : "not ", i + 1, mutants[i].what);
	printf("# check %d after %lu steps: %s\n", outcome.check,
	    (unsigned long)report->statistics.steps, outcome.text);
	return caught;
}

/* What is found is cut down to what is needed of it. */
static bool
test_shrinking(void)
{
	struct outcome outcome = hunt(NOT_SELECTED);
	struct sequence sequence;
	size_t length;
	bool well;

	sequence_make(&sequence, SEED, outcome.sequence);
	length = sequence.count;
	shrink(&sequence, outcome.check);
	well = sequence.count <= SHORT && run_one(&sequence, false, 10).check == outcome.check;
	printf("%sok %zu - a long sequence is cut down\n", well ? "" : "not ", COUNT + 1);
	printf("# from %zu steps to %zu: ", length, sequence.count);
	sequence_print(&sequence);
	printf("\n");
	return well;
}

int
main(void)
{
	bool well = true;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", COUNT + 1);
	if (!report_prepare() || !scene_prepare()) {
		printf("Bail out! no memory\n");
		return 1;
	}
	for (size_t i = 0; i < COUNT; i++)
		well = test(i) && well;
	well = test_shrinking() && well;
	return well ? 0 : 1;
}
