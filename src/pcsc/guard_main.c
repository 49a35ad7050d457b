/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * jpki-guard READER: wait for a process that has a card unlocked, and cut the card's power if it
 * ends without having done so itself. Started by the module (src/pcsc/guard.h), not by hand.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <jpki/transport.h>

#include "pcsc/guard_protocol.h"

/* A card that others hold for themselves is tried again, first soon, then every second. */
#define ATTEMPTS 600
#define QUICK_ATTEMPTS 20
#define QUICK_PAUSE_NS 50000000

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

/* True if the process is gone, or is about to be, without having said that all is well. */
static bool
wait_for_end(void)
{
	struct pollfd files[] = {
	    {.fd = GUARD_CHANNEL, .events = POLLIN}, {.fd = GUARD_PROCESS, .events = POLLIN}};
	sigset_t none;
	char word;

	sigemptyset(&none);
	while (!told_to_end && ppoll(files, 2, NULL, &none) < 0 && errno == EINTR)
		continue;
	return recv(GUARD_CHANNEL, &word, 1, MSG_DONTWAIT) != 1 || word != GUARD_STAND_DOWN;
}

static int
cut_power(struct jpki_service *service, const char *reader)
{
	struct jpki_connection *connection;
	int rv = jpki_transport.open(service, reader, -1, &connection);

	return rv != JPKI_OK ? rv : jpki_transport.close(&connection, true, -1);
}

/* Without the service, the reader or the card, it has no power already. */
static bool
is_done(int error)
{
	return error == JPKI_OK || error == JPKI_ERR_NO_SERVICE || error == JPKI_ERR_NO_READER ||
	       error == JPKI_ERR_NO_CARD;
}

static int
lock_card(const char *reader)
{
	const struct timespec quick_pause = {.tv_nsec = QUICK_PAUSE_NS}, pause = {.tv_sec = 1};
	struct jpki_service *service;
	int rv = JPKI_ERR_BUSY;

	if (jpki_transport.start(&service) != JPKI_OK)
		return 1;
	for (int i = 0; i < ATTEMPTS && !is_done(rv); i++) {
		rv = cut_power(service, reader);
		if (!is_done(rv))
			(void)nanosleep(i < QUICK_ATTEMPTS ? &quick_pause : &pause, NULL);
	}
	jpki_transport.stop(&service);
	return is_done(rv) ? 0 : 1;
}

int
main(int argc, char **argv)
{
	sigset_t all;

	if (argc != 2 || send(GUARD_CHANNEL, "", 0, MSG_NOSIGNAL) != 0) {
		fprintf(stderr, "jpki-guard is started by jpki-pkcs11, not by hand.\n");
		return 2;
	}
	/* From here on signals wait for ppoll, so that none is lost between a look and the wait. */
	sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	take_signals();
	switch (fork()) {
	case 0:
		return wait_for_end() ? lock_card(argv[1]) : 0;
	case -1:
		return 1;
	default:
		return 0;
	}
}
