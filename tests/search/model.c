/* SPDX-License-Identifier: BSD-2-Clause */
#include "model.h"

#include <string.h>

#include "scene.h"
#include "reader/readers.h"
#include "trouble.h"
#include "watch.h"

/* What a signature that was begun in time may take. */
#define SIGNATURE_MS 600000
/* How long the login is seen after a signature with a PIN of its own. */
#define SHOWN_MS 10000

struct model_session model_sessions[SESSIONS];
struct model_token model_tokens[MODEL_SLOTS];
static bool running;

void
model_reset(void)
{
	memset(model_sessions, 0, sizeof(model_sessions));
	memset(model_tokens, 0, sizeof(model_tokens));
	running = false;
}

bool
model_running(void)
{
	return running;
}

void
model_set_running(bool now)
{
	if (running && !now) {
		for (size_t i = 0; i < SESSIONS; i++)
			model_sessions[i].open = model_sessions[i].signing = false;
		memset(model_tokens, 0, sizeof(model_tokens));
	}
	running = now;
}

struct model_session *
model_session(unsigned number)
{
	struct model_session *open = model_open_session(number);

	if (number % 16 == 15)
		return NULL;
	if (number % 16 == 14 || open == NULL)
		return &model_sessions[number / 16 % SESSIONS];
	return open;
}

struct model_session *
model_open_session(unsigned number)
{
	struct model_session *open[SESSIONS];
	size_t count = 0;

	for (size_t i = 0; i < SESSIONS; i++)
		if (model_sessions[i].open)
			open[count++] = &model_sessions[i];
	return count > 0 ? open[number / 16 % count] : NULL;
}

struct model_session *
model_free_session(void)
{
	for (size_t i = 0; i < SESSIONS; i++)
		if (!model_sessions[i].open)
			return &model_sessions[i];
	return NULL;
}

struct model_token *
model_token(const struct model_session *session)
{
	return &model_tokens[session->slot % MODEL_SLOTS];
}

static bool
is_with(const struct model_session *session, CK_SLOT_ID slot)
{
	return session->open && session->slot % MODEL_SLOTS == slot % MODEL_SLOTS;
}

static void
show_on(struct model_token *token)
{
	token->shown_until =
	    scene_now() + (scene_window_ms < SHOWN_MS ? scene_window_ms : SHOWN_MS);
}

/* The key is not open any more, for nobody. */
static void
close_key(CK_SLOT_ID slot)
{
	struct model_token *token = &model_tokens[slot % MODEL_SLOTS];

	token->window_until = token->kept_until = 0;
	token->window_sure = false;
	for (size_t i = 0; i < SESSIONS; i++)
		if (is_with(&model_sessions[i], slot)) {
			if (model_sessions[i].own_pin)
				show_on(token);
			model_sessions[i].kept_until = 0;
			model_sessions[i].own_pin = false;
		}
}

/* A login is over, and the handles that were found in it. */
static void
forget_keys(CK_SLOT_ID slot)
{
	for (size_t i = 0; i < SESSIONS; i++)
		if (is_with(&model_sessions[i], slot))
			model_sessions[i].key_of_login = model_sessions[i].key_lasts = false;
}

void
model_logged_out(CK_SLOT_ID slot)
{
	close_key(slot);
	forget_keys(slot);
	model_tokens[slot % MODEL_SLOTS].logged_in = false;
	model_tokens[slot % MODEL_SLOTS].shown_until = 0;
}

void
model_closed_slot(CK_SLOT_ID slot)
{
	model_logged_out(slot);
	for (size_t i = 0; i < SESSIONS; i++)
		if (model_sessions[i].open && model_sessions[i].slot == slot)
			model_sessions[i].open = model_sessions[i].signing = false;
}

/* What a login with the signature key leaves when the card is locked is that it is remembered. */
static void
see_locked(CK_SLOT_ID slot)
{
	if (model_role(slot) == JPKI_AUTHENTICATION)
		model_logged_out(slot);
	else
		close_key(slot);
}

void
model_touch(size_t reader)
{
	for (CK_SLOT_ID slot = 0; slot < MODEL_SLOTS; slot++)
		if (reader == ALL_READERS || reader == slot / JPKI_ROLES) {
			if (model_tokens[slot].gone)
				model_closed_slot(slot);
			model_tokens[slot].gone = false;
		}
}

void
model_exchange(size_t reader)
{
	for (CK_SLOT_ID slot = 0; slot < MODEL_SLOTS; slot++)
		if (reader == slot / JPKI_ROLES && model_tokens[slot].reset) {
			see_locked(slot);
			model_tokens[slot].reset = false;
		}
}

void
model_power_cut(int card)
{
	for (CK_SLOT_ID slot = 0; slot < MODEL_SLOTS; slot++)
		if (scene_card_of(slot / JPKI_ROLES) == card)
			see_locked(slot);
}

void
model_logins_ended(size_t reader)
{
	for (CK_SLOT_ID slot = 0; slot < MODEL_SLOTS; slot++)
		if (reader == slot / JPKI_ROLES)
			see_locked(slot);
}

void
model_cut_failed(void)
{
	for (size_t i = 0; i < SESSIONS; i++) {
		if (model_sessions[i].own_pin)
			show_on(model_token(&model_sessions[i]));
		model_sessions[i].in_doubt = true;
	}
}

void
model_locked(size_t reader)
{
	model_tokens[reader * JPKI_ROLES + JPKI_SIGNATURE].window_sure = false;
}

void
model_refused(const struct model_session *session)
{
	if (session != NULL)
		see_locked(session->slot % MODEL_SLOTS);
}

static bool
is_at(CK_SLOT_ID slot, int place)
{
	struct reader *reader = running ? readers_at(slot / JPKI_ROLES) : NULL;
	char name[JPKI_READER_NAME_SIZE];

	if (reader == NULL)
		return false;
	readers_name(reader, name);
	return strcmp(name, places[place].name) == 0;
}

void
model_card_reset(int place)
{
	for (CK_SLOT_ID slot = 0; slot < MODEL_SLOTS; slot++)
		if (is_at(slot, place))
			model_tokens[slot].reset = true;
}

void
model_card_gone(int place)
{
	for (CK_SLOT_ID slot = 0; slot < MODEL_SLOTS; slot++)
		if (is_at(slot, place))
			model_tokens[slot].gone = true;
}

void
model_card_unseen(int place)
{
	for (CK_SLOT_ID slot = 0; slot < MODEL_SLOTS; slot++)
		if (is_at(slot, place))
			model_tokens[slot].gone = false;
}

void
model_closed(struct model_session *session)
{
	CK_SLOT_ID slot = session->slot;
	bool last = true;

	if (!session->open)
		return;
	model_sign_ended(session);
	session->open = false;
	for (size_t i = 0; i < SESSIONS; i++)
		last = last && !(model_sessions[i].open && model_sessions[i].slot == slot);
	if (last)
		model_logged_out(slot);
}

void
model_answered(struct model_session *session, CK_RV rv)
{
	CK_SLOT_ID slot;

	if (session == NULL || session->handle == 0)
		return;
	slot = session->slot - session->slot % JPKI_ROLES;
	if (rv == CKR_SESSION_HANDLE_INVALID)
		model_closed(session);
	else if (rv == CKR_CRYPTOKI_NOT_INITIALIZED)
		model_set_running(false);
	if (rv != CKR_DEVICE_REMOVED)
		return;
	for (CK_SLOT_ID i = 0; i < JPKI_ROLES; i++)
		model_closed_slot(slot + i);
}

void
model_logged_in(struct model_session *session, int card)
{
	struct model_token *token = model_token(session);

	if (!token->logged_in || token->trouble != scene_trouble)
		forget_keys(session->slot); /* the login of before may be lost */
	token->logged_in = true;
	token->window_until = scene_window_ms > 0 ? scene_now() + scene_window_ms : 0;
	token->window_sure = true;
	token->card = card;
	token->trouble = watch.trouble;
}

void
model_sign_begun(struct model_session *session, uint64_t at)
{
	struct model_token *token = model_token(session);

	session->signing = session->key_lasts = true;
	session->own_pin = false;
	session->kept_until = 0;
	if (model_role(session->slot) != JPKI_SIGNATURE || at >= token->window_until)
		return;
	session->kept_until = token->kept_until = scene_now() + SIGNATURE_MS;
}

void
model_sign_authenticated(struct model_session *session, int card)
{
	struct model_token *token = model_token(session);

	session->own_pin = true;
	session->in_doubt = false;
	session->kept_until = token->kept_until = scene_now() + SIGNATURE_MS;
	token->card = card;
}

void
model_sign_ended(struct model_session *session)
{
	bool locks = session->own_pin && !session->in_doubt;

	if (session->own_pin)
		show_on(model_token(session));
	session->signing = session->own_pin = false;
	session->kept_until = 0;
	session->length = 0;
	if (locks)
		close_key(session->slot);
}

/* Does a signature with the key take its time? */
static bool
is_kept(CK_SLOT_ID slot, uint64_t at)
{
	bool kept = false;

	for (size_t i = 0; i < SESSIONS; i++)
		kept = kept ||
		       (is_with(&model_sessions[i], slot) && model_sessions[i].kept_until != 0);
	return kept && at < model_tokens[slot % MODEL_SLOTS].kept_until;
}

bool
model_may_show(const struct model_session *session, uint64_t at)
{
	const struct model_token *token = model_token(session);

	if (!token->logged_in)
		return false;
	return model_role(session->slot) == JPKI_AUTHENTICATION || scene_window_ms == 0 ||
	       at < token->window_until || at < token->shown_until || is_kept(session->slot, at);
}

bool
model_may_sign(const struct model_session *session, uint64_t at)
{
	const struct model_token *token = model_token(session);

	if (!token->logged_in || token->reset)
		return false;
	return model_role(session->slot) == JPKI_AUTHENTICATION || at < token->window_until ||
	       at < session->kept_until;
}

bool
model_may_be_unlocked(size_t reader, enum jpki_role role, uint64_t at)
{
	CK_SLOT_ID slot = (reader * JPKI_ROLES + (size_t)role) % MODEL_SLOTS;
	const struct model_token *token = &model_tokens[slot];

	if (!token->logged_in)
		return false;
	return role == JPKI_AUTHENTICATION || at < token->window_until || is_kept(slot, at);
}

static bool
is_calm(const struct model_token *token)
{
	return !scene_odd && !trouble_waits() && token->trouble == scene_trouble;
}

bool
model_calm(const struct model_session *session)
{
	return is_calm(model_token(session));
}

bool
model_signature_open(int card)
{
	for (CK_SLOT_ID slot = JPKI_SIGNATURE; slot < MODEL_SLOTS; slot += JPKI_ROLES)
		if (scene_card_of(slot / JPKI_ROLES) == card &&
		    (model_tokens[slot].window_until != 0 || is_kept(slot, 0)))
			return true;
	return false;
}

bool
model_signature_in_time(int card)
{
	for (CK_SLOT_ID slot = JPKI_SIGNATURE; slot < MODEL_SLOTS; slot += JPKI_ROLES) {
		const struct model_token *token = &model_tokens[slot];

		if (scene_card_of(slot / JPKI_ROLES) == card && token->card == card &&
		    token->logged_in && token->window_sure && !token->reset && !token->gone &&
		    is_calm(token) &&
		    (scene_now() < token->window_until || is_kept(slot, scene_now())))
			return true;
	}
	return false;
}

bool
model_reset_unseen(int card)
{
	for (CK_SLOT_ID slot = 0; slot < MODEL_SLOTS; slot++)
		if (model_tokens[slot].reset && scene_card_of(slot / JPKI_ROLES) == card)
			return true;
	return false;
}

bool
model_surely_logged_in(int card)
{
	for (size_t reader = 0; reader < MODEL_SLOTS / JPKI_ROLES; reader++) {
		const struct model_token *token =
		    &model_tokens[reader * JPKI_ROLES + JPKI_AUTHENTICATION];

		if (scene_card_of(reader) == card && token->logged_in && token->card == card &&
		    !token->reset && !token->gone && is_calm(token))
			return true;
	}
	return false;
}
