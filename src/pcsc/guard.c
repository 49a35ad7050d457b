/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jpki/transport.h>

#include "base/log.h"
#include "pcsc/guard_protocol.h"

#define NAME "jpki-guard"
#define PATH_SIZE 1024
/*
 * Lowest number for our descriptors: above standard input, output and error, and above the numbers
 * that they get in the guard.
 */
#define DESCRIPTOR_MIN (GUARD_CHANNEL + 1)

/*
 * The path at the end of a line of /proc/self/maps, if the line's range contains `address`; else
 * NULL.
 */
static const char *
path_if_mapped(const char *line, uintptr_t address)
{
	char *next;

	if (strtoull(line, &next, 16) > address || *next != '-')
		return NULL;
	if (strtoull(next + 1, &next, 16) <= address)
		return NULL;
	return strchr(next, '/');
}

/*
 * Look for the guard beside the shared object that contains this code, a place that is trusted
 * already. /proc/self/maps has the full path; the dynamic linker has only the name by which the
 * object was loaded, which may be relative to another folder.
 */
static bool
beside_us(char path[PATH_SIZE])
{
	static const char here;
	const char *ours = NULL;
	char *line = NULL;
	size_t size = 0;
	int length = 0;
	FILE *maps;

	maps = fopen("/proc/self/maps", "re");
	if (maps == NULL)
		return false;
	while (ours == NULL && getline(&line, &size, maps) > 0)
		ours = path_if_mapped(line, (uintptr_t)&here);
	if (ours != NULL)
		length = snprintf(
		    path, PATH_SIZE, "%.*s" NAME, (int)(strrchr(ours, '/') - ours) + 1, ours);
	free(line);
	(void)fclose(maps);
	return length > 0 && length < PATH_SIZE && access(path, X_OK) == 0;
}

static int
move_up(int file)
{
	int higher;

	if (file < 0)
		return file;
	higher = fcntl(file, F_DUPFD_CLOEXEC, DESCRIPTOR_MIN);
	(void)close(file);
	return higher;
}

/*
 * The guard inherits nothing of the application: no files, no signal settings, no folder, no
 * environment.
 */
static int
set_up(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, int process, int channel)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	return posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDWR, 0) |
	       posix_spawn_file_actions_adddup2(actions, 0, 1) |
	       posix_spawn_file_actions_adddup2(actions, 0, 2) |
	       posix_spawn_file_actions_adddup2(actions, process, GUARD_PROCESS) |
	       posix_spawn_file_actions_adddup2(actions, channel, GUARD_CHANNEL) |
	       posix_spawn_file_actions_addclosefrom_np(actions, GUARD_CHANNEL + 1) |
	       posix_spawn_file_actions_addchdir_np(actions, "/") |
	       posix_spawnattr_setsigmask(attributes, &none) |
	       posix_spawnattr_setsigdefault(attributes, &all) |
	       posix_spawnattr_setflags(
		   attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
}

/* The environment variable that tells libpcsclite where the service is, or NULL. */
static const char *
service_variable(char variable[PATH_SIZE])
{
	const char *socket = secure_getenv("PCSCLITE_CSOCK_NAME");
	int length =
	    socket != NULL ? snprintf(variable, PATH_SIZE, "PCSCLITE_CSOCK_NAME=%s", socket) : 0;

	return length > 0 && length < PATH_SIZE ? variable : NULL;
}

/*
 * Wait for the program that was started: it leaves the work to a child, so that the application has
 * no child of ours, and its exit status says whether that worked. If the application has collected
 * the status first, that is taken for success.
 */
static int
reap(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : ECHILD;
}

struct task {
	const char *reader, *share;
	uint32_t events;
};

static int
spawn(const char *path, const struct task *task, int process, int channel)
{
	char name[] = NAME, variable[PATH_SIZE], reader[JPKI_READER_NAME_SIZE], share[PATH_MAX];
	char events[12];
	char *arguments[] = {name, reader, events, share, NULL};
	char *environment[] = {service_variable(variable) != NULL ? variable : NULL, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	pid_t pid = -1;
	int error;

	snprintf(reader, sizeof(reader), "%s", task->reader);
	snprintf(events, sizeof(events), "%" PRIu32, task->events);
	snprintf(share, sizeof(share), "%s", task->share != NULL ? task->share : "");
	error = posix_spawn_file_actions_init(&actions);
	if (error != 0)
		return error;
	error = posix_spawnattr_init(&attributes);
	if (error == 0) {
		error = set_up(&actions, &attributes, process, channel);
		if (error == 0)
			error =
			    posix_spawn(&pid, path, &actions, &attributes, arguments, environment);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return error != 0 ? error : reap(pid);
}

static int
start(const char *path, const struct task *task, int *channel)
{
	int ends[2], process, error = ENOMEM;

	*channel = -1;
	process = move_up((int)syscall(SYS_pidfd_open, getpid(), 0));
	if (process < 0)
		return errno;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
		ends[0] = move_up(ends[0]);
		ends[1] = move_up(ends[1]);
		if (ends[0] >= 0 && ends[1] >= 0)
			error = spawn(path, task, process, ends[1]);
		(void)close(ends[1]);
		if (error == 0)
			*channel = ends[0];
		else
			(void)close(ends[0]);
	}
	(void)close(process);
	return error;
}

/* Log it once: the next login will fail in the same way. */
static void
complain(const char *path, int error)
{
	static atomic_bool told;

	if (!atomic_exchange(&told, true))
		log_line(LOG_ERROR,
		    "%s: %s; if this program is killed, the card may stay unlocked for some time",
		    path, strerror(error));
}

struct descriptor
guard_start(const char *reader, uint32_t events, const char *share)
{
	const struct task task = {reader, share, events};
	static const char installed[] = JPKI_LIBEXECDIR "/" NAME;
	int saved = errno, channel = -1, error = ENOENT;
	char path[PATH_SIZE];

	if (beside_us(path))
		error = start(path, &task, &channel);
	if (error != 0)
		error = start(installed, &task, &channel);
	if (error != 0)
		complain(installed, error);
	errno = saved;
	return descriptor_keep(channel);
}

static void
say(const struct descriptor *channel, const void *words, size_t length)
{
	int saved = errno;

	if (descriptor_is_ours(channel))
		(void)send(channel->number, words, length, MSG_NOSIGNAL | MSG_DONTWAIT);
	errno = saved;
}

void
guard_heed(const struct descriptor *channel, bool others)
{
	const char word = others ? GUARD_HEED : GUARD_ALONE;

	say(channel, &word, sizeof(word));
}

void
guard_until(const struct descriptor *channel, uint64_t moment)
{
	char words[1 + sizeof(moment)] = {GUARD_UNTIL};

	memcpy(words + 1, &moment, sizeof(moment));
	say(channel, words, sizeof(words));
}

bool
guard_has_locked(const struct descriptor *channel)
{
	int saved = errno;
	char word = '\0';

	if (descriptor_is_ours(channel))
		(void)recv(channel->number, &word, 1, MSG_DONTWAIT);
	errno = saved;
	return word == GUARD_LOCKED;
}

void
guard_stop(struct descriptor *channel, bool locked)
{
	const char word = GUARD_STAND_DOWN;
	int saved = errno;

	if (locked)
		say(channel, &word, sizeof(word));
	descriptor_close(channel);
	errno = saved;
}
