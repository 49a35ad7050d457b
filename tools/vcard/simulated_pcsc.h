/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_SIMULATED_PCSC_H
#define VCARD_SIMULATED_PCSC_H

#include <pthread.h>

#include "inprocess.h"

/*
 * The PC/SC service, its readers and the connections with them, simulated in this process. Shared
 * by simulated_pcsc.c (the functions of inprocess.h) and transport.c (the table jpki_transport).
 * `lock` protects all of it; every change is signalled on `changed`.
 */

struct reader {
	bool attached;
	char name[JPKI_READER_NAME_SIZE];
	uint64_t attachment; /* differs each time a reader is plugged in */
	bool occupied;	     /* a card is in it; `card` is NULL if that card is mute */
	struct vcard *card;
	uint32_t events; /* cards put in and taken out since it was plugged in */
	uint32_t resets; /* times the card in it was reset or lost its power */
	unsigned busy;	 /* exchanges under way, which the lock does not cover */
	bool exclusive;
	size_t longest;			/* most bytes of data in one response */
	struct jpki_connection *holder; /* the connection that is in a transaction */
	unsigned depth;
};

struct jpki_service {
	bool stopping;
	unsigned waiters;
	uint64_t cancels;
};

struct jpki_connection {
	struct jpki_service *service; /* NULL: the service was stopped */
	uint64_t generation;
	struct reader *reader; /* an element of pcsc.readers, whatever reader is in it now */
	uint64_t attachment;
	uint32_t events, resets;
	bool guarded;
	uint64_t guarded_until;
	char *share; /* path of the share file (jpki_transport.guard); NULL: none */
	struct jpki_connection *next;
};

struct plan {
	unsigned left; /* calls until it happens; 0: none */
	int error;
	void (*run)(void *context);
	void *context;
};

struct simulated_pcsc {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopped;	     /* the service does not run */
	uint64_t generation; /* of the service; connections with an older one are invalid */
	uint64_t attachments;
	uint64_t number; /* counts inprocess_reset, so that insertions differ */
	struct reader readers[INPROCESS_READERS];
	struct jpki_connection *connections;
	unsigned calls[INPROCESS_CALLS];
	struct plan plans[INPROCESS_CALLS];
};

extern struct simulated_pcsc pcsc;

/* The attached reader of that name, or NULL. */
struct reader *reader_find_inlock(const char *name);
/* Take the card out. Releases the lock for a time if an exchange with the card is under way. */
void reader_empty_inlock(struct reader *reader);
/* Cut the card's power. Open connections get JPKI_ERR_RESET. */
void reader_cut_power_inlock(struct reader *reader);

#endif
