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
 * A reader, the card in it, and the card's two keys: the data that the files of this folder work
 * on. One lock guards it all, and is held during exchanges with the card. Unless it says otherwise,
 * a function of this folder that gets a reader is called with that lock held.
 *
 * Nothing in this folder calls the layers above. They notice changes by numbers that are never used
 * again in a process: a caller that has stored the number of a card, a login or an unlocking, and
 * later finds a different one, knows that its own is over.
 */

/* What the card has said of the tries of a PIN. */
struct tries {
	unsigned left;
	bool known;
	bool counted; /* false: the card has only said that the PIN is verified */
	uint64_t at;  /* when it said so, clock_now_ms */
};

/* A key of the card with its certificates, and the login with its PIN. */
struct key {
	bool present;
	bool private_certificate; /* its certificate cannot be read before a login */
	struct jpki_der der[JPKI_CERTIFICATES];
	struct certificate *certificates[JPKI_CERTIFICATES]; /* NULL: not needed yet */
	struct certificate *public_key; /* only modulus and exponent; NULL: not needed yet */
	bool certificate_found;		/* an application has found it since the login */
	bool pss_refused;		/* this card has said that it does not know PSS */
	bool doubtful; /* a signature did not agree with the certificate: read it again */

	/*
	 * A person's login and what the card has verified are two things: the signature key is
	 * locked again while the login is remembered. `unlocked` is set as soon as the card may
	 * have verified the PIN for us, and implies that there is a connection.
	 */
	uint64_t login;	       /* number of the login; 0: none */
	uint64_t unlocked;     /* number of the unlocking; 0: not unlocked by us */
	uint64_t window_until; /* signatures need no further PIN until then */
	uint64_t shown_until;  /* the login is shown until then, though the key is locked */
	/*
	 * Number of signatures begun or authenticated in time, and when the last one is given up.
	 */
	unsigned pending;
	uint64_t pending_until;
	uint64_t number; /* of the key on this card */
	uint64_t logins; /* changes when a login ends, or the card is gone */
};

/*
 * A copy of what is known of a reader, for callers that do not wait while its card is in use.
 * Guarded by the list's lock (readers.h).
 */
struct reader_view {
	bool valid; /* false: the card has not been probed yet, so a caller must wait */
	struct jpki_reader_state state;
	uint64_t card;
	int poll_error;	 /* as struct reader has it */
	int probe_error; /* of the last probe; JPKI_OK before */
	struct jpki_token_info info;
	struct key_view {
		bool present;
		bool active; /* lock_shows_login */
		bool signs;  /* without another PIN: lock_authorises */
		bool offers_pss;
		bool tries_known;
		unsigned tries;
	} keys[JPKI_ROLES];
};

struct reader {
	size_t index;

	/* Guarded by the list's lock. */
	char name[JPKI_READER_NAME_SIZE]; /* "": this entry has no reader yet */
	struct reader_view view;
	bool event[JPKI_ROLES]; /* a card came or went, not yet reported */

	/*
	 * Number of the card in the reader, or of its absence: changes with each. Read without a
	 * lock.
	 */
	atomic_uint_least64_t card_number;

	pthread_mutex_t lock;
	/* Guarded by `lock`. */
	bool known; /* it has been polled: later changes are events */
	struct jpki_reader_state state;
	int poll_error; /* of the last poll, of work that found the card gone since, or without a
			   name of the last look for readers */
	atomic_uint_least64_t
	    seen_at;		/* last poll, clock_now_ms; 0: never. Read without the lock */
	struct jpki_card *card; /* NULL: none is known */
	bool probed;		/* probing has ended ... */
	bool recognised;	/* ... or at least found that it is a JPKI card */
	unsigned attempts;	/* to probe this card */
	uint64_t probe_after;	/* earliest next probe, clock_now_ms */
	int probe_error;	/* of the last probe; JPKI_OK before */
	bool held;		/* another program held the card for the whole wait */
	bool same_card;		/* the transaction is with the card that is known */
	uint64_t contact_at;	/* when the last such transaction ended, clock_now_ms */
	struct jpki_token_info info;
	bool signature_listed; /* EF 0008 says that there is a signature certificate */
	size_t cached; /* bytes of certificates that the cache has of this card; 0: no file */
	uint8_t cached_long_read; /* its long_read (struct jpki_habits) */
	time_t cached_since;	  /* when that file was first written */
	uint64_t
	    linger_until; /* the transaction goes on until then, clock_now_ms; 0: it does not */
	/* The connection is kept until then without a login, clock_now_ms; 0: it is not. */
	uint64_t kept_until;
	uint64_t keep_no_longer; /* upper limit of kept_until after this transaction */
	struct key keys[JPKI_ROLES];
	struct tries tries[JPKI_CREDENTIALS];
	/* The card may have verified the PIN of the attributes, for the call under way. */
	bool attributes_open;
	char number[JPKI_MANUFACTURE_NUMBER_SIZE]; /* manufacture number; "": not needed yet */
	struct share share;
	enum jpki_try last_try; /* whether the last PIN cost a try */
};

/* A reader for entry `index` of the list, or NULL without memory. */
struct reader *reader_new(size_t index, const char *name);
/* Accepts NULL. Nobody may hold the reader's lock any more. */
void reader_free(struct reader *reader);

/* A number that this function has not returned before. */
uint64_t reader_next_number(void);

/* May the card have verified a PIN for us? */
bool reader_is_unlocked(const struct reader *reader);

#endif
