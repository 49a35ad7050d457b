/* SPDX-License-Identifier: BSD-2-Clause */
/* This process uses neither card nor PIN. It reads frames and checks them (request.h); what is to
 * be done runs in another process (run.h), which ends when the browser does. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "answer.h"
#include "ending.h"
#include "exit_status.h"
#include "message.h"
#include "native_message.h"
#include "run.h"
#include "supervise.h"

struct supervise {
	enum caller caller;
	int in, out, ending;
	sigset_t before; /* the signal mask from before */
	struct message_input input;
	struct run run;
	int status; /* exit status */
};

/* ---------------------------------------------------------------- signals */

/* Block the signals that ask this process to end, until the other process has ended. A pipe that
 * nobody reads becomes an error of write(2). */
static void
hold_signals(struct supervise *all)
{
	sigset_t ends, held;

	ending_signals(&ends);
	held = ends;
	sigaddset(&held, SIGPIPE);
	(void)sigprocmask(SIG_BLOCK, &held, &all->before);
	all->ending = signalfd(-1, &ends, SFD_CLOEXEC);
}

/* A signal that is pending ends this process here. */
static void
release_signals(struct supervise *all)
{
	sigset_t ends;

	ending_signals(&ends);
	(void)close(all->ending);
	(void)sigprocmask(SIG_UNBLOCK, &ends, NULL);
}

/* ---------------------------------------------------------------- answers */

static bool
send_text(struct supervise *all, const char *text, size_t length)
{
	return message_write(all->out, all->ending, text, length);
}

static bool
refuse(struct supervise *all, const char *mode, enum word word)
{
	json_t *answer = answer_refused(mode, word);
	size_t length;
	char *text = answer_text(answer, &length);
	bool sent = send_text(all, text, length);

	json_decref(answer);
	free(text);
	return sent;
}

static bool
answer_of_run(struct supervise *all)
{
	size_t length;
	int status;
	char *text;
	bool sent;

	if (run_goes_on(&all->run))
		return true;
	text = run_finish(&all->run, &length, &status);
	sent = send_text(all, text, length);
	explicit_bzero(text, length);
	free(text);
	return sent;
}

/* ---------------------------------------------------------------- messages */

/* False if this process should end. */
static bool
do_request(struct supervise *all, const struct request *request, enum word word)
{
	if (word == WORD_DONE && request->kind == REQUEST_END)
		return false;
	if (word == WORD_DONE && all->run.id != 0)
		word = WORD_BUSY;
	if (word == WORD_DONE && !run_start(&all->run, request, RUN_APART, &all->before))
		word = WORD_INTERNAL;
	return word == WORD_DONE || refuse(all, request->mode, word);
}

static bool
do_message(struct supervise *all)
{
	struct request request;
	enum word word = request_read(all->caller, all->input.text, all->input.length, &request);
	bool well = do_request(all, &request, word);

	request_free(&request);
	message_next(&all->input);
	return well;
}

/* End after an invalid frame: the beginning of the next one cannot be found. */
static bool
give_up(struct supervise *all)
{
	all->status = STATUS_FAILED;
	(void)refuse(all, "", WORD_NOT_UNDERSTOOD);
	return false;
}

static bool
take_bytes(struct supervise *all, const uint8_t *bytes, size_t count)
{
	while (count > 0) {
		size_t taken;
		enum message_state state = message_take(&all->input, bytes, count, &taken);

		if (state == MESSAGE_LONG) {
			complain("%s", _("a message is too long: is this what a browser sends?"));
			return give_up(all);
		}
		if (state == MESSAGE_WHOLE && !do_message(all))
			return false;
		bytes += taken;
		count -= taken;
	}
	return true;
}

static bool
read_some(struct supervise *all)
{
	uint8_t bytes[16384];
	ssize_t count = read(all->in, bytes, sizeof(bytes));
	bool well;

	if (count == -1 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (count > 0) {
		well = take_bytes(all, bytes, (size_t)count);
		explicit_bzero(bytes, (size_t)count);
		return well;
	}
	if (!message_is_begun(&all->input))
		return false;
	complain("%s", _("a message has ended in its middle"));
	return give_up(all);
}

/* ---------------------------------------------------------------- all of it */

static bool
wait_and_do(struct supervise *all)
{
	struct pollfd files[] = {{.fd = all->ending, .events = POLLIN},
	    {.fd = all->run.id != 0 ? all->run.answer : -1, .events = POLLIN},
	    {.fd = all->in, .events = POLLIN}};

	if (poll(files, 3, -1) == -1)
		return errno == EINTR;
	if (files[0].revents != 0)
		return false;
	if (files[1].revents != 0 && !answer_of_run(all))
		return false;
	return files[2].revents == 0 || read_some(all);
}

/* Move standard input and output to other descriptors, so that only frames can be written to the
 * browser. */
static bool
take_streams(struct supervise *all)
{
	int none = open("/dev/null", O_RDWR | O_CLOEXEC);

	all->in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	all->out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (none == -1 || all->in == -1 || all->out == -1)
		return false;
	return dup2(none, STDIN_FILENO) != -1 && dup2(none, STDOUT_FILENO) != -1 &&
	       close(none) == 0;
}

int
supervise(enum caller caller)
{
	struct supervise all = {.caller = caller, .status = STATUS_DONE};

	if (!take_streams(&all))
		return STATUS_FAILED;
	hold_signals(&all);
	while (wait_and_do(&all))
		;
	run_end(&all.run);
	message_next(&all.input);
	release_signals(&all);
	return all.status;
}

/* ---------------------------------------------------------------- one, from a terminal */

static int
print_refused(const char *mode, enum word word)
{
	json_t *answer = answer_refused(mode, word);
	size_t length;
	char *text = answer_text(answer, &length);

	json_decref(answer);
	(void)puts(text);
	free(text);
	return word_status(word);
}

static int
print_answer(struct run *run)
{
	size_t length;
	int status;
	char *text = run_finish(run, &length, &status);

	(void)puts(text);
	explicit_bzero(text, length);
	free(text);
	return status;
}

static int
wait_for_one(struct supervise *all)
{
	struct pollfd files[] = {
	    {.fd = all->ending, .events = POLLIN}, {.fd = all->run.answer, .events = POLLIN}};

	do
		while (poll(files, 2, -1) == -1 && errno == EINTR)
			;
	while (files[0].revents == 0 && run_goes_on(&all->run));
	if (files[0].revents == 0)
		return print_answer(&all->run);
	run_end(&all->run);
	return STATUS_FAILED;
}

static int
run_one(const struct request *request)
{
	struct supervise all = {0};
	int status = STATUS_FAILED;

	hold_signals(&all);
	if (run_start(&all.run, request, RUN_HERE, &all.before))
		status = wait_for_one(&all);
	else
		status = print_refused(request->mode, WORD_INTERNAL);
	release_signals(&all);
	return status;
}

int
supervise_one(const char *origin, const char *message)
{
	struct request request;
	enum word word = request_read_of(origin, message, strlen(message), &request);
	int status = STATUS_DONE;

	if (word != WORD_DONE)
		status = print_refused(request.mode, word);
	else if (request.kind != REQUEST_END) /* there is no request to end */
		status = run_one(&request);
	request_free(&request);
	return status;
}
