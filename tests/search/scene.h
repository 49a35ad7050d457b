/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SEARCH_SCENE_H
#define SEARCH_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jpki/pin.h>

#include <openssl/x509.h>

#include "vcard.h"

/*
 * What is there in a sequence: three cards (of one person, of another person, and of that other
 * person with the first one's serial number), at most two readers, and the time.
 */
#define CARDS 3
#define PLACES 2

struct scene_card {
	struct vcard *vcard;
	unsigned person;
	char pins[JPKI_CREDENTIALS][VCARD_PIN_MAX + 1]; /* as they are now */
	char old_pins[JPKI_CREDENTIALS][VCARD_PIN_MAX + 1];

	/* Who has had a PIN verified that is verified now, and by which reader of the module. */
	bool ours[JPKI_CREDENTIALS], theirs[JPKI_CREDENTIALS];
	size_t reader;
	/*
	 * Why it may stay so: it was verified, but a fault made the card say that it was refused;
	 * or closing was made to fail, which cuts no power then.
	 */
	bool lied[JPKI_CREDENTIALS], not_cut;

	/* A fault has let it be another application or file that is selected, unnoticed. */
	bool deceived;

	unsigned insertion; /* which time in a reader it is */

	/* What it last said of the tries of a PIN. */
	struct {
		bool known, truthful;
		bool counted; /* if not, it has said that the PIN is verified */
		unsigned tries;
		uint64_t at;
	} said[JPKI_CREDENTIALS];
};

/* A place where a reader can be plugged in. */
struct place {
	char name[32]; /* "": none has been there yet */
	bool attached, exclusive;
	bool renamed; /* the reader was: for the service that is another one */
	/* It was unplugged: an insertion may have the number of an earlier one since. */
	bool plugged_again;
	int card; /* in it, or -1 */
};

extern struct scene_card scene_cards[CARDS];
extern struct place places[PLACES];
/* Grows with all that may spoil a login. */
extern uint64_t scene_trouble;
/* A fault may have made the module believe that a card does not know PSS. */
extern bool scene_pss_doubted;
/* A certificate may have been read as another one: a signature fails once, then it is read again.
 */
extern bool scene_certificate_doubted;
/* The setting that the module is started with. */
extern uint64_t scene_window_ms;
/* Quirks were set after which a right PIN need not let sign. */
extern bool scene_odd;

/* Keys and certificates of both persons: once, before the first sequence. */
bool scene_prepare(void);
/* All fresh: one reader with the first card in it. False if there is no memory. */
bool scene_begin(void);
void scene_end(void);

/* Time goes by for the module, too. */
void scene_pass(uint64_t ms);

/* For how long transactions last after what is asked in them (reader/transaction.h); 0 at first. */
uint64_t scene_linger_ms(void);
void scene_set_linger(uint64_t ms);
uint64_t scene_now(void);

/* Which card that is, or -1. */
int scene_find(const struct vcard *card);
/* The card in the reader that the module knows by this index, or -1. */
int scene_card_of(size_t reader);
/* The place that a card is in, which is in one. */
int scene_place_of(int card);
/* The place of that name, or -1. */
int scene_place(const char *name);
/* The card in a place is out, or the reader another one for all who look. */
void scene_card_out(int card);
/* The certificate of a card's key. */
X509 *scene_certificate(int card, enum jpki_role role);

/* Forget what the cards have forgotten. */
void scene_settle(void);
/* Have the model know which signature keys are locked. */
void scene_tell_locked(void);

#endif
