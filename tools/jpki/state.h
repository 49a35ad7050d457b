/* SPDX-License-Identifier: BSD-2-Clause */
/* How a card stands: its keys, their certificates and tries. */
#ifndef JPKI_TOOL_STATE_H
#define JPKI_TOOL_STATE_H

#include <stdbool.h>

#include "facts.h"
#include "found.h"

struct key_state {
	bool is_there;
	int tries_error; /* JPKI_OK: the next two are what the card says */
	unsigned left, maximum;
	int certificate_error; /* JPKI_OK: the facts are those of its certificate */
	struct facts facts;
};

struct card_state {
	char model[JPKI_TEXT_SIZE], serial[JPKI_TEXT_SIZE];
	struct key_state keys[JPKI_ROLES];
};

/* Ask the card all that needs no PIN; what needs one, if there is a login. To be freed. An error of
 * libjpki if it cannot be asked at all. */
int state_read(const struct found *found, struct card_state *state);
void state_free(struct card_state *state);

/* Read a certificate of a card. JPKI_OK, and the facts are to be freed; else an error. */
int state_read_certificate(
    uint64_t card, enum jpki_role role, enum jpki_certificate which, struct facts *facts);

/* What is to be said of a certificate that ends so many days from today, or has ended: a line, to
 * be freed. */
char *state_end_line(enum jpki_role role, struct day end, long days_left);

/* Could another PIN of the card serve to set this key's anew? Not one that is blocked. */
bool state_other_may_help(const struct card_state *state, enum jpki_role role);

/* How many tries are left, in words, by what jpki_tries() has said; to be freed. */
char *state_tries_text(int error, unsigned left, unsigned maximum);

#endif
