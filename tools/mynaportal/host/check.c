/* SPDX-License-Identifier: BSD-2-Clause */
#include "cards.h"
#include "check.h"
#include "names.h"
#include "program.h"
#include "text.h"

static json_t *
keys_json(unsigned keys)
{
	json_t *list = json_array();

	for (int role = 0; role < JPKI_ROLES; role++)
		if (keys & JPKI_ROLE(role))
			json_array_append_new(list, json_string(word_of_key((enum jpki_role)role)));
	return list;
}

/* The extension's page knows only these words about a card. */
static enum word
plain(enum word card)
{
	switch (card) {
	case WORD_DONE:
	case WORD_NO_CARD:
	case WORD_MUTE:
	case WORD_OTHER_CARD:
	case WORD_SEVERAL_CARDS:
		return card;
	case WORD_NO_READER:
	case WORD_CARD_REMOVED:
		return WORD_NO_CARD;
	default:
		return WORD_CARD_ERROR;
	}
}

json_t *
check_answer(int started)
{
	struct cards_state state = {WORD_DONE, WORD_NO_READER, WORD_NO_CARD, 0};
	json_t *answer;

	if (started == JPKI_OK)
		cards_look(&state);
	else
		state.service = word_of_error(started);
	answer = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:b}", "result", "0", "version",
	    JPKI_VERSION, "service", word_text(state.service), "reader", word_text(state.reader),
	    "card", word_text(plain(state.card)), "keys", keys_json(state.keys), "pinentry",
	    (int)program_is_there("pinentry"));
	if (answer == NULL)
		out_of_memory();
	return answer;
}
