/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki card: the virtual card in the virtual reader, for people without a card. Another program,
 * jpki-vcard, plays the card; it is started, controlled and ended here. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <jpki/jpki.h>

#include "build_folder.h"
#include "message.h"
#include "place.h"
#include "program.h"
#include "start.h"
#include "text.h"
#include "verb.h"

#define PROGRAM "jpki-vcard"
#define VIRTUAL_READER "Virtual PCD 00 00"
/* How long a reader may take to see the card after its start, in ms. */
#define PATIENCE_MS 15000

/* The program's path: in the build folder, otherwise just its name. The caller frees it. */
static char *
program(void)
{
	char *folder = build_folder("/tools/vcard");
	char *path = folder != NULL ? text_format("%s/" PROGRAM, folder) : text_format(PROGRAM);

	text_free(&folder);
	return path;
}

/* The socket on which the card accepts commands; the caller frees the path. */
static char *
socket_path(void)
{
	return place_state("jpki-vcard/control");
}

static bool
is_running(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char *path = socket_path();
	int number = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool running = false;

	if (number >= 0 && strlen(path) < sizeof(address.sun_path)) {
		strcpy(address.sun_path, path);
		running = connect(number, (const struct sockaddr *)&address, sizeof(address)) == 0;
	}
	if (number >= 0)
		close(number);
	text_free(&path);
	return running;
}

static int
cannot_run(const char *name, int error)
{
	complain(_("cannot run %s: %s"), name, strerror(error));
	advise("%s", _("The virtual card comes with the source, and needs the package "
		       "vsmartcard-vpcd, which has the virtual reader."));
	return STATUS_FAILED;
}

/* The most words of a command, with those before it and the NULL. */
#define WORDS_MAX 8

/* Let the program send the card a command, words separated by blanks, and wait for it. */
static int
command(const char *text)
{
	char *name = program(), *path = socket_path(), *words = text_copy(text, strlen(text));
	char control[] = "ctl", *rest = NULL, *argv[WORDS_MAX] = {name, control, path};
	int count = 3, error;
	bool well = false;
	posix_spawn_file_actions_t files;
	struct program teller;

	for (char *word = strtok_r(words, " ", &rest); word != NULL && count < WORDS_MAX - 1;
	     word = strtok_r(NULL, " ", &rest))
		argv[count++] = word;
	if (posix_spawn_file_actions_init(&files) != 0)
		out_of_memory();
	/* its output is for scripts; errors go to standard error */
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	error = program_start(&teller, argv, &files, PROGRAM_APART);
	posix_spawn_file_actions_destroy(&files);
	if (error == 0)
		well = program_wait(&teller, PATIENCE_MS / 1000) == PROGRAM_DONE;
	else
		(void)cannot_run(name, error);
	text_free(&words);
	text_free(&name);
	text_free(&path);
	return well ? STATUS_DONE : STATUS_FAILED;
}

/* The descriptor on which the card reports that it is ready. */
#define READY 3

/* Start the card in its own session, so that it outlives the terminal, with only `ready` of our
 * descriptors. Returns what program_start() does. */
static int
start_card(char *name, int ready, struct program *card)
{
	char command_run[] = "run", option[] = "--ready-fd", number[] = "3";
	char *argv[] = {name, command_run, option, number, NULL};
	posix_spawn_file_actions_t files;
	int error;

	if (posix_spawn_file_actions_init(&files) != 0)
		out_of_memory();
	posix_spawn_file_actions_adddup2(&files, ready, READY);
	for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; standard++)
		posix_spawn_file_actions_addopen(&files, standard, "/dev/null", O_RDWR, 0);
	error = program_start(card, argv, &files, PROGRAM_ALONE);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

/* Wait until the card reports that a reader has seen it. False if it ends, or takes too long. */
static bool
wait_until_ready(const struct program *card, int ready)
{
	char byte;

	return program_can_read(card, ready, PATIENCE_MS) && read(ready, &byte, 1) == 1;
}

/* Whether another card is in the first virtual reader. */
static bool
is_taken(void)
{
	size_t readers = 0;
	bool taken = false;

	if (start_library() != JPKI_OK || jpki_readers(&readers) != JPKI_OK)
		return false;
	for (size_t i = 0; i < readers && !taken; i++) {
		char name[JPKI_READER_NAME_SIZE];
		enum jpki_holds holds;
		uint64_t card;

		taken = jpki_reader_name(i, name) == JPKI_OK && strcmp(name, VIRTUAL_READER) == 0 &&
			jpki_reader_card(i, &holds, &card) == JPKI_OK &&
			holds != JPKI_HOLDS_NO_READER && holds != JPKI_HOLDS_NOTHING;
	}
	jpki_stop();
	return taken;
}

static int
tell_start(bool ready)
{
	if (ready) {
		tell("%s",
		    _("The virtual card is in the virtual reader. PIN 1234, password ABC123, if "
		      "you have not changed them."));
		return STATUS_DONE;
	}
	if (is_taken()) {
		complain("%s", _("Another card is in the virtual reader."));
		advise("%s", _("End the program that plays it, and run this again."));
		return STATUS_FAILED;
	}
	complain("%s", _("The virtual reader does not see the card."));
	advise("%s", _("Is the package vsmartcard-vpcd installed, and does pcscd run since then?\n"
		       "  sudo apt-get install vsmartcard-vpcd\n  sudo systemctl restart pcscd"));
	return STATUS_FAILED;
}

static int
start(void)
{
	char *name = program();
	int ends[2], error;
	bool ready;
	struct program card;

	if (is_running()) {
		text_free(&name);
		tell("%s", _("The virtual card is there already."));
		return STATUS_DONE;
	}
	if (pipe2(ends, O_CLOEXEC) != 0)
		out_of_memory();
	error = start_card(name, ends[1], &card);
	close(ends[1]);
	ready = error == 0 && wait_until_ready(&card, ends[0]);
	close(ends[0]);
	if (error != 0) {
		int status = cannot_run(name, error);

		text_free(&name);
		return status;
	}
	text_free(&name);
	if (ready)
		program_let_go(&card);
	else /* it still waits for a reader, and must not stay behind */
		program_stop(&card);
	return tell_start(ready);
}

/* The commands for each word; "start" has none, because it starts the program that accepts them. */
static const struct action {
	const char *word;
	const char *commands[3];
	const char *said; /* for _() */
} actions[] = {
    {"start", {NULL}, NULL},
    {"stop", {"quit"}, N_("The virtual card is gone.")},
    {"insert", {"insert"}, N_("The virtual card is in the reader.")},
    {"eject", {"eject"}, N_("The virtual card is out of the reader.")},
    {"reset", {"pin set authentication 1234", "pin set signature ABC123"},
	N_("The virtual card has all tries again: PIN 1234, password ABC123.")},
};
#define ACTION_COUNT (sizeof(actions) / sizeof(actions[0]))

static int
act(const struct action *action)
{
	int status = STATUS_DONE;

	if (action->said == NULL)
		return start();
	if (!is_running()) {
		complain("%s", _("There is no virtual card: \"jpki card start\" makes one."));
		return STATUS_NO_CARD;
	}
	for (size_t i = 0; action->commands[i] != NULL && status == STATUS_DONE; i++)
		status = command(action->commands[i]);
	if (status == STATUS_DONE)
		tell("%s", _(action->said));
	return status;
}

static int
run(const struct words *words)
{
	if (words->count == 0)
		return verb_misused(
		    words, "%s", _("what to do is missing: start, stop, insert, eject or reset"));
	if (place_check(true) != 0)
		return STATUS_FAILED;
	for (size_t i = 0; i < ACTION_COUNT; i++)
		if (strcmp(words->word[0], actions[i].word) == 0)
			return act(&actions[i]);
	return verb_misused(words,
	    _("\"%s\" is not understood: start, stop, insert, eject or reset"), words->word[0]);
}

static const enum option_id options[] = {OPTION_NONE};

const struct verb verb_card = {
    .name = "card",
    .summary = N_("a virtual card, for those without a card"),
    .usage = N_("start|stop|insert|eject|reset"),
    .about =
	N_("Puts a virtual My Number card with a made-up citizen into the virtual reader of the "
	   "package vsmartcard-vpcd, for trying programs. reset gives it its first PINs and all "
	   "tries. jpki-vcard(1) can do more."),
    .options = options,
    .words_max = 1,
    .run = run,
};
