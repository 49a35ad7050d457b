/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_READERS_H
#define READER_READERS_H

#include "reader/reader.h"

/*
 * The list of readers, and the views of them. Lock order: a reader's lock, then the list's. The
 * list's is held for moments only, never during an exchange with a card.
 *
 * A reader that was seen once stays in the list: an entry keeps its reader by name. There is always
 * one entry, nameless until a reader appears, because browsers list the slots once, at their start.
 */
#define READERS_MAX 64

/* Begin with one nameless entry. JPKI_OK or JPKI_ERR_MEMORY. */
int readers_start(void);
/* Take the last entry off the list; the caller frees it. NULL if there is none any more. */
struct reader *readers_take_last(void);
/* In a forked child, where the readers are the parent's: wipe what may be personal data. */
void readers_abandon(void);

/* The connection with the PC/SC service, while the library runs; else NULL. */
struct jpki_service *readers_service(void);
void readers_set_service(struct jpki_service *service);

/*
 * From now on a new reader counts as having been seen empty, so a card that is already in it is an
 * event.
 */
void readers_all_known(void);

/* The entry, or NULL after the last. */
struct reader *readers_at(size_t index);

/*
 * Ask the service for new readers. With `first_only` no entry is added; only a nameless one takes
 * the first new reader. JPKI_OK, or an error of the service (jpki_transport.readers) other than
 * JPKI_ERR_BUFFER.
 */
int readers_find(bool first_only);

/* The last result of readers_find. */
int readers_error(void);

/* The name of a reader into a buffer of JPKI_READER_NAME_SIZE; "" if none has come. */
void readers_name(const struct reader *reader, char *name);

/* A card came or went. */
void readers_note_event(struct reader *reader);
/* Take one such event, of any of some roles (bits, 1 << role); false if there is none. */
bool readers_take_event(unsigned roles, size_t *index, enum jpki_role *role);

/*
 * A counter that goes up, from 1, whenever a reader or a card comes or goes, and with each
 * readers_note_change. It is not reset when the library stops.
 */
uint64_t readers_changes(void);
/* Count a change; returns the new value of readers_changes. */
uint64_t readers_note_change(void);

/* Set the view of a reader, and get a copy of it. */
void readers_publish(struct reader *reader, const struct reader_view *view);
void readers_view(const struct reader *reader, struct reader_view *view);

#endif
