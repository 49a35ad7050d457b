/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * jpki-guard READER EVENTS SHARE: wait for a process that has a card unlocked, and cut the card's
 * power if the process ends, or is late, without having done so. The power is not cut if other
 * programs have a lock on the file SHARE, since they will do it, nor if the count of events shows
 * that the card is not the one that was there at EVENTS. Started by the module (src/pcsc/guard.h),
 * not by hand.
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

/*
 * How long to retry while other programs hold the card exclusively: at first at short intervals,
 * then every second.
 */
#define TRY_MS 600000
#define QUICK_MS 1000
#define QUICK_PAUSE_NS 50000000
/* How long one attempt waits for others; short, so that a signal is noticed. */
#define STEP_MS 500
/*
 * A service that has ended has powered the readers down. But one that is restarting looks the same:
 * wait this long, in ms, for it to come back.
 */
#define SERVICE_MS 5000
/* How long a process that has executed another program may take to close its files, in ms. */
#define EXEC_MS 5000
/*
 * How long a child may take, in ms, to close its parent's files and so release the parent's locks:
 * if the parent is killed just after forking, the child has not run its fork handlers yet.
 */
#define CHILD_MS 5000

/* How long after the time that the process has told us, in ms, the guard locks the card itself. */
#define LATE_MS 2000

static volatile sig_atomic_t told_to_end;

static void
take_signal(int number)
{
	(void)number;
	told_to_end = 1;
}

/*
 * Catch signals: whoever ends the guard (a shutdown, a service manager) will soon end the process
 * too.
 */
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
	bool alone;	/* cut the power although others share the card */
	int told;	/* how many times a signal has told us to end */
	uint64_t until; /* when the process will lock the card (clock_now_ms); 0: not told */
	/*
	 * since when the process is gone and the card left to others (clock_now_ms); 0: it is not
	 */
	uint64_t left_at;
	struct jpki_connection *connection;
};

enum heard { HEARD_NOTHING, HEARD_STAND_DOWN, HEARD_END };

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

/* Read all that the process has sent, and note what it says about the card. */
static enum heard
hear(struct card *card)
{
	ssize_t length;
	char word;

	while ((length = recv(GUARD_CHANNEL, &word, 1, MSG_DONTWAIT)) == 1) {
		if (word == GUARD_STAND_DOWN)
			return HEARD_STAND_DOWN;
		hear_word(card, word);
	}
	return length < 0 && errno == EAGAIN ? HEARD_NOTHING : HEARD_END;
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
 * Wait until the card has to be locked. False if the process has said that the guard is not needed
 * any more. While a time is set it is checked every second, because the clock of the wait stops
 * while the machine sleeps.
 */
static bool
wait_for_end(struct card *card)
{
	struct pollfd files[] = {
	    {.fd = GUARD_CHANNEL, .events = POLLIN}, {.fd = GUARD_PROCESS, .events = POLLIN}};
	const struct timespec second = {.tv_sec = 1};
	enum heard heard;
	sigset_t none;
	bool gone;

	sigemptyset(&none);
	for (;;) {
		/* check this before reading the channel, so that the last message is not missed */
		gone = told_to_end || process_is_gone();
		heard = hear(card);
		if (heard == HEARD_STAND_DOWN)
			return false;
		if (gone || heard == HEARD_END || is_late(card))
			return true;
		(void)ppoll(files, 2, card->until != 0 ? &second : NULL, &none);
	}
}

/*
 * May the power be cut? Not if others share the card. *file is the locked file, or -1 if there is
 * none.
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
	/*
	 * so that the last of them locks the card, even if its own PIN is refused (reader/share.h)
	 */
	mark_set(*file, true);
	(void)close(*file);
	*file = -1;
	return error != EAGAIN && error != EACCES; /* a file that cannot be locked does not count */
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
 * Is it still the card that this guard was started for? JPKI_ERR_NO_CARD if another one has come
 * since. A restarted service counts from the start, so a lower count is accepted.
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
 * Cut the power within a transaction, unless the process has just done so. If another program's
 * transaction does not end in time, the attempt is continued next time.
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
	if (rv == JPKI_OK && hear(card) == HEARD_STAND_DOWN)
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

/* Is the card locked, or without power anyway? */
static bool
is_done(int error)
{
	return error == JPKI_OK || error == JPKI_ERR_NO_READER || error == JPKI_ERR_NO_CARD ||
	       error == JPKI_ERR_MUTE;
}

/* False if a signal has ended the pause. */
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
 * Another process has the lock: true if the card can be left to it. The lock may be that of our
 * process, until it is gone (its files are closed one after the other) or, if it has executed
 * another program, until that has had time to close them. After that the lock may be a forked
 * child's, for a while.
 */
static bool
is_left_to_others(struct card *card, bool gone, enum heard heard, uint64_t since)
{
	uint64_t now = clock_now_ms();

	if (!gone)
		return heard == HEARD_END && now - since >= EXEC_MS;
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
 * True if nothing is left to do. The share is checked each time, because others may have come
 * meanwhile.
 */
static bool
try_once(struct jpki_service *service, struct card *card, uint64_t since, uint64_t *served)
{
	bool gone = process_is_gone();
	enum heard heard = hear(card);
	int rv, file;

	if (heard == HEARD_STAND_DOWN)
		return true;
	if (!take_share(heeds_nobody(card) ? "" : card->share, &file))
		return is_left_to_others(card, gone, heard, since);
	rv = others_have_locked(card, file) ? JPKI_OK : cut_power(service, card);
	give_share_back(file, rv);
	if (rv != JPKI_ERR_NO_SERVICE)
		*served = clock_now_ms();
	return is_done(rv) || clock_now_ms() - *served >= SERVICE_MS;
}

enum outcome { DONE, GIVEN_UP, NOT_YET };

/*
 * The first signal causes one attempt. If that fails while the process lives, the card still has to
 * be locked when the process ends: NOT_YET. A second signal ends the guard, which then locks the
 * card even if others share it. A signal during the attempts ends them.
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
	/*
	 * From here on signals are only received in ppoll, so that none is lost between a check and
	 * the wait.
	 */
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
