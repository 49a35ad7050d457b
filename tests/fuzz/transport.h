/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FUZZ_TRANSPORT_H
#define FUZZ_TRANSPORT_H

#include <jpki/pin.h>
#include <jpki/transport.h>

/*
 * One reader with one card behind the table jpki_transport (include/jpki/transport.h). What the
 * card answers is the target's affair. What the module does with the table is judged here: each
 * transaction begins, ends and holds all commands; each command is one that the module has; a PIN
 * goes to its application, to its own file, and no more often than a person gave it.
 */

#define TRANSPORT_READER "Fuzzed Reader"
/* Bytes of the longest answer. */
#define TRANSPORT_ANSWER_MAX 9216

/*
 * What comes of a command: JPKI_OK, and an answer of at most `*response_length` bytes, or an
 * error of the way to the card. May call transport_remove and its like.
 */
typedef int transport_card(void *context, const uint8_t *command, size_t length, uint8_t *response,
    size_t *response_length);

/* Put a card in that is new to the module; nobody has given a PIN yet. */
void transport_insert(transport_card *card, void *context);

/* Take it out; take it out and put it in again; another program resets it. */
void transport_remove(void);
void transport_reinsert(void);
void transport_reset(void);

/* The next open, or begin of a transaction, answers `error` instead. */
void transport_refuse_open(int error);
void transport_refuse_begin(int error);

/*
 * A person gives a PIN: from now on one VERIFY may bring it, and one CHANGE REFERENCE DATA
 * new_pin, which may be NULL. `pin` is in the form in which the card keeps it.
 */
void transport_give(enum jpki_role role, const char *pin, const char *new_pin);
/* The call that took it is over: what has not been sent yet is not to be sent any more. */
void transport_take_back(void);

/* Has the card accepted this PIN since it was put in? */
bool transport_accepted(enum jpki_role role);

/* Between two calls of the application: no transaction goes on. */
void transport_check_idle(void);
/* After C_Finalize: no connection is open, and no PIN may be verified. */
void transport_check_closed(void);

#endif
