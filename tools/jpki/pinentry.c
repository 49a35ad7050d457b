/* SPDX-License-Identifier: BSD-2-Clause */
/* The Assuan protocol, as far as pinentry needs it: each line is answered by lines, of which the
 * last begins with OK or ERR (The Assuan Manual, "Server responses"). Its library is not used,
 * because that would keep the line with the PIN in a buffer of its own. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "message.h"
#include "pinentry.h"
#include "program.h"
#include "secret_line.h"
#include "text.h"

/* Bytes of a line, with its end (Assuan: 1000). */
#define LINE_ROOM 1002

/* How long a person may take, in seconds: time to find the letter with the password. pinentry's
 * default is one minute. */
#define TIME_TO_ANSWER "600"

/* How long pinentry may take to end, in seconds, after the connection is closed. */
#define PATIENCE 5

struct pinentry {
	struct program program;
	int socket;
	const char *terminal;	  /* NULL: none */
	struct jpki_secret *line; /* the last line that was read */
};

/* Start pinentry. If it may use the terminal it is in our process group, so that the system lets
 * it. */
static bool
start(struct pinentry *pinentry)
{
	char name[] = "pinentry", *argv[] = {name, NULL};
	posix_spawn_file_actions_t actions;
	int ends[2], error;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0 ||
	    posix_spawn_file_actions_init(&actions) != 0)
		out_of_memory();
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	error = program_start(&pinentry->program, argv, &actions,
	    pinentry->terminal != NULL ? PROGRAM_HERE : PROGRAM_APART);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	pinentry->socket = ends[0];
	if (error != 0)
		close(ends[0]);
	return error == 0;
}

static void
stop(struct pinentry *pinentry)
{
	close(pinentry->socket);
	(void)program_wait(&pinentry->program, PATIENCE);
}

static bool
begins(const struct jpki_secret *line, const char *word)
{
	size_t length = strlen(word);

	return line->length >= length && memcmp(line->bytes, word, length) == 0;
}

/* Read what was typed from a line "D ...", in which %XX is a byte (The Assuan Manual, "Server
 * responses"). */
static void
take_data(const struct jpki_secret *line, struct jpki_secret *secret)
{
	for (size_t i = 2; i < line->length && secret->length < secret->size - 1; i++) {
		uint8_t byte = line->bytes[i];

		if (byte == '%' && i + 2 < line->length) {
			char hex[] = {(char)line->bytes[i + 1], (char)line->bytes[i + 2], '\0'};

			byte = (uint8_t)strtoul(hex, NULL, 16);
			explicit_bzero(hex, sizeof(hex));
			i += 2;
		}
		secret->bytes[secret->length++] = byte;
	}
}

/* Read lines until OK (true) or ERR (false). */
static bool
read_answer(struct pinentry *pinentry, struct jpki_secret *secret)
{
	while (secret_line_read(pinentry->socket, &pinentry->program, pinentry->line)) {
		if (begins(pinentry->line, "OK"))
			return true;
		if (begins(pinentry->line, "ERR"))
			return false;
		if (begins(pinentry->line, "D ") && secret != NULL)
			take_data(pinentry->line, secret);
	}
	return false;
}

static bool
command(struct pinentry *pinentry, const char *text, struct jpki_secret *secret)
{
	size_t length = strlen(text);

	return send(pinentry->socket, text, length, MSG_NOSIGNAL) == (ssize_t)length &&
	       send(pinentry->socket, "\n", 1, MSG_NOSIGNAL) == 1 && read_answer(pinentry, secret);
}

/* Send a command with a text, in which "%" and line ends are escaped. */
static bool
say(struct pinentry *pinentry, const char *word, const char *text)
{
	char *line = text_format("%s ", word);
	bool done;

	for (; *text != '\0'; text++) {
		char one[4] = {*text, '\0'};

		if (*text == '%' || *text == '\n' || *text == '\r')
			snprintf(one, sizeof(one), "%%%02X", (unsigned char)*text);
		line = text_append(line, one);
	}
	done = command(pinentry, line, NULL);
	text_free(&line);
	return done;
}

/* Send an option. A pinentry that does not know it answers with an error, and goes on. */
static void
tell_option(struct pinentry *pinentry, const char *name, const char *value)
{
	char *option;

	if (value == NULL || *value == '\0')
		return;
	option = text_format("%s=%s", name, value);
	(void)say(pinentry, "OPTION", option);
	text_free(&option);
}

/* Send the options for this terminal and screen. */
static void
tell_place(struct pinentry *pinentry)
{
	static const char *const places[][2] = {{"display", "DISPLAY"}, {"ttytype", "TERM"},
	    {"lc-ctype", "LC_CTYPE"}, {"lc-messages", "LC_MESSAGES"}};

	tell_option(pinentry, "ttyname", pinentry->terminal);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		tell_option(pinentry, places[i][0], getenv(places[i][1]));
}

/* Whether the person has cancelled, closed the window, or let the time run out: the error code is
 * in the lower 16 bits (gpg-error.h). */
static bool
is_cancelled(const struct jpki_secret *line)
{
	enum { TIMEOUT = 62, CANCELED = 99, FULLY_CANCELED = 198 };
	unsigned long error =
	    begins(line, "ERR ") ? strtoul((const char *)line->bytes + 4, NULL, 10) : 0;

	error &= 0xffff;
	return error == TIMEOUT || error == CANCELED || error == FULLY_CANCELED;
}

static enum pinentry_answer
converse(struct pinentry *pinentry, const char *prompt, const char *why, struct jpki_secret *secret)
{
	char *label = text_format("%s:", prompt);
	bool ready = read_answer(pinentry, NULL); /* the greeting */

	if (ready) {
		tell_place(pinentry);
		(void)say(pinentry, "SETTIMEOUT", TIME_TO_ANSWER);
		(void)say(pinentry, "SETTITLE", "JPKI");
		if (why != NULL)
			(void)say(pinentry, "SETDESC", why);
		/* pinentry's own labels are not translated into every language */
		(void)say(pinentry, "SETOK", "OK");
		(void)say(pinentry, "SETCANCEL", _("Cancel"));
		ready = say(pinentry, "SETPROMPT", label);
	}
	text_free(&label);
	if (!ready)
		return PINENTRY_MISSING;
	if (command(pinentry, "GETPIN", secret))
		return PINENTRY_GIVEN;
	return is_cancelled(pinentry->line) ? PINENTRY_CANCELLED : PINENTRY_MISSING;
}

/* Wait a moment after the last window. The display gives the next window the same number, and a
 * window manager that has not noticed the change takes it for the old one, and shows nothing. */
static void
let_go_of_the_last_window(void)
{
	const struct timespec pause = {.tv_nsec = 500000000};
	static bool asked;

	if (asked)
		(void)nanosleep(&pause, NULL);
	asked = true;
}

enum pinentry_answer
pinentry_ask(const char *prompt, const char *why, const char *terminal, struct jpki_secret *secret)
{
	struct pinentry pinentry = {.terminal = terminal, .line = jpki_secret_new(LINE_ROOM)};
	enum pinentry_answer answer = PINENTRY_MISSING;

	if (pinentry.line == NULL)
		out_of_memory();
	let_go_of_the_last_window();
	if (start(&pinentry)) {
		answer = converse(&pinentry, prompt, why, secret);
		stop(&pinentry);
	}
	jpki_secret_free(&pinentry.line);
	return answer;
}
