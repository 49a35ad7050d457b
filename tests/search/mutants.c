/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The search finds what it is for: the module with one rule broken at a time, by functions that
 * the linker puts in place of its own. What a mutant breaks, and by which check it is caught, is a
 * row of a table at the end.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "card/apdu.h"
#include "card/pin.h"
#include "card/state.h"
#include "run.h"
#include "scene.h"
#include "trouble.h"
#include "token/lock.h"
#include "token/login.h"
#include "token/module.h"
#include "token/refusal.h"
#include "token/signature.h"

#define SEED 1
#define STEPS 400000
/* A sequence that shows a mutant is cut down to no more than that. */
#define SHORT 15

enum mutant {
	NOTHING,
	PIN_REPEATED,
	PIN_IN_LOWER_CASE_TOO,
	REFUSAL_FORGOTTEN,
	PIN_UNCHECKED,
	PIN_NOT_FOLDED,
	NEW_PIN_UNCHECKED,
	PIN_KEPT,
	NOT_SELECTED,
	TRANSACTION_LET_GO,
	TRIES_MADE_UP,
	TRIES_NEVER_OLD,
	VERDICT_MADE_UP,
	NEVER_POWERED_OFF,
	RESET_UNNOTICED,
	WINDOW_FOR_EVER,
	SIGNED_FOR_ANYBODY,
	CARD_UNCONFIRMED,
	SIGNATURE_UNCHECKED,
	LOGOUT_WITHOUT_LOCKING,
	CLOSING_WITHOUT_LOCKING,
	SIGNATURE_WITHOUT_LOCKING,
	LOGOUT_FORGOTTEN,
	LOGIN_FORGOTTEN,
	CODE_WRONG,
	CRASH,
	HANG,
};
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

WRAP(int, jpki_card_verify, struct jpki_card *card, enum jpki_role role, const struct jpki_pin *pin,
    unsigned *tries)
{
	static unsigned logins;
	int rv = __real_jpki_card_verify(card, role, pin, tries);

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
	card->fresh = true;
	if (__real_jpki_card_verify(card, role, pin, &tries) == JPKI_OK)
		rv = __real_jpki_card_sign(card, role, form, data, length, signature);
	jpki_pin_free(&pin);
	return rv;
}

WRAP(int, jpki_card_begin, struct jpki_card *card, enum jpki_begin how, int patience_ms)
{
	bool select = how == JPKI_BEGIN_SELECT;
	int rv;

	if (mutant == NOT_SELECTED)
		how = JPKI_BEGIN_TRUST;
	rv = __real_jpki_card_begin(card, how, patience_ms);
	if (rv == JPKI_OK && mutant == NOT_SELECTED && select)
		card->fresh = true;
	if (rv == JPKI_OK && mutant == TRANSACTION_LET_GO)
		(void)jpki_transport.end(card->connection);
	return rv;
}

WRAP(int, jpki_card_tries, struct jpki_card *card, enum jpki_role role, unsigned *tries)
{
	int rv = __real_jpki_card_tries(card, role, tries);

	if (mutant == TRIES_MADE_UP && rv == JPKI_OK && *tries == 0)
		*tries = 1;
	return rv;
}

struct token;
WRAP(bool, token_tries_recent, const struct token *token)
{
	return (mutant == TRIES_NEVER_OLD && token->tries_known) ||
	       __real_token_tries_recent(token);
}

WRAP(int, jpki_card_disconnect, struct jpki_card *card, bool power_off, int held)
{
	return __real_jpki_card_disconnect(
	    card, power_off && mutant != NEVER_POWERED_OFF && !keep_power, held);
}

WRAP(int, jpki_card_check, struct jpki_card *card)
{
	int rv = __real_jpki_card_check(card);

	return mutant == RESET_UNNOTICED && rv == JPKI_ERR_RESET ? JPKI_OK : rv;
}

WRAP(bool, lock_authorises, const struct session *session)
{
	const struct token *token = session_token(session);

	return (mutant == SIGNED_FOR_ANYBODY && token->logged_in && token->unlocked) ||
	       __real_lock_authorises(session);
}

WRAP(void, settings_load, struct settings *settings)
{
	__real_settings_load(settings);
	if (mutant == WINDOW_FOR_EVER)
		settings->signature_window_ms = UINT32_MAX;
}

WRAP(int, reader_confirm_card, struct reader *reader)
{
	return mutant == CARD_UNCONFIRMED ? JPKI_OK : __real_reader_confirm_card(reader);
}

WRAP(enum verdict, signature_right, const struct certificate *certificate,
    const struct mechanism *mechanism, const struct operation_value *value,
    const CK_BYTE signature[JPKI_SIGNATURE_SIZE])
{
	return mutant == SIGNATURE_UNCHECKED
		   ? VERDICT_RIGHT
		   : __real_signature_right(certificate, mechanism, value, signature);
}

WRAP(CK_RV, login_end, struct session *session)
{
	CK_RV rv;

	if (mutant == LOGOUT_FORGOTTEN)
		return CKR_OK;
	keep_power = mutant == LOGOUT_WITHOUT_LOCKING;
	rv = __real_login_end(session);
	keep_power = false;
	return rv;
}

WRAP(CK_RV, login_user, struct session *session, const CK_BYTE *pin, CK_ULONG length)
{
	struct token *token = session_token(session);
	CK_RV rv = __real_login_user(session, pin, length);

	if (mutant == LOGIN_FORGOTTEN && rv == CKR_OK)
		token->unlocked = false;
	return mutant == CODE_WRONG && rv == CKR_PIN_INCORRECT ? CKR_GENERAL_ERROR : rv;
}

WRAP(bool, refusal_is_of, const struct refusal *refusal, uint64_t given_at, const CK_BYTE *typed,
    CK_ULONG length)
{
	return mutant != REFUSAL_FORGOTTEN &&
	       __real_refusal_is_of(refusal, given_at, typed, length);
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

#define CAUGHT_BY(check) (1u << (check))
static const struct {
	enum mutant mutant;
	const char *what;
	unsigned checks; /* any of them */
} mutants[] = {
    {PIN_REPEATED, "a PIN is sent again after a failure", CAUGHT_BY(CHECK_TWICE)},
    {PIN_IN_LOWER_CASE_TOO, "a PIN is tried in a second form",
	CAUGHT_BY(CHECK_TWICE) | CAUGHT_BY(CHECK_GIVEN)},
    {REFUSAL_FORGOTTEN, "a PIN that was just refused is tried", CAUGHT_BY(CHECK_TWICE)},
    {PIN_UNCHECKED, "a malformed PIN is sent", CAUGHT_BY(CHECK_GIVEN)},
    {PIN_NOT_FOLDED, "a PIN is sent as it was typed", CAUGHT_BY(CHECK_GIVEN)},
    {NEW_PIN_UNCHECKED, "a PIN is sent for a change that cannot be", CAUGHT_BY(CHECK_GIVEN)},
    {PIN_KEPT, "a lost login is made again with a PIN that was kept",
	CAUGHT_BY(CHECK_TWICE) | CAUGHT_BY(CHECK_GIVEN)},
    {NOT_SELECTED, "the application is taken for selected", CAUGHT_BY(CHECK_APPLICATION)},
    {TRANSACTION_LET_GO, "a transaction is not held", CAUGHT_BY(CHECK_APPLICATION)},
    {TRIES_MADE_UP, "a blocked PIN is said to have tries", CAUGHT_BY(CHECK_TRIES)},
    {TRIES_NEVER_OLD, "an old answer about tries is acted on", CAUGHT_BY(CHECK_TRIES)},
    {VERDICT_MADE_UP, "a wrong PIN logs in", CAUGHT_BY(CHECK_LOGIN)},
    {NEVER_POWERED_OFF, "the power is never cut", CAUGHT_BY(CHECK_LOCKED)},
    {RESET_UNNOTICED, "a reset by others is not noticed",
	CAUGHT_BY(CHECK_LOGIN) | CAUGHT_BY(CHECK_LOCKED)},
    {WINDOW_FOR_EVER, "the window does not end", CAUGHT_BY(CHECK_LOCKED)},
    {SIGNED_FOR_ANYBODY, "a PIN of one session is good for another", CAUGHT_BY(CHECK_SIGNING)},
    {CARD_UNCONFIRMED, "a card is not confirmed before a PIN", CAUGHT_BY(CHECK_APPLICATION)},
    {SIGNATURE_UNCHECKED, "a wrong signature is handed out", CAUGHT_BY(CHECK_SIGNATURE)},
    {LOGOUT_WITHOUT_LOCKING, "logout leaves the card unlocked", CAUGHT_BY(CHECK_LOCKED)},
    {CLOSING_WITHOUT_LOCKING, "closing leaves the card unlocked", CAUGHT_BY(CHECK_LOCKED)},
    {SIGNATURE_WITHOUT_LOCKING, "a signature leaves the card unlocked", CAUGHT_BY(CHECK_LOCKED)},
    {LOGOUT_FORGOTTEN, "logout does nothing", CAUGHT_BY(CHECK_LOCKED) | CAUGHT_BY(CHECK_LOGIN)},
    {LOGIN_FORGOTTEN, "a login does not let sign",
	CAUGHT_BY(CHECK_SIGNING) | CAUGHT_BY(CHECK_LOCKED)},
    {CODE_WRONG, "an answer that C_Login may not give", CAUGHT_BY(CHECK_CODE)},
    {CRASH, "a crash", CAUGHT_BY(CHECK_ALIVE)},
    {HANG, "a call that never comes back", CAUGHT_BY(CHECK_ALIVE)},
};
#define MUTANTS (sizeof(mutants) / sizeof(mutants[0]))

static struct outcome
hunt(enum mutant which)
{
	struct outcome outcome;

	mutant = which;
	others_exchange_readers(which == CARD_UNCONFIRMED);
	memset(&report->statistics, 0, sizeof(report->statistics));
	outcome = run_many(SEED, 0, STEPS);
	return outcome;
}

static bool
test(size_t i)
{
	struct outcome outcome = hunt(mutants[i].mutant);
	bool caught = (mutants[i].checks & CAUGHT_BY(outcome.check)) != 0;

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
	printf("%sok %zu - a long sequence is cut down\n", well ? "" : "not ", MUTANTS + 1);
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
	printf("1..%zu\n", MUTANTS + 1);
	if (!report_prepare() || !scene_prepare()) {
		printf("Bail out! no memory\n");
		return 1;
	}
	for (size_t i = 0; i < MUTANTS; i++)
		well = test(i) && well;
	well = test_shrinking() && well;
	return well ? 0 : 1;
}
