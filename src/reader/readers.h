/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_READERS_H
#define READER_READERS_H

#include "reader/reader.h"

/*
 * The list of readers, and what can be told of them while they are busy. Its lock is held for
 * moments only, never during an exchange with a card, and is the inner one: who holds it takes no
 * reader's lock.
 *
 * Readers come and stay: a place keeps its reader by name. There is always one, nameless until a
 * reader appears, because browsers list the slots once, at their start.
 */
#define READERS_MAX 64

/* Begin with one nameless place. JPKI_ERR_MEMORY. */
int readers_start(void);
/* Take the last one off the list, or NULL: the caller frees it. */
struct reader *readers_take_last(void);
/* In a forked child: they are the parent's. Wipes what could name a person. */
void readers_abandon(void);

/* The way to the PC/SC service, while the library runs. */
struct jpki_service *readers_service(void);
void readers_set_service(struct jpki_service *service);

/* From now on a reader that comes counts as seen empty: a card that comes with it is an event. */
void readers_all_known(void);

/* The place, or NULL after the last. */
struct reader *readers_at(size_t index);

/*
 * Ask the service for readers that have come; with `first_only` none is added, but the nameless
 * place takes the first that has come. What came of asking.
 */
int readers_find(bool first_only);

/* The name of a reader into a buffer of JPKI_READER_NAME_SIZE; "" if none has come. */
void readers_name(const struct reader *reader, char *name);

/* A card came or went. */
void readers_note_event(struct reader *reader);
/* Take one such event, of any of some roles (bits, 1 << role); false if there is none. */
bool readers_take_event(unsigned roles, size_t *index, enum jpki_role *role);

/*
 * Changes whenever a reader or a card came or went, or somebody has noted a change: goes up from 1
 * and past the end of the library.
 */
uint64_t readers_changes(void);
/* There was one; returns what readers_changes is now. */
uint64_t readers_note_change(void);

/* Exchange a view. */
void readers_publish(struct reader *reader, const struct reader_view *view);
void readers_view(const struct reader *reader, struct reader_view *view);

#endif
