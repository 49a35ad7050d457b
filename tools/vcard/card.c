/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "applications.h"
#include "card.h"
#include "card_data.h"
#include "fail.h"
#include "folder.h"
#include "ledger.h"
#include "pins.h"
#include "pki.h"
#include "quirks.h"
#include "state.h"

/* Observed answers to reset (F-ATR). */
static const struct {
	uint8_t bytes[VCARD_ATR_MAX];
	size_t length;
} atrs[ATRS] = {
    [ATR_CONTACT] = {{0x3b, 0xe0, 0x00, 0xff, 0x81, 0x31, 0xfe, 0x45, 0x14}, 9},
    [ATR_CONTACT_2] = {{0x3b, 0xda, 0x13, 0xff, 0x81, 0x31, 0xfb, 0x46, 0x80, 0x12, 0x39, 0x2f,
			   0x31, 0xc1, 0x73, 0xc6, 0x01, 0xc0, 0x3b},
	19},
    [ATR_CONTACT_3] = {{0x3b, 0xc5, 0xff, 0x81, 0x31, 0xfb, 0x45, 0x80, 0x73, 0xc6, 0x01, 0x00,
			   0x00},
	13},
    [ATR_CONTACTLESS] = {{0x3b, 0x88, 0x80, 0x01, 0x00, 0x00, 0x05, 0xe0, 0xb3, 0x81, 0xa1, 0x00,
			     0x7f},
	13},
    [ATR_CONTACTLESS_2] = {{0x3b, 0x88, 0x80, 0x01, 0x00, 0x4b, 0x51, 0xff, 0x00, 0x81, 0xd1, 0x00,
			       0xbc},
	13},
};

static int
open_directory(struct vcard *card, const char *directory, struct vcard_error *error)
{
	char *path = NULL;
	int ledger = -1;

	if (folder_make(directory, error) != 0)
		return -1;
	card->lock_file = folder_lock(directory, "card.lock", false, error);
	if (card->lock_file < 0)
		return -1;
	card->directory = strdup(directory);
	path = folder_path(directory, "ledger");
	if (card->directory != NULL && path != NULL)
		ledger = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (ledger >= 0)
		card->ledger.file = fdopen(ledger, "a");
	free(path);
	if (card->ledger.file == NULL)
		return fail(error, "cannot write the ledger in %s", directory);
	return 0;
}

int
vcard_new(struct vcard **out, const struct vcard_options *options, struct vcard_error *error)
{
	static const struct vcard_options none = {.directory = NULL};
	struct vcard *card = calloc(1, sizeof(*card));

	*out = NULL;
	if (card == NULL)
		return fail(error, "out of memory");
	if (options == NULL)
		options = &none;
	card->lock_file = -1;
	pthread_mutex_init(&card->lock, NULL);
	if (options->directory != NULL && open_directory(card, options->directory, error) != 0)
		goto fail;
	if (options->pki != NULL)
		card->pki = pki_share(options->pki);
	else if (vcard_pki_open(&card->pki, options->directory, &options->citizen, error) != 0)
		goto fail;
	if (state_load(card, options, error) != 0)
		goto fail;
	*out = card;
	return 0;
fail:
	vcard_free(&card);
	return -1;
}

void
vcard_free(struct vcard **card)
{
	if (card == NULL || *card == NULL)
		return;
	vcard_pki_free(&(*card)->pki);
	if ((*card)->ledger.file != NULL)
		fclose((*card)->ledger.file);
	if ((*card)->lock_file >= 0)
		close((*card)->lock_file);
	free((*card)->ledger.entries);
	free((*card)->directory);
	pthread_mutex_destroy(&(*card)->lock);
	OPENSSL_cleanse((*card)->pins, sizeof((*card)->pins));
	free(*card);
	*card = NULL;
}

struct vcard_pki *
vcard_pki(struct vcard *card)
{
	return card->pki;
}

size_t
vcard_atr(struct vcard *card, uint8_t atr[VCARD_ATR_MAX])
{
	unsigned which;

	pthread_mutex_lock(&card->lock);
	which = quirk(card, QUIRK_ATR);
	pthread_mutex_unlock(&card->lock);
	memcpy(atr, atrs[which].bytes, atrs[which].length);
	return atrs[which].length;
}

void
card_lose_power(struct vcard *card)
{
	pins_forget(card, APPLICATIONS);
	card->powered = false;
	card->no_command_yet = true;
	card->application = NULL;
	card->file = NULL;
	card->pending_length = 0;
	ledger_add(card, VCARD_EVENT_POWER_OFF, 0, 0, 0);
}

void
vcard_power_on(struct vcard *card)
{
	pthread_mutex_lock(&card->lock);
	if (!card->powered) {
		card->powered = true;
		card->no_command_yet = true;
		application_preselect(card);
		ledger_add(card, VCARD_EVENT_POWER_ON, 0, 0, 0);
	}
	pthread_mutex_unlock(&card->lock);
}

void
vcard_power_off(struct vcard *card)
{
	pthread_mutex_lock(&card->lock);
	if (card->powered)
		card_lose_power(card);
	pthread_mutex_unlock(&card->lock);
}

/* Verified PINs survive this (F-STAYS-VERIFIED). */
void
vcard_warm_reset(struct vcard *card)
{
	pthread_mutex_lock(&card->lock);
	if (card->powered) {
		application_preselect(card);
		card->pending_length = 0;
		if (quirk(card, QUIRK_RESET_CLEARS) == QUIRK_YES)
			pins_forget(card, APPLICATIONS);
		ledger_add(card, VCARD_EVENT_RESET, 0, 0, 0);
	}
	pthread_mutex_unlock(&card->lock);
}

bool
vcard_powered(struct vcard *card)
{
	bool powered;

	pthread_mutex_lock(&card->lock);
	powered = card->powered;
	pthread_mutex_unlock(&card->lock);
	return powered;
}
