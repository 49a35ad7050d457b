/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SEARCH_WATCH_H
#define SEARCH_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jpki/pin.h>

#include "scene.h"
#include "token/cryptoki.h"
#include "vcard.h"

/*
 * What goes to the cards during a call of the application: all exchanges pass here, those that a
 * fault keeps from the card too.
 */

/* A PIN as a person gives it, and what the card may see of it. */
struct given {
	const char *kind;
	CK_BYTE typed[64];
	CK_ULONG length;
	char pin[VCARD_PIN_MAX + 1]; /* "": no card could accept it, so none may see it */
	bool missing;		     /* no pointer */
	bool new_too;		     /* it may also become a new PIN */
};

#define NO_READER ((size_t)-1)
#define ALL_READERS ((size_t)-2)

struct watch {
	const char *function;	      /* NULL: no call is under way */
	size_t reader;		      /* which of the module's it is about */
	bool asked;		      /* a PIN was given, if only one that may not be sent */
	bool given[JPKI_CREDENTIALS]; /* a PIN for that role, which may be sent */
	char pin[VCARD_PIN_MAX + 1];
	bool given_new;
	char new_pin[VCARD_PIN_MAX + 1];

	int expected;		    /* the card that was read last at that reader, or -1 */
	uint64_t trouble;	    /* scene_trouble when it began */
	unsigned verifies, changes; /* sent in this call */
	int card;		    /* that the last one was sent to, or -1 */
	bool beside;		    /* an application beside JPKI's was to be selected */
	bool right;		    /* it was verified for certain */
	bool said_right, lied;	    /* what was answered; lied: by a fault */
	bool said_wrong;
	/* May the signature key have been open when it began, or a PIN for it been sent since, or
	 * for the attributes? */
	bool signature_open[CARDS];
	bool waits;	/* it is not a call, but the thread that comes when time has passed */
	bool disturbed; /* by an error or a fault, after which the power may be cut */
	bool deceived;	/* it was sent while another application may have been selected */
};
extern struct watch watch;

/* Another program acts: what is sent is not the module's. */
extern bool watch_others;

/* A call begins: about a reader, NO_READER or ALL_READERS. */
void watch_begin(const char *function, size_t reader);
/* ... with a PIN for a role (C_Login, jpki_attributes), and a new one (C_SetPIN). */
void watch_give(enum jpki_role role, const struct given *pin);
void watch_give_new(const struct given *pin);
/* It ends; all checks are made. */
void watch_end(CK_RV rv);

/* The answer to an exchange was lost on its way. */
void watch_answer_lost(void);

/* PINs given that may be sent, and PINs sent, since the sequence began. */
extern unsigned watch_total_given[JPKI_CREDENTIALS], watch_total_sent[JPKI_CREDENTIALS];
void watch_reset(void);

#endif
