/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/readpassphrase.h>

#include "ask.h"
#include "descriptor_option.h"
#include "message.h"
#include "pinentry.h"
#include "program.h"
#include "secret_line.h"
#include "text.h"

/* Bytes of room for what is typed, with the end of the line: more than any PIN needs, in
 * full-width letters too. */
#define ROOM 256

static int
cancelled(void)
{
	complain("%s", _("No PIN was given: nothing was done, and no try was spent."));
	return STATUS_PIN;
}

int
ask_prepare(const struct words *words, struct ask *ask)
{
	const char *text = words->value[OPTION_PIN_FD];

	ask->descriptor = text != NULL ? descriptor_option(text) : -1;
	if (text != NULL && ask->descriptor < 0) /* it was open when the options were read */
		return cancelled();
	if (ask->descriptor >= 0) /* programs that are started must not inherit it */
		(void)fcntl(ask->descriptor, F_SETFD, FD_CLOEXEC);
	return STATUS_DONE;
}

bool
ask_is_person(const struct ask *ask)
{
	return ask->descriptor < 0;
}

/* The value of a variable of the environment; NULL if it is unset or empty. */
static const char *
value_of(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

bool
ask_may_be_repeated(const struct ask *ask)
{
	return ask_is_person(ask) && value_of("JPKI_ASKPASS") == NULL;
}

static int
from_descriptor(int descriptor, struct jpki_secret *secret)
{
	if (secret_line_read(descriptor, NULL, secret))
		return STATUS_DONE;
	complain(_("There is no line to read a PIN from on file descriptor %d."), descriptor);
	return STATUS_PIN;
}

static int
from_program(const char *program, const char *prompt, struct jpki_secret *secret)
{
	char *argv[] = {
	    text_copy(program, strlen(program)), text_copy(prompt, strlen(prompt)), NULL};
	posix_spawn_file_actions_t actions;
	int ends[2], error;
	bool read = false, well = false;
	struct program child;

	if (pipe2(ends, O_CLOEXEC) != 0 || posix_spawn_file_actions_init(&actions) != 0)
		out_of_memory();
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	error = program_start(&child, argv, &actions, PROGRAM_HERE);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (error == 0) {
		read = secret_line_read(ends[0], &child, secret);
		well = program_wait(&child, 0) == PROGRAM_DONE;
	} else
		complain(_("cannot run %s: %s"), program, strerror(error));
	close(ends[0]);
	text_free(&argv[0]);
	text_free(&argv[1]);
	return read && well ? STATUS_DONE : cancelled();
}

static int
from_terminal(const char *prompt, struct jpki_secret *secret)
{
	char *line = text_format("%s: ", prompt);
	char *typed = readpassphrase(line, (char *)secret->bytes, secret->size, RPP_REQUIRE_TTY);

	text_free(&line);
	if (typed == NULL)
		return cancelled();
	secret->length = strlen(typed);
	return secret->length > 0 ? STATUS_DONE : cancelled();
}

static bool
has_terminal(void)
{
	int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (terminal == -1)
		return false;
	close(terminal);
	return true;
}

static int
nobody(void)
{
	complain("%s", _("There is nobody to ask for the PIN: no terminal, no screen."));
	advise("%s", _("Use --pin-fd, or name a program that asks in JPKI_ASKPASS."));
	return STATUS_PIN;
}

static int
from_window(const char *prompt, const char *why, struct jpki_secret *secret)
{
	switch (pinentry_ask(prompt, why, NULL, secret)) {
	case PINENTRY_GIVEN:
		return secret->length > 0 ? STATUS_DONE : cancelled();
	case PINENTRY_CANCELLED:
		return cancelled();
	default:
		return nobody();
	}
}

static int
from_somewhere(
    const struct ask *ask, const char *prompt, const char *why, struct jpki_secret *secret)
{
	const char *program = value_of("JPKI_ASKPASS");

	if (ask->descriptor >= 0)
		return from_descriptor(ask->descriptor, secret);
	if (program != NULL)
		return from_program(program, prompt, secret);
	if (has_terminal())
		return from_terminal(prompt, secret);
	if (value_of("WAYLAND_DISPLAY") != NULL || value_of("DISPLAY") != NULL)
		return from_window(prompt, why, secret);
	return nobody();
}

int
ask_secret(const struct ask *ask, const char *prompt, const char *why, struct jpki_secret **secret)
{
	int status;

	*secret = jpki_secret_new(ROOM);
	if (*secret == NULL)
		out_of_memory();
	status = from_somewhere(ask, prompt, why, *secret);
	if (status != STATUS_DONE)
		jpki_secret_free(secret);
	return status;
}
