/* SPDX-License-Identifier: BSD-2-Clause */
#include "model.h"

#include <string.h>

#include "inprocess.h"
#include "scene.h"
#include "token/module.h"
#include "trouble.h"
#include "watch.h"

#define WINDOW_MS 10000

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

void
model_logged_out(CK_SLOT_ID slot)
{
	struct model_token *token = &model_tokens[slot % MODEL_SLOTS];

	token->logged_in = false;
	token->window_until = token->context_until = 0;
	token->context = 0;
}

void
model_closed_slot(CK_SLOT_ID slot)
{
	for (size_t i = 0; i < SESSIONS; i++)
		if (model_sessions[i].open && model_sessions[i].slot == slot)
			model_sessions[i].open = model_sessions[i].signing = false;
	model_logged_out(slot);
}

/*
 * A reset ends the authentication's login, and leaves the signature's its session, without its
 * key, if that had been locked before.
 */
static void
see_reset(CK_SLOT_ID slot)
{
	struct model_token *token = &model_tokens[slot];

	if (token->reset && model_role(slot) == JPKI_AUTHENTICATION)
		model_logged_out(slot);
	if (token->reset) {
		token->window_until = 0;
		token->context = 0;
	}
	token->reset = false;
}

void
model_touch(size_t reader)
{
	for (CK_SLOT_ID slot = 0; slot < MODEL_SLOTS; slot++)
		if (reader == ALL_READERS || reader == slot / JPKI_ROLES) {
			if (model_tokens[slot].gone)
				model_closed_slot(slot);
			model_tokens[slot].gone = false;
			see_reset(slot);
		}
}

void
model_exchange(size_t reader)
{
	for (CK_SLOT_ID slot = 0; slot < MODEL_SLOTS; slot++)
		if (reader == slot / JPKI_ROLES)
			see_reset(slot);
}

void
model_locked(size_t reader)
{
	model_tokens[reader * JPKI_ROLES + JPKI_SIGNATURE].window_sure = false;
}

static bool
is_at(CK_SLOT_ID slot, int place)
{
	struct reader *reader = running ? module_reader(slot / JPKI_ROLES) : NULL;
	char name[JPKI_READER_NAME_SIZE];

	if (reader == NULL)
		return false;
	module_reader_name(reader, name);
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

	token->logged_in = true;
	token->window_until = scene_now() + WINDOW_MS;
	token->window_sure = true;
	token->context = 0;
	token->card = card;
	token->trouble = watch.trouble;
}

void
model_sign_ended(struct model_session *session)
{
	struct model_token *token = model_token(session);

	session->signing = false;
	session->length = 0;
	if (token->context != session->handle)
		return;
	token->context = 0;
	token->window_until = 0;
}

bool
model_may_sign(const struct model_session *session, uint64_t at)
{
	const struct model_token *token = model_token(session);

	if (!token->logged_in)
		return false;
	if (model_role(session->slot) == JPKI_AUTHENTICATION || at < token->window_until)
		return true;
	return token->context == session->handle && at < token->context_until;
}

bool
model_may_be_unlocked(size_t reader, enum jpki_role role, uint64_t at)
{
	const struct model_token *token =
	    &model_tokens[(reader * JPKI_ROLES + (size_t)role) % MODEL_SLOTS];

	if (!token->logged_in)
		return false;
	return role == JPKI_AUTHENTICATION || at < token->window_until ||
	       (token->context != 0 && at < token->context_until);
}

bool
model_calm(const struct model_session *session)
{
	const struct model_token *token = model_token(session);

	return !scene_odd && !trouble_waits() && token->trouble == scene_trouble;
}
