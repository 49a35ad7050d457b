/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "columns.h"
#include "ending.h"
#include "file.h"
#include "message.h"
#include "program.h"
#include "text.h"

/* Bytes of the program's output that are shown. */
#define SAID 400

/* The path of the program in a folder of PATH; the caller frees it. NULL if it cannot be run. */
static char *
find_in(const char *folder, size_t length, const char *name)
{
	char *path = text_format("%.*s/%s", (int)length, folder, name);

	if (access(path, X_OK) != 0 || is_folder(path))
		text_free(&path);
	return path;
}

char *
program_find(const char *name)
{
	const char *path = getenv("PATH");
	char *found = NULL;

	if (strchr(name, '/') != NULL)
		return text_copy(name, strlen(name));
	while (path != NULL && *path != '\0' && found == NULL) {
		size_t length = strcspn(path, ":");

		if (path[0] == '/')
			found = find_in(path, length, name);
		path += length + (path[length] == ':');
	}
	return found;
}

bool
program_is_there(const char *name)
{
	char *path = program_find(name);
	bool is = path != NULL;

	text_free(&path);
	return is;
}

/* ---------------------------------------------------------------- start */

static void
save_terminal(struct program *program)
{
	int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	program->has_terminal = terminal != -1 && tcgetattr(terminal, &program->terminal) == 0;
	if (terminal != -1)
		(void)close(terminal);
}

static void
hold(struct program *program)
{
	sigset_t signals;

	ending_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, &program->before);
	program->ending = signalfd(-1, &signals, SFD_CLOEXEC);
}

void
program_let_go(struct program *program)
{
	if (program->ending != -1)
		(void)close(program->ending);
	sigprocmask(SIG_SETMASK, &program->before, NULL);
}

static int
spawn(struct program *program, char *const *argv, const posix_spawn_file_actions_t *files)
{
	static const short flags[] = {
	    [PROGRAM_APART] = POSIX_SPAWN_SETPGROUP,
	    [PROGRAM_HERE] = 0,
	    [PROGRAM_ALONE] = POSIX_SPAWN_SETSID,
	};
	char *path = program_find(argv[0]);
	posix_spawnattr_t attributes;
	sigset_t none;
	int error = ENOENT;

	sigemptyset(&none);
	if (posix_spawnattr_init(&attributes) != 0)
		out_of_memory();
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(
	    &attributes, (short)(POSIX_SPAWN_SETSIGMASK | flags[program->place]));
	if (path != NULL)
		error = posix_spawn(&program->id, path, files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	text_free(&path);
	return error;
}

int
program_start(struct program *program, char *const *argv, const posix_spawn_file_actions_t *files,
    enum program_place place)
{
	int error;

	*program = (struct program){.place = place};
	if (place == PROGRAM_HERE)
		save_terminal(program);
	hold(program);
	error = spawn(program, argv, files);
	if (error != 0)
		program_let_go(program);
	return error;
}

/* ---------------------------------------------------------------- wait */

static long long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* poll(2) of two descriptors, repeated after interruptions. */
static int
poll_both(struct pollfd files[2], int ms)
{
	long long end = now_ms() + ms;
	int left = ms, count;

	while ((count = poll(files, 2, left)) == -1 && errno == EINTR)
		if (ms >= 0)
			left = end > now_ms() ? (int)(end - now_ms()) : 0;
	return count;
}

bool
program_can_read(const struct program *program, int file, int ms)
{
	struct pollfd files[] = {
	    {.fd = file, .events = POLLIN}, {.fd = program->ending, .events = POLLIN}};

	return poll_both(files, ms) > 0 && files[1].revents == 0;
}

/* Wait for the process. Without a descriptor for it (there are no more), wait without a time
 * limit. */
static enum program_end
await(const struct program *program, int process, int seconds)
{
	struct pollfd files[] = {
	    {.fd = process, .events = POLLIN}, {.fd = program->ending, .events = POLLIN}};
	int count = process != -1 ? poll_both(files, seconds > 0 ? seconds * 1000 : -1) : -1;

	if (count == 0)
		return PROGRAM_STUCK;
	return count > 0 && files[1].revents != 0 ? PROGRAM_ENDED : PROGRAM_DONE;
}

/* ---------------------------------------------------------------- end */

/* How long a process may take to end after SIGTERM, in ms. */
#define GRACE_MS 300

/* A process and its children, as far as the system reports them, by descriptors: a process number
 * could be reused after the process has ended. */
#define FAMILY 32
struct family {
	pid_t id[FAMILY];
	int member[FAMILY];
	size_t count;
};

static void
family_add(struct family *family, pid_t id)
{
	int process = family->count < FAMILY ? pidfd_open(id, 0) : -1;

	if (process == -1)
		return;
	family->id[family->count] = id;
	family->member[family->count++] = process;
}

static void
family_add_children(struct family *family, pid_t id)
{
	char *path = text_format("/proc/%d/task/%d/children", (int)id, (int)id), *word = NULL;
	FILE *children = fopen(path, "re");
	size_t room = 0;

	text_free(&path);
	while (children != NULL && getdelim(&word, &room, ' ', children) > 0)
		family_add(family, (pid_t)strtol(word, NULL, 10));
	free(word);
	if (children != NULL)
		(void)fclose(children);
}

static void
family_find(struct family *family, pid_t id)
{
	family_add(family, id);
	for (size_t i = 0; i < family->count; i++)
		family_add_children(family, family->id[i]);
}

static void
tell_all(const struct program *program, const struct family *family, int signal)
{
	if (program->place != PROGRAM_HERE)
		(void)kill(-program->id, signal);
	for (size_t i = 0; i < family->count; i++)
		(void)pidfd_send_signal(family->member[i], signal, NULL, 0);
}

/* Restore the modes of the terminal. In the background SIGTTOU would stop us, so it is blocked. */
static void
restore_terminal(const struct program *program)
{
	int terminal = program->has_terminal ? open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
	sigset_t output, before;

	if (terminal == -1)
		return;
	sigemptyset(&output);
	sigaddset(&output, SIGTTOU);
	sigprocmask(SIG_BLOCK, &output, &before);
	(void)tcsetattr(terminal, TCSANOW, &program->terminal);
	sigprocmask(SIG_SETMASK, &before, NULL);
	(void)close(terminal);
}

static void
end_all(const struct program *program)
{
	struct family family = {0};
	struct pollfd leader;

	family_find(&family, program->id);
	tell_all(program, &family, SIGTERM);
	tell_all(program, &family, SIGCONT);
	leader = (struct pollfd){.fd = family.count > 0 ? family.member[0] : -1, .events = POLLIN};
	(void)poll(&leader, 1, GRACE_MS);
	tell_all(program, &family, SIGKILL);
	for (size_t i = 0; i < family.count; i++)
		(void)close(family.member[i]);
	restore_terminal(program);
}

/* Reap the process. Until then its number, and that of its group, is not reused. */
static int
reap(struct program *program)
{
	int status = -1;

	while (waitpid(program->id, &status, 0) == -1 && errno == EINTR)
		;
	program_let_go(program);
	return status;
}

enum program_end
program_wait(struct program *program, int seconds)
{
	int process = pidfd_open(program->id, 0);
	enum program_end end = await(program, process, seconds);

	if (process != -1)
		(void)close(process);
	if (end != PROGRAM_DONE)
		end_all(program);
	return reap(program) == 0 || end != PROGRAM_DONE ? end : PROGRAM_FAILED;
}

void
program_stop(struct program *program)
{
	end_all(program);
	(void)reap(program);
}

/* ---------------------------------------------------------------- run */

static int
start(struct program *program, char *const *argv, const char *log)
{
	posix_spawn_file_actions_t actions;
	int error;

	if (posix_spawn_file_actions_init(&actions) != 0)
		out_of_memory();
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(
	    &actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
	error = program_start(program, argv, &actions, PROGRAM_APART);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

static void
tell_what_it_said(const char *name, const char *log)
{
	char said[SAID];
	FILE *file = fopen(log, "re");
	size_t length = file != NULL ? fread(said, 1, sizeof(said), file) : 0;
	char *clean;

	while (length > 0 && said[length - 1] == '\n')
		length--;
	clean = columns_clean(said, length);
	if (file != NULL)
		fclose(file);
	complain(_("%s could not do its part:"), name);
	columns_text(stderr, 0, length > 0 ? clean : _("it has said nothing"));
	text_free(&clean);
}

enum program_end
program_run(char *const *argv, const char *log, int seconds)
{
	struct program program;
	int error = start(&program, argv, log);
	enum program_end end;

	if (error != 0) {
		complain(_("cannot run %s: %s"), argv[0], strerror(error));
		return PROGRAM_FAILED;
	}
	end = program_wait(&program, seconds);
	if (end == PROGRAM_FAILED)
		tell_what_it_said(argv[0], log);
	else if (end == PROGRAM_STUCK)
		complain(ngettext("%s had not ended after %d second, and was stopped.",
			     "%s had not ended after %d seconds, and was stopped.",
			     (unsigned long)seconds),
		    argv[0], seconds);
	return end;
}

enum program_end
program_run_silently(char *const *argv, int seconds)
{
	struct program program;

	return start(&program, argv, "/dev/null") == 0 ? program_wait(&program, seconds)
						       : PROGRAM_FAILED;
}
