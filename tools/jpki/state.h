/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of a card: its keys, their certificates and tries. */
#ifndef JPKI_TOOL_STATE_H
#define JPKI_TOOL_STATE_H

#include <stdbool.h>

#include "facts.h"
#include "found.h"

struct key_state {
	bool is_there;
	int tries_error; /* JPKI_OK: the next two are valid */
	unsigned left, maximum;
	int certificate_error; /* JPKI_OK: the facts are valid */
	struct facts facts;
};

struct card_state {
	char model[JPKI_TEXT_SIZE], serial[JPKI_TEXT_SIZE];
	struct key_state keys[JPKI_ROLES];
};

/* Read everything that needs no PIN, and, if there is a login, what needs one. The caller frees
 * *state. JPKI_OK, or an error of libjpki if the card cannot be asked at all. */
int state_read(const struct found *found, struct card_state *state);
void state_free(struct card_state *state);

/* Read a certificate of a card. JPKI_OK: the caller frees *facts. Otherwise an error of libjpki. */
int state_read_certificate(
    uint64_t card, enum jpki_role role, enum jpki_certificate which, struct facts *facts);

/* A line about a certificate that ends in so many days, or has ended; the caller frees it. */
char *state_end_line(enum jpki_role role, struct day end, long days_left);

/* Can the other PIN of the card help to set this key's again? Not if that is blocked. */
bool state_other_may_help(const struct card_state *state, enum jpki_role role);

/* The tries left in words, by the result of jpki_tries(); the caller frees it. */
char *state_tries_text(int error, unsigned left, unsigned maximum);

#endif
