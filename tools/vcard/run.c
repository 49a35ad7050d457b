/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "control_socket.h"
#include "fail.h"
#include "run.h"
#include "vpcd.h"

/* Milliseconds between attempts to connect with the reader. */
#define RETRY_MS 50
/* After this many attempts (two seconds) a message says what the program waits for. */
#define PATIENCE 40

/*
 * The least time in ms that the card stays out of the reader, as with a person's hand. pcscd looks
 * at the reader every 400 ms: if it never saw the reader empty, it would take the card for the old
 * one, still under power.
 */
#define HAND_MS 600

struct run {
	struct vcard *card;
	const struct run_options *options;
	struct vpcd vpcd;
	struct control_socket control;
	int signals;
	unsigned attempts; /* to connect, without success */
	unsigned silence;  /* time-outs without a message from the reader */
	uint64_t away;	   /* when the card left the reader, in ms */
	bool inserted;	   /* the card shall be in the reader; vpcd.socket shows whether it is */
	bool ready;
	bool quit;
};

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
leave_reader(struct run *run)
{
	if (run->vpcd.socket >= 0)
		run->away = now_ms();
	vpcd_disconnect(&run->vpcd);
	vcard_power_off(run->card);
}

static int
front_insert(void *context)
{
	struct run *run = context;

	run->inserted = true;
	run->attempts = 0;
	return 0;
}

static int
front_eject(void *context)
{
	struct run *run = context;

	run->inserted = false;
	leave_reader(run);
	return 0;
}

static void
front_quit(void *context)
{
	struct run *run = context;

	run->quit = true;
}

static const char *
front_status(void *context)
{
	struct run *run = context;

	if (!run->inserted)
		return "ejected";
	if (run->vpcd.socket < 0)
		return "waiting for the reader";
	return run->vpcd.asked ? "inserted" : "waiting to be seen";
}

/*
 * Open the descriptor of the signals that end the program. It is never read, so it stays readable
 * after a signal.
 */
static int
open_signals(struct vcard_error *error)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return fail(error, "cannot block signals: %s", strerror(errno));
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	return fd >= 0 ? fd : fail(error, "cannot receive signals: %s", strerror(errno));
}

static void
try_connect(struct run *run)
{
	struct vcard_error error;

	if (run->away != 0 && now_ms() < run->away + HAND_MS)
		return;
	if (vpcd_connect(&run->vpcd, run->options->host, run->options->port, &error) == 0) {
		run->attempts = 0;
		run->silence = 0;
		return;
	}
	if (++run->attempts == PATIENCE)
		fprintf(stderr,
		    "jpki-vcard: waiting for the virtual reader: %s; is pcscd running, with "
		    "vsmartcard-vpcd?\n",
		    error.text);
}

static void
lose_reader(struct run *run, bool gone)
{
	leave_reader(run);
	if (gone)
		run->inserted = false;
}

static int
write_ready_file(const char *path, struct vcard_error *error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, "ready\n", 6) != 6) {
		fail(error, "cannot write %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	close(fd);
	return 0;
}

/* Report once that a reader has seen the card. */
static int
report_ready(struct run *run, struct vcard_error *error)
{
	if (run->ready || !run->vpcd.asked)
		return 0;
	run->ready = true;
	if (run->options->ready_fd >= 0) {
		if (write(run->options->ready_fd, "ready\n", 6) != 6)
			return fail(error, "cannot write to descriptor %d: %s",
			    run->options->ready_fd, strerror(errno));
		close(run->options->ready_fd);
	}
	if (run->options->ready_file != NULL)
		return write_ready_file(run->options->ready_file, error);
	return 0;
}

static void
mind_silence(struct run *run)
{
	if (run->vpcd.socket >= 0 && !run->vpcd.asked && ++run->silence == PATIENCE)
		fprintf(stderr, "jpki-vcard: connected, but the reader does not look at the "
				"card; does it hold another one?\n");
}

/* One round of waiting and serving. */
static int
turn(struct run *run, struct vcard_error *error)
{
	struct pollfd polls[CONTROL_CLIENTS + 3];
	bool impatient = run->inserted && !run->vpcd.asked;
	bool gone;
	nfds_t count;

	polls[0] = (struct pollfd){.fd = run->signals, .events = POLLIN};
	polls[1] = (struct pollfd){.fd = run->vpcd.socket, .events = POLLIN};
	count = control_socket_poll(&run->control, polls + 2);
	if (poll(polls, 2 + count, impatient ? RETRY_MS : -1) < 0 && errno != EINTR)
		return fail(error, "cannot wait: %s", strerror(errno));
	if (polls[0].revents != 0)
		run->quit = true;
	else if (polls[1].revents != 0 && vpcd_serve(&run->vpcd, run->card, &gone) != 0)
		lose_reader(run, gone);
	else if (polls[1].revents == 0)
		mind_silence(run);
	if (report_ready(run, error) != 0)
		return -1;
	control_socket_serve(&run->control, polls + 2, count, run->card,
	    &(struct vcard_front){run, front_insert, front_eject, front_quit, front_status});
	return 0;
}

static int
loop(struct run *run, struct vcard_error *error)
{
	while (!run->quit) {
		if (run->inserted && run->vpcd.socket < 0)
			try_connect(run);
		if (turn(run, error) != 0)
			return -1;
	}
	return 0;
}

int
run_card(struct vcard *card, const struct run_options *options, struct vcard_error *error)
{
	/* too large for a small stack */
	static struct run run;
	int result = -1;

	memset(&run, 0, sizeof(run));
	run.card = card;
	run.options = options;
	run.inserted = !options->ejected;
	run.vpcd.socket = -1;
	run.control.fd = -1;
	run.signals = open_signals(error);
	if (run.signals >= 0 && control_socket_open(&run.control, options->control, error) == 0)
		result = loop(&run, error);
	vpcd_disconnect(&run.vpcd);
	vcard_power_off(card);
	control_socket_close(&run.control);
	if (run.signals >= 0)
		close(run.signals);
	return result;
}
