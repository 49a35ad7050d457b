/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/status.h"

#include <stddef.h>
#include <string.h>

#include <jpki/error.h>

#include "base/error.h"
#include "base/log.h"
#include "card/state.h"

static const struct {
	uint16_t sw;
	int error;
} meanings[] = {
    {SW_OK, JPKI_OK},
    {0x6700, JPKI_ERR_LENGTH},
    {0x6982, JPKI_ERR_NOT_VERIFIED},
    {0x6985, JPKI_ERR_LENGTH}, /* data of the wrong length (F-SIGN-REFUSED) */
    {0x6A81, JPKI_ERR_UNSUPPORTED},
    {0x6A82, JPKI_ERR_NOT_FOUND},
    {0x6A83, JPKI_ERR_NOT_FOUND}, /* a record */
    {0x6A86, JPKI_ERR_UNSUPPORTED},
    {0x6A88, JPKI_ERR_NOT_FOUND},
    {0x6B00, JPKI_ERR_UNSUPPORTED}, /* wrong P1 P2; file.c handles the end of a file */
    {0x6D00, JPKI_ERR_UNSUPPORTED},
    {0x6E00, JPKI_ERR_UNSUPPORTED},
};

bool
status_tries(uint16_t sw, unsigned *tries)
{
	if ((sw & 0xFFF0) != 0x63C0)
		return false;
	*tries = sw & 0x000F;
	return true;
}

/* Where the card remembers the word of an error; NULL for errors that are no card's. */
static uint16_t *
word_of(struct jpki_card *card, int error)
{
	if (error > JPKI_ERR_NOT_JPKI || error < JPKI_ERR_NO_KEY)
		return NULL;
	return &card->words[JPKI_ERR_NOT_JPKI - error];
}

static int
remember(struct jpki_card *card, uint16_t sw, int error)
{
	uint16_t *word = word_of(card, error);

	if (word != NULL)
		*word = sw;
	return error;
}

int
status_error(struct jpki_card *card, uint16_t sw)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].sw == sw)
			return remember(card, sw, meanings[i].error);
	log_line(LOG_INFO, "status word %04X (%s)", sw, error_name(JPKI_ERR_STATUS));
	return JPKI_ERR_STATUS;
}

int
status_pin_error(struct jpki_card *card, uint16_t sw)
{
	unsigned tries;

	if (status_tries(sw, &tries))
		return tries == 0 ? JPKI_ERR_PIN_BLOCKED : JPKI_ERR_PIN_WRONG;
	return sw == 0x6983 || sw == 0x6984 ? JPKI_ERR_PIN_BLOCKED : status_error(card, sw);
}

int
status_tell(struct jpki_card *card, int error, int told)
{
	uint16_t *word = word_of(card, error);

	if (word == NULL || *word == 0)
		return told;
	if (told == error)
		log_line(LOG_INFO, "status word %04X (%s)", *word, error_name(error));
	else
		log_line(LOG_INFO, "status word %04X (%s, told as %s)", *word, error_name(error),
		    error_name(told));
	*word = 0;
	return told;
}

void
status_forget(struct jpki_card *card)
{
	memset(card->words, 0, sizeof(card->words));
}

bool
status_is_from_card(int error)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].error == error)
			return error != JPKI_OK;
	return error == JPKI_ERR_STATUS || error == JPKI_ERR_NOT_JPKI ||
	       error == JPKI_ERR_PIN_WRONG || error == JPKI_ERR_PIN_BLOCKED;
}
