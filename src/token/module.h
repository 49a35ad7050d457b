/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_MODULE_H
#define TOKEN_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "token/cryptoki.h"
#include "token/reader.h"
#include "token/settings.h"

/*
 * What there is once in a process: the readers, the list of sessions, settings. Its lock is
 * held for moments only, never during an exchange with a card, and is the inner one: who
 * holds it takes no reader's lock.
 */

/* Which roles this shared object shows: the one constant in which the modules differ. */
extern const unsigned module_roles;
#define MODULE_READERS_MAX 64
#define MODULE_ROLE(role) (1u << (role))
#define MODULE_ALL_ROLES (MODULE_ROLE(JPKI_AUTHENTICATION) | MODULE_ROLE(JPKI_SIGNATURE))

/* As they were when the module was started. */
extern struct settings module_settings;

/*
 * Start and stop, one at a time: the next one waits. A forked child finds the module stopped, and
 * starts it anew. Start looks at what there is, so that what changes from then on is an event.
 * Stop ends those who wait for events, lets those in a call come out, and locks the cards that
 * were unlocked. CKR_CRYPTOKI_ALREADY_INITIALIZED, CKR_CRYPTOKI_NOT_INITIALIZED. Arguments of the
 * application that are not CKR_OK start nothing; they are what the log and the application are
 * told.
 */
CK_RV module_start(CK_RV arguments);
CK_RV module_stop(void);

/*
 * A call of the application is inside the module between these two, which keeps it from being
 * stopped, and its OpenSSL error queue as it was. Enter is false if the module has not been started
 * in this process.
 */
bool module_enter(void);
void module_leave(void);

/* The way to the PC/SC service, while running. */
struct jpki_service *module_service(void);

/*
 * Readers come and stay: a slot keeps its reader by name. There is always one, nameless until
 * a reader appears, because browsers list the slots once, at their start. NULL after the last.
 */
struct reader *module_reader(size_t index);

/* Ask the service for readers that have come. */
void module_find_readers(void);

/* The name of a reader into a buffer of JPKI_READER_NAME_SIZE. */
void module_reader_name(const struct reader *reader, char *name);

/* A card came or went. */
void module_slot_event(struct reader *reader);

/* Take one such event, of any slot that this module shows; false if there is none. */
bool module_take_event(CK_SLOT_ID *slot);

/*
 * Between these two module_stop waits for the caller; begin is false if it is stopping
 * already.
 */
bool module_begin_waiting(void);
void module_end_waiting(void);

/*
 * Wait, between those two, until something happens at a reader, since the states that the
 * caller has seen. False if the module is stopping.
 */
bool module_wait(const struct jpki_reader_state *states, size_t count);

/* Exchange a view. */
void module_publish(struct reader *reader, enum jpki_role role, const struct slot_view *view);
void module_view(struct reader *reader, enum jpki_role role, struct slot_view *view);
void module_publish_state(struct reader *reader);
void module_seen(const struct reader *reader, struct jpki_reader_state *state);

/* A number that was not given out before. */
CK_ULONG module_next_serial(void);

/* The lock, for the list of sessions. */
void module_lock(void);
void module_unlock(void);

#endif
