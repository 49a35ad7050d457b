/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TRANSPORT_H
#define JPKI_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jpki/error.h>
#include <jpki/types.h>

/*
 * The way to the card: a table of a few functions. The product links the one that speaks
 * PC/SC (src/pcsc), unit tests and fuzzers link the virtual card in process
 * (tools/vcard/transport.c). Which one it is, is decided when linking, never at run time.
 *
 * All functions return JPKI_OK or a negative enum jpki_error. A service may be used from
 * several threads; a connection by one thread at a time.
 */

/* A short command: header, Lc, 255 bytes, Le (ISO 7816-4, 5.1). */
#define JPKI_COMMAND_MAX 261
/* A short response: 256 bytes and the status word. */
#define JPKI_RESPONSE_MAX 258
/* The data of one with extended length (ISO 7816-4, 5.1). */
#define JPKI_LONG_DATA_MAX 65536
/* An answer to reset (ISO 7816-3, 8.2.1). */
#define JPKI_ATR_MAX 33

/* The most readers that are looked at. */
#define JPKI_READERS_MAX 64

struct jpki_service;	/* a connection with the PC/SC service */
struct jpki_connection; /* a connection with a card, shared with other programs */

struct jpki_reader_state {
	char name[JPKI_READER_NAME_SIZE]; /* in: which reader */
	bool attached;			  /* the service knows a reader of that name */
	bool present;			  /* it holds a card that answers to power */
	bool mute;			  /* it holds a card that does not: is it upside down? */
	/*
	 * Changes whenever a card was put in or taken out since the reader was attached, so
	 * that two looks with the same count saw the same insertion.
	 */
	uint32_t events;
	/*
	 * Names this insertion for every program of the machine: the service, the reader, the
	 * count of events. 0 while no card is present.
	 */
	uint64_t insertion;
	uint32_t raw; /* what the service said of it last, for wait */
};

struct jpki_transport {
	/*
	 * Get ready. The service need not run: the other functions look for it each time, and
	 * say JPKI_ERR_NO_SERVICE while it is not there. The caller owns *service and gives it
	 * back with stop, which sets the pointer to NULL, ends the waits of other threads, and
	 * accepts a pointer to NULL.
	 */
	int (*start)(struct jpki_service **service);
	void (*stop)(struct jpki_service **service);

	/*
	 * The names of the readers, in the service's order, into `names`, which has room for
	 * `size` of them; *count is how many there are, JPKI_ERR_BUFFER if that is more than
	 * `size` (the first `size` are filled in). No reader is JPKI_OK and a count of 0.
	 */
	int (*readers)(struct jpki_service *service, char (*names)[JPKI_READER_NAME_SIZE],
	    size_t size, size_t *count);

	/*
	 * Bring `count` states up to date without waiting: one conversation with the service,
	 * none with a card.
	 */
	int (*poll)(struct jpki_service *service, struct jpki_reader_state *states, size_t count);

	/*
	 * Wait until a reader comes or goes, or a card in one of the readers does, and at most
	 * `timeout_ms` (-1: without end). JPKI_OK: something changed, poll tells what.
	 * JPKI_ERR_TIMEOUT, JPKI_ERR_CANCELLED otherwise. What is compared against is what
	 * `states` says, so a change between a poll and the wait is not lost; pass all readers
	 * that are known, since one that is attached and not among them has just come.
	 * JPKI_ERR_NO_SERVICE if the service ends. A reader in a bad state, or with a card that
	 * does not answer, is waited for as any other.
	 */
	int (*wait)(struct jpki_service *service, const struct jpki_reader_state *states,
	    size_t count, int timeout_ms);

	/* End the waits under way (any thread). */
	void (*cancel)(struct jpki_service *service);

	/*
	 * Power the card in `reader` up, if nobody has, and connect with it, shared. Waits for
	 * the transaction of another program, which keeps others from connecting too, for at
	 * most `patience_ms` (-1: without end); JPKI_ERR_HELD then. The caller owns *connection
	 * and gives it back with close, which sets the pointer to NULL and accepts a pointer to
	 * NULL. JPKI_ERR_MUTE if the card does not answer to power.
	 */
	int (*open)(struct jpki_service *service, const char *reader, int patience_ms,
	    struct jpki_connection **connection);

	/*
	 * With power_off the card loses its power and with it every verified PIN, for every
	 * program: the others see JPKI_ERR_RESET. Close may be called inside a transaction and
	 * ends it: no other program gets between the last command and the power-down. Outside
	 * one it waits for another program's transaction, for at most a second and a half:
	 * JPKI_ERR_HELD then, and the attempt goes on while this process lives, and after it by
	 * its guard. The connection is given back whatever the answer.
	 *
	 * `held` is -1 or a descriptor with a lock on a file that must last until the power is
	 * off: it belongs to close, in every case, and is closed then, or when there is no hope
	 * for it. When the power is off, the mark of the file is taken
	 * off first (the owner's permission to execute it).
	 */
	int (*close)(struct jpki_connection **connection, bool power_off, int held);

	/*
	 * Should this process end without close, however it ends (SIGKILL runs no code of ours),
	 * the card is to lose its power all the same. Holds until close. No promise: what is
	 * needed for it may be missing or forbidden.
	 *
	 * `share` is the path of a file, or NULL. With a path, the card is left alone if at that
	 * moment somebody has a lock on the file (fcntl, F_OFD_SETLK): others use what is
	 * unlocked too; the file is not empty then. Otherwise it is locked for the time of the cut,
	 * and emptied after it. A file that cannot be opened keeps nobody from the cut. With NULL,
	 * the power is cut whatever others do. What was said last counts; the path is that of the
	 * first time.
	 *
	 * `events` is the reader's count (struct jpki_reader_state) when the card was seen last:
	 * one that came later is left alone.
	 */
	void (*guard)(struct jpki_connection *connection, const char *share, uint32_t events);

	/*
	 * The card is to lose its power soon after that moment (CLOCK_BOOTTIME, in ms; 0: at none)
	 * even if this process lives on and does nothing, as one that is stopped. Nobody's share
	 * counts then. What was said last counts. Only after guard.
	 */
	void (*guard_until)(struct jpki_connection *connection, uint64_t moment);

	/*
	 * Has the card been left alone since open? JPKI_OK, JPKI_ERR_RESET (others reset it or
	 * cut its power; open a new connection), JPKI_ERR_NO_CARD, JPKI_ERR_NO_READER,
	 * JPKI_ERR_NO_SERVICE, JPKI_ERR_MUTE. A card that was taken out and put back is
	 * JPKI_ERR_NO_CARD. No exchange with the card. It waits for another program's
	 * transaction, without end: call it inside a transaction of one's own only.
	 */
	int (*check)(struct jpki_connection *connection);

	/*
	 * The answer to reset of the card, into `atr`; *length becomes how many bytes it has, 0
	 * where the way does not tell it. In a transaction.
	 */
	int (*atr)(struct jpki_connection *connection, uint8_t atr[JPKI_ATR_MAX], size_t *length);
	/*
	 * The most bytes of data that the reader, as it says itself, brings in one answer: 256 if
	 * it does not say that it takes extended length, or the protocol is T=0. No exchange with
	 * the card. In a transaction, or it may wait for another program's.
	 */
	size_t (*longest)(struct jpki_connection *connection);
	/*
	 * Reset the card and leave its power on: the others see JPKI_ERR_RESET, this connection
	 * goes on. In a transaction, which goes on too.
	 */
	int (*reset)(struct jpki_connection *connection);

	/*
	 * Begin a transaction: no other program reaches the card before end. Waits for the
	 * transaction of another program for at most `patience_ms` (-1: without end);
	 * JPKI_ERR_HELD then. Answers as check does if the card was not left alone; no
	 * transaction has begun then.
	 */
	int (*begin)(struct jpki_connection *connection, int patience_ms);
	int (*end)(struct jpki_connection *connection);

	/*
	 * One exchange: send `length` bytes of command (4 to JPKI_COMMAND_MAX), receive into
	 * `response` at most *response_length bytes, status word last; *response_length becomes
	 * how many came. An answer longer than the buffer is JPKI_ERR_DATA. An answer shorter
	 * than two bytes is passed on as it is. Neither 61xx nor 6Cxx is handled here.
	 */
	int (*transmit)(struct jpki_connection *connection, const uint8_t *command, size_t length,
	    uint8_t *response, size_t *response_length);
};

/* The transport that was linked. */
extern const struct jpki_transport jpki_transport;

#endif
