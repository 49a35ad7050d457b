/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_EXAMINE_H
#define CARD_EXAMINE_H

#include <stdbool.h>

#include <jpki/card.h>
#include <jpki/examine.h>

#include "card/apdu.h"

/*
 * Checks how a card answers the commands on which the rest of this folder relies. There is no
 * fall-back to another form of a command. Functions return JPKI_OK, or an error of the way to the
 * card.
 */

/* The card that is examined, and who gets the results. */
struct examination {
	struct jpki_card *card;
	enum jpki_role role; /* whose PIN and key are asked about */
	void (*tell)(void *context, const struct jpki_observation *one);
	void *context;
};

/* Something that cards are expected to do. */
struct fact {
	const char *id, *about, *expected;
};

/* What the card does; the longest text is a list of names. */
#define EXAMINE_TEXT_SIZE 512
struct finding {
	bool agrees;
	char seen[EXAMINE_TEXT_SIZE];
};

/* A fact, and how it is asked. */
struct question {
	struct fact fact;
	int (*ask)(const struct examination *examination, struct finding *finding);
};

/* Set what was seen. */
__attribute__((format(printf, 3, 4))) void examine_see(
    struct finding *finding, bool agrees, const char *format, ...);
/* The status word, and how many bytes came with it, if any. */
void examine_see_answer(struct finding *finding, bool agrees, const struct response *response);

/*
 * Set what was seen if the exchange returned `error`: JPKI_ERR_DATA, or a refusal of a command
 * before the one that is asked about. False, and nothing is set, for an error of the way to the
 * card.
 */
bool examine_see_error(struct finding *finding, int error);

void examine_tell(
    const struct examination *examination, const struct fact *fact, const struct finding *finding);
/* Tell that the fact was not asked about. */
void examine_skip(const struct examination *examination, const struct fact *fact);
int examine_ask(
    const struct examination *examination, const struct question *questions, size_t count);

/*
 * Check the answer to reset, and the first command after power-up, which selects the application.
 * In a transaction that began with JPKI_BEGIN_ONLY. JPKI_ERR_NOT_JPKI if there is no such
 * application.
 */
int examine_power_up(const struct examination *examination);

/* Select the JPKI application, in any state. JPKI_ERR_NOT_JPKI if there is none. */
int examine_select(const struct examination *examination);

/* Send the signing command with that P1, to the current file or by short identifier. */
int examine_sign(const struct examination *examination, uint8_t p1, bool by_short_identifier,
    const uint8_t *data, size_t length, struct response *response);

/* Reset the card, and leave its power on. */
int examine_reset(const struct examination *examination);

#endif
