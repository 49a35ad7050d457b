/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "answer.h"
#include "heirs.h"
#include "native_message.h"
#include "run.h"
#include "text.h"
#include "work.h"

/* The descriptor for the answer in the process of the request. */
#define ANSWER (STDERR_FILENO + 1)

#define TERMINAL "/dev/tty"

/* How long the process may take to close its window, in ms (program.c allows 300). While the card
 * is unlocked it ends at once. */
#define END_MS 1000

/* ---------------------------------------------------------------- the process itself */

/* The process keeps nothing of the browser but standard error. */
static void
keep_descriptors(int answer)
{
	int none = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (none == -1 || dup2(none, STDIN_FILENO) == -1 || dup2(none, STDOUT_FILENO) == -1)
		_exit(EXIT_FAILURE);
	if (answer != ANSWER && dup3(answer, ANSWER, O_CLOEXEC) == -1)
		_exit(EXIT_FAILURE);
	(void)close_range(ANSWER + 1, ~0u, 0);
}

/* Set the signals of the process. SIGTERM ends it, also when the parent is killed. It cannot be
 * stopped by Ctrl-Z, because then it could not lock the card. */
static void
keep_signals(pid_t parent, const sigset_t *signals)
{
	const struct sigaction by_default = {.sa_handler = SIG_DFL},
			       ignore = {.sa_handler = SIG_IGN};

	(void)sigaction(SIGTERM, &by_default, NULL);
	(void)sigaction(SIGALRM, &by_default, NULL);
	(void)sigaction(SIGTSTP, &ignore, NULL);
	(void)sigprocmask(SIG_SETMASK, signals, NULL);
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
		_exit(EXIT_FAILURE);
}

static void
write_answer(json_t *answer)
{
	size_t length, done = 0;
	char *text = answer_text(answer, &length);

	while (done < length) {
		ssize_t written = write(ANSWER, text + done, length - done);

		if (written < 0 && errno != EINTR)
			break;
		done += written > 0 ? (size_t)written : 0;
	}
	explicit_bzero(text, length);
	free(text);
}

static const char *
find_terminal(enum run_place place)
{
	int terminal = place == RUN_HERE ? open(TERMINAL, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;

	if (terminal == -1)
		return NULL;
	(void)close(terminal);
	return TERMINAL;
}

static _Noreturn void
be_child(const struct request *request, enum run_place place)
{
	enum word word;
	json_t *answer = work_do(request, find_terminal(place), &word);

	write_answer(answer);
	json_decref(answer);
	exit(word_status(word));
}

/* ---------------------------------------------------------------- from above */

bool
run_start(
    struct run *run, const struct request *request, enum run_place place, const sigset_t *signals)
{
	pid_t parent = getpid();
	int ends[2];

	*run = (struct run){0};
	heirs_take();
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	run->id = fork();
	if (run->id == 0) {
		if (place == RUN_APART)
			(void)setpgid(0, 0);
		keep_signals(parent, signals);
		keep_descriptors(ends[1]);
		be_child(request, place);
	}
	(void)close(ends[1]);
	run->answer = ends[0];
	memcpy(run->mode, request->mode, sizeof(run->mode));
	if (run->id != -1)
		return true;
	(void)close(ends[0]);
	run->id = 0;
	return false;
}

bool
run_goes_on(struct run *run)
{
	char bytes[4096];
	ssize_t count;

	do
		count = read(run->answer, bytes, sizeof(bytes));
	while (count == -1 && errno == EINTR);
	if (count <= 0)
		return false;
	if (run->length + (size_t)count <= MESSAGE_WRITE_MAX) {
		char *both = memory_new(run->length + (size_t)count + 1);

		if (run->text != NULL) {
			memcpy(both, run->text, run->length);
			explicit_bzero(run->text, run->length);
			free(run->text);
		}
		memcpy(both + run->length, bytes, (size_t)count);
		run->text = both;
		run->length += (size_t)count;
	}
	explicit_bzero(bytes, sizeof(bytes));
	return true;
}

static int
reap(struct run *run)
{
	int status = -1;

	while (waitpid(run->id, &status, 0) == -1 && errno == EINTR)
		;
	if (!WIFEXITED(status))
		heirs_end();
	heirs_reap();
	(void)close(run->answer);
	run->id = 0;
	return status;
}

static void
forget(struct run *run)
{
	if (run->text != NULL)
		explicit_bzero(run->text, run->length);
	free(run->text);
	*run = (struct run){0};
}

/* The answer for a process that ended without one. */
static char *
answer_for(const struct run *run, int ended, size_t *length, int *status)
{
	bool silent = WIFSIGNALED(ended) && WTERMSIG(ended) == SIGALRM;
	enum word word = silent ? WORD_NO_SERVICE : WORD_INTERNAL;
	json_t *answer = answer_refused(run->mode, word);
	char *text = answer_text(answer, length);

	json_decref(answer);
	*status = word_status(word);
	return text;
}

char *
run_finish(struct run *run, size_t *length, int *status)
{
	int ended = reap(run);
	char *text;

	if (!WIFEXITED(ended) || run->length == 0) {
		text = answer_for(run, ended, length, status);
		forget(run);
		return text;
	}
	text = run->text;
	*length = run->length;
	*status = WEXITSTATUS(ended);
	*run = (struct run){0};
	return text;
}

void
run_end(struct run *run)
{
	struct pollfd process = {.fd = -1, .events = POLLIN};

	if (run->id == 0)
		return;
	process.fd = pidfd_open(run->id, 0);
	(void)kill(run->id, SIGTERM);
	(void)kill(run->id, SIGCONT);
	(void)poll(&process, 1, END_MS);
	(void)kill(run->id, SIGKILL); /* its process number is not reused before it is reaped */
	if (process.fd != -1)
		(void)close(process.fd);
	(void)reap(run);
	forget(run);
}
