/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/lock.h"

#include "base/clock.h"
#include "base/log.h"
#include "token/module.h"
#include "token/object.h"
#include "token/role.h"

bool
reader_is_unlocked(const struct reader *reader)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		if (reader->tokens[role].unlocked)
			return true;
	return false;
}

bool
token_in_window(const struct token *token)
{
	return token->unlocked && clock_now_ms() < token->window_until;
}

bool
lock_authorises(const struct session *session)
{
	const struct token *token = session_token(session);

	/* the handle is not good for another login than the one that it was found in */
	if (!token->logged_in || object_find(session, session->sign.key) == NULL)
		return false;
	if (!role_row(session->role)->always_authenticate)
		return true;
	return token->authenticated == session || token_in_window(token);
}

void
token_log_out(struct reader *reader, enum jpki_role role)
{
	struct token *token = &reader->tokens[role];

	if (!token->logged_in)
		return;
	token->logged_in = false;
	token->window_until = 0;
	token->authenticated = NULL;
	token->private_serial = module_next_serial();
	/* it may name a person, and who logged out does not expect it to stay */
	if (token->private_certificate)
		token_forget_certificate(token, JPKI_CERTIFICATE);
}

void
reader_was_reset(struct reader *reader)
{
	log_line(LOG_INFO, "%s: another program reset the card", reader->state.name);
	(void)jpki_card_disconnect(reader->card, reader_is_unlocked(reader), -1);
	for (int role = 0; role < JPKI_ROLES; role++) {
		if (!reader->tokens[role].unlocked)
			continue;
		reader->tokens[role].unlocked = false;
		reader->tokens[role].tries_known = false;
		token_log_out(reader, (enum jpki_role)role);
	}
}

void
reader_lock_card(struct reader *reader)
{
	int rv;

	if (reader->card != NULL) {
		rv = jpki_card_disconnect(reader->card, true, -1);
		log_line(LOG_INFO, "%s: the card's power is cut: %s", reader->state.name,
		    jpki_strerror(rv));
	}
	for (int role = 0; role < JPKI_ROLES; role++) {
		struct token *token = &reader->tokens[role];

		token->window_until = 0;
		token->authenticated = NULL;
		if (!token->unlocked)
			continue;
		token->unlocked = false;
		if (!role_row((enum jpki_role)role)->always_authenticate)
			token_log_out(reader, (enum jpki_role)role);
	}
}

void
reader_expire(struct reader *reader)
{
	for (int role = 0; role < JPKI_ROLES; role++) {
		struct token *token = &reader->tokens[role];

		if (!token->unlocked || !role_row((enum jpki_role)role)->always_authenticate)
			continue;
		if (!token_in_window(token) &&
		    (token->authenticated == NULL || clock_now_ms() >= token->authenticated_until))
			reader_lock_card(reader);
	}
}

void
lock_last_session_closed(struct reader *reader, enum jpki_role role)
{
	token_log_out(reader, role);
	if (reader->tokens[role].unlocked)
		reader_lock_card(reader);
}
