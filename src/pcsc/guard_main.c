/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * jpki-guard READER EVENTS SHARE: wait for a process that has a card unlocked, and cut the card's
 * power if it ends without having done so itself, or does not do so when it should; but leave the
 * card to others if they have a lock on the file SHARE, and a card that came later than EVENTS says
 * to itself. Started by the module (src/pcsc/guard.h), not by hand.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <jpki/transport.h>

#include "base/clock.h"
#include "base/mark.h"
#include "pcsc/guard_protocol.h"

/* A card that others hold for themselves is tried again for so long, first soon, then every second.
 */
#define TRY_MS 600000
#define QUICK_MS 1000
#define QUICK_PAUSE_NS 50000000
/* What one attempt may wait for others, so that a signal is heard. */
#define STEP_MS 500
/*
 * A service that has ended has powered the readers down. But one that is just being started anew
 * looks the same.
 */
#define SERVICE_MS 5000
/* How long a process that has become another program may take to close its files. */
#define EXEC_MS 5000
/*
 * How long a child may take to close its parent's files, and with them give back the parent's
 * locks: one that has just been forked when the parent is killed has not run its handlers yet.
 */
#define CHILD_MS 5000

/* How long after the moment that a process has told for it the card must be locked. */
#define LATE_MS 2000

static volatile sig_atomic_t told_to_end;

static void
take_signal(int number)
{
	(void)number;
	told_to_end = 1;
}

/* Whoever ends us (a system that shuts down, a service's manager) ends the process soon. */
static void
take_signals(void)
{
	static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	struct sigaction action = {.sa_handler = take_signal};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		(void)sigaction(numbers[i], &action, NULL);
}

struct card {
	const char *reader, *share;
	uint32_t events;
	bool alone;	/* nobody else's share counts */
	int told;	/* how many times a signal has told us to end */
	uint64_t until; /* when the process locks it itself; 0: at no moment that it knows */
	/* since when it is left to others, the process being gone; 0: it is not */
	uint64_t left_at;
	struct jpki_connection *connection;
};

enum word { NOTHING_SAID, SAID_THAT_ALL_IS_WELL, SAID_NO_MORE };

static void
hear_word(struct card *card, char word)
{
	uint64_t moment;

	if (word == GUARD_ALONE || word == GUARD_HEED)
		card->alone = word == GUARD_ALONE;
	else if (word == GUARD_UNTIL &&
		 recv(GUARD_CHANNEL, &moment, sizeof(moment), MSG_DONTWAIT) == sizeof(moment))
		card->until = moment;
}

/* What has been said so far; what it tells of the card is noted. */
static enum word
hear(struct card *card)
{
	ssize_t length;
	char word;

	while ((length = recv(GUARD_CHANNEL, &word, 1, MSG_DONTWAIT)) == 1) {
		if (word == GUARD_STAND_DOWN)
			return SAID_THAT_ALL_IS_WELL;
		hear_word(card, word);
	}
	return length < 0 && errno == EAGAIN ? NOTHING_SAID : SAID_NO_MORE;
}

static bool
process_is_gone(void)
{
	struct pollfd process = {.fd = GUARD_PROCESS, .events = POLLIN};

	return poll(&process, 1, 0) != 0;
}

/* Should the process have locked the card by now? */
static bool
is_late(const struct card *card)
{
	return card->until != 0 && clock_now_ms() >= card->until + LATE_MS;
}

/*
 * True if the process is gone, or is about to be, or late, without having said that all is well. It
 * may be told a moment; the clock of a wait stands still while the machine sleeps.
 */
static bool
wait_for_end(struct card *card)
{
	struct pollfd files[] = {
	    {.fd = GUARD_CHANNEL, .events = POLLIN}, {.fd = GUARD_PROCESS, .events = POLLIN}};
	const struct timespec second = {.tv_sec = 1};
	enum word said;
	sigset_t none;
	bool gone;

	sigemptyset(&none);
	for (;;) {
		/* first this: what it said before it went is heard */
		gone = told_to_end || process_is_gone();
		said = hear(card);
		if (said == SAID_THAT_ALL_IS_WELL)
			return false;
		if (gone || said == SAID_NO_MORE || is_late(card))
			return true;
		(void)ppoll(files, 2, card->until != 0 ? &second : NULL, &none);
	}
}

/*
 * May the power be cut? Not if others have a share in the card. *file is locked while the card is
 * ours, -1 if there is none to be locked.
 */
static bool
take_share(const char *path, int *file)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int error;

	*file = path[0] != '\0' ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
	if (*file < 0 || fcntl(*file, F_OFD_SETLK, &whole) == 0)
		return true;
	error = errno;
	/* the last of them is to lock it, also one whose own PIN is refused (reader/share.h) */
	mark_set(*file, true);
	(void)close(*file);
	*file = -1;
	return error != EAGAIN && error != EACCES; /* a file that cannot be locked is none */
}

static void
give_share_back(int file, int result)
{
	if (file < 0)
		return;
	if (result == JPKI_OK)
		mark_set(file, false);
	(void)close(file);
}

/*
 * Is it the card that we are here for? JPKI_ERR_NO_CARD if one has come since. A service that was
 * started anew begins to count anew.
 */
static int
confirm_card(struct jpki_service *service, const struct card *card)
{
	struct jpki_reader_state now = {0};
	int rv;

	strncpy(now.name, card->reader, sizeof(now.name) - 1);
	rv = jpki_transport.poll(service, &now, 1);
	return rv == JPKI_OK && now.present && now.events > card->events ? JPKI_ERR_NO_CARD : rv;
}

/*
 * Within a transaction the power is cut at once, unless the process has just done so. Another
 * program's may end later than we wait for it: what was begun is kept for the next time.
 */
static int
cut_power(struct jpki_service *service, struct card *card)
{
	const char locked = GUARD_LOCKED;
	int rv = confirm_card(service, card);

	if (rv == JPKI_OK && card->connection == NULL)
		rv = jpki_transport.open(service, card->reader, STEP_MS, &card->connection);
	if (rv == JPKI_OK)
		rv = jpki_transport.begin(card->connection, STEP_MS);
	if (rv == JPKI_OK && hear(card) == SAID_THAT_ALL_IS_WELL)
		return jpki_transport.close(&card->connection, false, -1);
	if (rv == JPKI_OK || rv == JPKI_ERR_RESET) {
		rv = jpki_transport.close(&card->connection, true, -1);
		if (rv == JPKI_OK)
			(void)send(GUARD_CHANNEL, &locked, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		return rv;
	}
	if (rv != JPKI_ERR_HELD)
		(void)jpki_transport.close(&card->connection, false, -1);
	return rv;
}

/* Without the reader or the card, and without an answer to power, it has none already. */
static bool
is_done(int error)
{
	return error == JPKI_OK || error == JPKI_ERR_NO_READER || error == JPKI_ERR_NO_CARD ||
	       error == JPKI_ERR_MUTE;
}

/* False if a signal has ended it. */
static bool
pause_until_next(uint64_t since)
{
	bool quick = clock_now_ms() - since < QUICK_MS;
	struct timespec pause = {.tv_sec = quick ? 0 : 1, .tv_nsec = quick ? QUICK_PAUSE_NS : 0};
	sigset_t none;

	sigemptyset(&none);
	(void)ppoll(NULL, 0, &pause, &none);
	return !told_to_end;
}

/*
 * The lock is somebody else's: true if it will stay so, and the card is his to lock. It may be that
 * of the process itself until it is gone: its files are closed one after the other, perhaps the
 * channel first; one that has become another program stays. Then it may be that of a child.
 */
static bool
is_left_to_others(struct card *card, bool gone, enum word said, uint64_t since)
{
	uint64_t now = clock_now_ms();

	if (!gone)
		return said == SAID_NO_MORE && now - since >= EXEC_MS;
	if (card->left_at == 0)
		card->left_at = now;
	return now - card->left_at >= CHILD_MS;
}

/* Was the card left to others, and have they locked it? */
static bool
others_have_locked(const struct card *card, int file)
{
	return card->left_at != 0 && file >= 0 && !mark_is_set(file);
}

static bool
heeds_nobody(const struct card *card)
{
	return card->alone || card->told > 1 || is_late(card);
}

/*
 * True: that was it. The share is asked for each time, as others may have come to the card
 * meanwhile.
 */
static bool
try_once(struct jpki_service *service, struct card *card, uint64_t since, uint64_t *served)
{
	bool gone = process_is_gone();
	enum word said = hear(card);
	int rv, file;

	if (said == SAID_THAT_ALL_IS_WELL)
		return true;
	if (!take_share(heeds_nobody(card) ? "" : card->share, &file))
		return is_left_to_others(card, gone, said, since);
	rv = others_have_locked(card, file) ? JPKI_OK : cut_power(service, card);
	give_share_back(file, rv);
	if (rv != JPKI_ERR_NO_SERVICE)
		*served = clock_now_ms();
	return is_done(rv) || clock_now_ms() - *served >= SERVICE_MS;
}

enum outcome { DONE, GIVEN_UP, NOT_YET };

/*
 * A signal that has been heard is good for one attempt. If that fails while the process lives, the
 * card is still to be locked when it ends: NOT_YET. The second one ends us: nothing stays open
 * then, whoever has a share. A signal that comes meanwhile ends the attempts.
 */
static enum outcome
try_to_lock(struct card *card)
{
	struct jpki_service *service;
	uint64_t since = clock_now_ms(), served = since;
	const bool told = told_to_end;
	bool done, gone;

	card->told += told;
	told_to_end = 0;
	if (jpki_transport.start(&service) != JPKI_OK)
		return GIVEN_UP;
	do {
		gone = process_is_gone();
		done = try_once(service, card, since, &served);
	} while (!done && !told && clock_now_ms() - since < TRY_MS && pause_until_next(since));
	(void)jpki_transport.close(&card->connection, false, -1);
	jpki_transport.stop(&service);
	if (done)
		return DONE;
	return told && card->told == 1 && !gone ? NOT_YET : GIVEN_UP;
}

static int
watch_over(struct card *card)
{
	enum outcome outcome = NOT_YET;

	while (outcome == NOT_YET && wait_for_end(card))
		outcome = try_to_lock(card);
	return outcome == GIVEN_UP ? 1 : 0;
}

int
main(int argc, char **argv)
{
	struct card card = {0};
	sigset_t all;

	if (argc != 4 || send(GUARD_CHANNEL, "", 0, MSG_NOSIGNAL) != 0) {
		fprintf(stderr, "jpki-guard is started by jpki-pkcs11, not by hand.\n");
		return 2;
	}
	card.reader = argv[1];
	card.events = (uint32_t)strtoul(argv[2], NULL, 10);
	card.share = argv[3];
	/* From here on signals wait for ppoll, so that none is lost between a look and the wait. */
	sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	take_signals();
	switch (fork()) {
	case 0:
		return watch_over(&card);
	case -1:
		return 1;
	default:
		return 0;
	}
}
