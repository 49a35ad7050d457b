/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_WORLD_H
#define VCARD_WORLD_H

#include <pthread.h>

#include "inprocess.h"

/*
 * What world.c (the hand of inprocess.h) and transport.c (the table) share. All of it is guarded by
 * `lock`; every change is told through `changed`.
 */

struct reader {
	bool attached;
	char name[JPKI_READER_NAME_SIZE];
	uint64_t attachment; /* differs each time a reader is plugged in */
	bool occupied;	     /* something is in it; `card` is NULL if it is mute */
	struct vcard *card;
	uint32_t events; /* cards put in and taken out since it was plugged in */
	uint32_t resets; /* times the card in it was reset or lost its power */
	unsigned busy;	 /* exchanges under way, which the lock does not cover */
	bool exclusive;
	size_t longest;			/* bytes of data that it brings in one answer */
	struct jpki_connection *holder; /* of the transaction */
	unsigned depth;
};

struct jpki_service {
	bool stopping;
	unsigned waiters;
	uint64_t cancels;
};

struct jpki_connection {
	struct jpki_service *service; /* NULL: it was stopped */
	uint64_t generation;
	struct reader *reader; /* a slot of world.readers, whoever is in it now */
	uint64_t attachment;
	uint32_t events, resets;
	bool guarded;
	uint64_t guarded_until;
	char *share; /* the file whose lock leaves the card to others, NULL: none */
	struct jpki_connection *next;
};

struct plan {
	unsigned left; /* calls until it happens; 0: none */
	int error;
	void (*run)(void *context);
	void *context;
};

struct world {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopped;	     /* the service does not run */
	uint64_t generation; /* of the service: those of an older one are dead */
	uint64_t attachments;
	uint64_t number; /* of this world: how often it has begun anew */
	struct reader readers[INPROCESS_READERS];
	struct jpki_connection *connections;
	unsigned calls[INPROCESS_CALLS];
	struct plan plans[INPROCESS_CALLS];
};

extern struct world world;

/* The attached reader of that name, or NULL. */
struct reader *reader_find_inlock(const char *name);
/* Take the card out; gives the lock away while an exchange with it is under way. */
void reader_empty_inlock(struct reader *reader);
/* Connections see JPKI_ERR_RESET. */
void reader_cut_power_inlock(struct reader *reader);

#endif
