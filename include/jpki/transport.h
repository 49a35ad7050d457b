/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TRANSPORT_H
#define JPKI_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jpki/error.h>
#include <jpki/types.h>

/*
 * The way to the card: a table of a few functions. The product links the one that speaks PC/SC
 * (src/pcsc), unit tests and fuzzers link the virtual card in process (tools/vcard/transport.c).
 * The choice is made when linking, never at run time.
 *
 * All functions return JPKI_OK or a negative enum jpki_error. A service may be used from several
 * threads; a connection by one thread at a time.
 */

/* A short command: header, Lc, 255 bytes, Le (ISO 7816-4, 5.1). */
#define JPKI_COMMAND_MAX 261
/* A short response: 256 bytes and the status word. */
#define JPKI_RESPONSE_MAX 258
/* The data of an extended response (ISO 7816-4, 5.1). */
#define JPKI_LONG_DATA_MAX 65536
/* An answer to reset (ISO 7816-3, 8.2.1). */
#define JPKI_ATR_MAX 33

/* The most readers that are used. */
#define JPKI_READERS_MAX 64

struct jpki_service;	/* a connection with the PC/SC service */
struct jpki_connection; /* a connection with a card, shared with other programs */

struct jpki_reader_state {
	char name[JPKI_READER_NAME_SIZE]; /* in: which reader */
	bool attached;			  /* the service knows a reader of that name */
	bool present;			  /* it holds a card that answers to power */
	bool mute; /* it holds a card that does not power up: is it upside down? */
	/*
	 * Changes whenever a card is put in or taken out, so two polls with the same count saw the
	 * same insertion. Begins anew when the reader is attached.
	 */
	uint32_t events;
	/*
	 * Identifies this insertion, in every program of the machine: made from the service, the
	 * reader and the count of events. 0 while no card is present.
	 */
	uint64_t insertion;
	uint32_t raw; /* the state in the service's own form, for wait */
};

struct jpki_transport {
	/*
	 * Get ready. JPKI_OK or JPKI_ERR_MEMORY. The service need not run: the other functions look
	 * for it each time, and return JPKI_ERR_NO_SERVICE while it does not run. The caller owns
	 * *service and frees it with stop, which sets the pointer to NULL, ends the waits of other
	 * threads, and accepts a pointer to NULL.
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
	 * `timeout_ms` (-1: without end). JPKI_OK: something changed, poll tells what. Otherwise
	 * JPKI_ERR_TIMEOUT or JPKI_ERR_CANCELLED. Changes are relative to `states`, so one between
	 * a poll and the wait is not lost. Pass all readers that are known: one that is attached
	 * and not among them counts as new. JPKI_ERR_NO_SERVICE if the service ends. Readers in a
	 * bad state, or with a card that does not answer, are included in the wait.
	 */
	int (*wait)(struct jpki_service *service, const struct jpki_reader_state *states,
	    size_t count, int timeout_ms);

	/* End the waits under way (any thread). */
	void (*cancel)(struct jpki_service *service);

	/*
	 * Power the card in `reader` up, if nobody has, and connect with it, shared. Waits for the
	 * transaction of another program, which keeps others from connecting too, for at most
	 * `patience_ms` (-1: without end); JPKI_ERR_HELD then. The caller owns *connection and ends
	 * it with close, which sets the pointer to NULL and accepts a pointer to NULL.
	 * JPKI_ERR_NO_CARD, JPKI_ERR_NO_READER, JPKI_ERR_NO_SERVICE; JPKI_ERR_MUTE if the card does
	 * not answer to power; JPKI_ERR_BUSY if another program has it for itself alone;
	 * JPKI_ERR_NOT_ALLOWED; JPKI_ERR_MEMORY, JPKI_ERR_IO.
	 */
	int (*open)(struct jpki_service *service, const char *reader, int patience_ms,
	    struct jpki_connection **connection);

	/*
	 * With power_off the card loses its power and with it every verified PIN, for every
	 * program: the others see JPKI_ERR_RESET. Close may be called inside a transaction and ends
	 * it: no other program gets between the last command and the power-down. Outside one it
	 * waits for another program's transaction, for at most 1.5 seconds: then it returns
	 * JPKI_ERR_HELD, and the attempt goes on as long as this process lives, and after that by
	 * its guard. The connection is freed in every case.
	 *
	 * `held` is -1 or a descriptor with a lock on a file that must last until the power is off.
	 * Close takes it over in every case, and closes it when the power is off, or when the
	 * attempt is given up. When the power is off, it first takes the mark off the file (the
	 * owner's permission to execute it).
	 */
	int (*close)(struct jpki_connection **connection, bool power_off, int held);

	/*
	 * Have the card's power cut if this process ends without close, however it ends (SIGKILL
	 * runs no code of ours). In force until close. There is no guarantee: what it needs may be
	 * missing or forbidden.
	 *
	 * `share` is the path of a file, or NULL. With a path, the power is not cut if at that
	 * moment another program has a lock on the file (fcntl, F_OFD_SETLK): that program uses
	 * what is unlocked too, and the file is marked (the owner's permission to execute it), so
	 * that it will lock the card. Otherwise the file is locked during the cut, and the mark is
	 * removed after it. If the file cannot be opened, the power is cut. With NULL, the power is
	 * cut whatever others do. The last call counts, except for the path, which is that of the
	 * first call.
	 *
	 * `events` is the reader's count (struct jpki_reader_state) when the card was seen last:
	 * the power of a card that came later is not cut.
	 */
	void (*guard)(struct jpki_connection *connection, const char *share, uint32_t events);

	/*
	 * Have the card's power cut soon after that moment (CLOCK_BOOTTIME, in ms; 0: never) even
	 * if this process lives on and does nothing, for example because it is stopped. Locks on
	 * the shared file do not prevent it. The last call counts. Only after guard.
	 */
	void (*guard_until)(struct jpki_connection *connection, uint64_t moment);

	/*
	 * Is the card as it was at open, neither reset nor taken out? JPKI_OK, JPKI_ERR_RESET
	 * (others reset it or cut its power; open a new connection), JPKI_ERR_NO_CARD,
	 * JPKI_ERR_NO_READER, JPKI_ERR_NO_SERVICE, JPKI_ERR_MUTE. A card that was taken out and put
	 * back is JPKI_ERR_NO_CARD. No exchange with the card. It waits for another program's
	 * transaction, without a time limit: call it only inside a transaction of your own.
	 */
	int (*check)(struct jpki_connection *connection);

	/*
	 * The answer to reset of the card, into `atr`; *length becomes how many bytes it has, 0 if
	 * it is not known. In a transaction. JPKI_OK, or the errors of check; after an error
	 * *length is unchanged.
	 */
	int (*atr)(struct jpki_connection *connection, uint8_t atr[JPKI_ATR_MAX], size_t *length);
	/*
	 * The most bytes of data that the reader claims to return in one response: 256 if it does
	 * not claim to support extended length, or if the protocol is T=0. No exchange with the
	 * card. Outside a transaction it may wait for another program's.
	 */
	size_t (*longest)(struct jpki_connection *connection);
	/*
	 * Reset the card and leave its power on: the others see JPKI_ERR_RESET, this connection
	 * goes on. In a transaction, which goes on too. JPKI_OK, or why the card was not reset:
	 * JPKI_ERR_NO_CARD, JPKI_ERR_NO_READER, JPKI_ERR_NO_SERVICE, JPKI_ERR_MUTE, JPKI_ERR_IO.
	 */
	int (*reset)(struct jpki_connection *connection);

	/*
	 * Begin a transaction: no other program reaches the card before end. Waits for the
	 * transaction of another program for at most `patience_ms` (-1: without end); JPKI_ERR_HELD
	 * then. If the card was reset or removed since open: JPKI_ERR_RESET, JPKI_ERR_NO_CARD,
	 * JPKI_ERR_NO_READER, JPKI_ERR_NO_SERVICE or JPKI_ERR_MUTE. No transaction has begun after
	 * an error.
	 */
	int (*begin)(struct jpki_connection *connection, int patience_ms);

	/*
	 * End the transaction, and leave the card as it is. JPKI_OK, or what has happened to the
	 * card, the reader or the service; the transaction is over in every case.
	 */
	int (*end)(struct jpki_connection *connection);

	/*
	 * One exchange: send `length` bytes of command (4 to JPKI_COMMAND_MAX), receive into
	 * `response` at most *response_length bytes, status word last; *response_length becomes how
	 * many came. An answer longer than the buffer is JPKI_ERR_DATA. An answer shorter than two
	 * bytes is passed on as it is. Neither 61xx nor 6Cxx is handled here. The other errors are
	 * those of check, and JPKI_ERR_IO if the communication between reader and card fails.
	 */
	int (*transmit)(struct jpki_connection *connection, const uint8_t *command, size_t length,
	    uint8_t *response, size_t *response_length);
};

/* The transport that was linked. */
extern const struct jpki_transport jpki_transport;

#endif
