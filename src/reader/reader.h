/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_READER_H
#define READER_READER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <jpki/card.h>

#include "reader/certificate.h"
#include "reader/share.h"

/*
 * A reader, the card in it, and the card's two keys: the data, which the files of this folder work
 * on. One lock guards it all; it is held during exchanges with the card. Functions say what they
 * do, their callers hold the lock.
 *
 * Nothing here calls those above. What they have to know is told by numbers, each given out once in
 * a process: who keeps the number of a card, a login or an unlocking, and finds another one in its
 * place, knows that it is over.
 */

/* What the card has said of the tries of a PIN. */
struct tries {
	unsigned left;
	bool known;
	bool counted; /* if not, the card has only said that the PIN is verified */
	uint64_t at;  /* when it said so, clock_now_ms */
};

/* A key of the card with its certificates, its PIN, and who has given that. */
struct key {
	bool present;
	bool private_certificate; /* its certificate cannot be read before a login */
	struct jpki_der der[JPKI_CERTIFICATES];
	struct certificate *certificates[JPKI_CERTIFICATES]; /* NULL: not needed yet */
	struct certificate
	    *public_key;	/* modulus and exponent, where no more was needed; or NULL */
	bool certificate_found; /* since the login somebody has it among his objects */
	bool pss_refused;	/* this card has said that it does not know PSS */
	bool doubtful;		/* a signature did not agree with the certificate: read it again */

	/*
	 * That a person has logged in, and what the card has verified, are two things: the key for
	 * signatures is locked again while the login is remembered. `unlocked` is set as soon as
	 * the card may have verified the PIN for us, and implies that there is a connection.
	 */
	uint64_t login;	       /* which one; 0: none */
	uint64_t unlocked;     /* which unlocking; 0: none of ours */
	uint64_t window_until; /* signatures need no further PIN until then */
	uint64_t shown_until;  /* the login is to be seen until then, though the key is locked */
	/* Signatures that were begun or authenticated in time, and when the last is given up. */
	unsigned pending;
	uint64_t pending_until;
	uint64_t number; /* of the key on this card */
	uint64_t logins; /* changes when what came with a login is not to be had any more */
};

/* What can be told of a reader while its card is busy. Guarded by the list's lock (readers.h). */
struct reader_view {
	bool valid; /* if not, the card has not been asked yet what it is: wait for that */
	struct jpki_reader_state state;
	uint64_t card;
	int asked;
	struct jpki_token_info info;
	struct key_view {
		bool present;
		bool active; /* lock_shows_login */
		bool offers_pss;
		bool tries_known;
		unsigned tries;
	} keys[JPKI_ROLES];
};

struct reader {
	size_t index;

	/* Guarded by the list's lock. */
	char name[JPKI_READER_NAME_SIZE]; /* "": none has come for this place */
	struct reader_view view;
	bool event[JPKI_ROLES]; /* a card came or went, and nobody has asked yet */

	/* The card that is there, or that there is none: changes with each. Read without a lock. */
	atomic_uint_least64_t card_number;

	pthread_mutex_t lock;
	/* Guarded by `lock`. */
	bool known; /* it has been looked at: what changes from then on is an event */
	struct jpki_reader_state state;
	atomic_uint_least64_t seen_at; /* when, clock_now_ms; 0: never. Read without the lock */
	struct jpki_card *card;	       /* NULL: none is known */
	bool probed;
	bool recognised;      /* ... and it is one of ours */
	unsigned attempts;    /* to probe this card */
	uint64_t probe_after; /* not before, clock_now_ms */
	int asked;	      /* what came of it last; JPKI_OK before */
	bool held;	      /* others did not let go of it in all the time that was waited */
	bool same_card;	      /* the transaction is with the card that is known */
	uint64_t contact_at;  /* when the last such transaction ended, clock_now_ms */
	struct jpki_token_info info;
	bool signature_told; /* by EF 0008: there is a signature certificate */
	size_t cached;	     /* bytes of certificates that the cache has of this card; 0: no file */
	uint8_t cached_long_read; /* what it has of that (struct jpki_habits) */
	time_t cached_since;	  /* since when */
	uint64_t
	    linger_until; /* the transaction goes on until then, clock_now_ms; 0: it does not */
	/* The connection is kept until then without a login, clock_now_ms; 0: it is not. */
	uint64_t kept_until;
	uint64_t keep_no_longer; /* than that, after the transaction under way */
	struct key keys[JPKI_ROLES];
	struct tries tries[JPKI_CREDENTIALS];
	/* The card may have verified the PIN of the attributes, for the call under way. */
	bool attributes_open;
	char number[JPKI_MANUFACTURE_NUMBER_SIZE]; /* "": not needed yet */
	struct share share;
	enum jpki_try last_try; /* what became of the last PIN that was sent */
};

/* A reader for place `index` of the list, or NULL for want of memory. */
struct reader *reader_new(size_t index, const char *name);
/* Accepts NULL. Whoever had the lock has given it back. */
void reader_free(struct reader *reader);

/* A number that was not given out before. */
uint64_t reader_next_number(void);

/* May the card have verified a PIN for us? */
bool reader_is_unlocked(const struct reader *reader);

#endif
