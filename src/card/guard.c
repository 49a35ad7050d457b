/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/guard.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "card/guard_protocol.h"

#define NAME "jpki-guard"
#define PATH_SIZE 1024
/* Above the descriptors that the guard gets them under. */
#define DESCRIPTOR_MIN 16

/* Beside the shared object that this code is in: as safe a place as that is. */
static bool
beside_us(char path[PATH_SIZE])
{
	static const char here;
	const char *slash;
	Dl_info info;
	int length;

	if (dladdr(&here, &info) == 0 || info.dli_fname == NULL)
		return false;
	slash = strrchr(info.dli_fname, '/');
	length = snprintf(path, PATH_SIZE, "%.*s" NAME,
	    slash != NULL ? (int)(slash - info.dli_fname) + 1 : 0, info.dli_fname);
	return length > 0 && length < PATH_SIZE && access(path, X_OK) == 0;
}

static int
move_up(int file)
{
	int higher = fcntl(file, F_DUPFD_CLOEXEC, DESCRIPTOR_MIN);

	(void)close(file);
	return higher;
}

/* It has nothing of the application: no files, no signal settings, no folder, no environment. */
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

/* What tells libpcsclite where the service is. */
static const char *
service_variable(char variable[PATH_SIZE])
{
	const char *socket = secure_getenv("PCSCLITE_CSOCK_NAME");
	int length =
	    socket != NULL ? snprintf(variable, PATH_SIZE, "PCSCLITE_CSOCK_NAME=%s", socket) : 0;

	return length > 0 && length < PATH_SIZE ? variable : NULL;
}

static int
spawn(const char *path, const char *reader, int process, int channel)
{
	char name[] = NAME, variable[PATH_SIZE], reader_copy[GUARD_READER_SIZE];
	char *arguments[] = {name, reader_copy, NULL};
	char *environment[] = {service_variable(variable) != NULL ? variable : NULL, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	pid_t pid = -1;
	int error;

	snprintf(reader_copy, sizeof(reader_copy), "%s", reader);
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
	/* It leaves the rest to a child of its own, so that the application has none of ours. */
	while (error == 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return error;
}

static int
start(const char *path, const char *reader, int *channel)
{
	int ends[2], process, error = ENOMEM;

	*channel = -1;
	process = move_up((int)syscall(SYS_pidfd_open, getpid(), 0));
	if (process < 0)
		return errno;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
		ends[1] = move_up(ends[1]);
		if (ends[1] >= 0) {
			error = spawn(path, reader, process, ends[1]);
			(void)close(ends[1]);
		}
		if (error == 0)
			*channel = ends[0];
		else
			(void)close(ends[0]);
	}
	(void)close(process);
	return error;
}

struct descriptor
guard_start(const char *reader)
{
	char path[PATH_SIZE];
	int saved = errno, channel, error;

	if (!beside_us(path))
		snprintf(path, sizeof(path), "%s", JPKI_LIBEXECDIR "/" NAME);
	error = start(path, reader, &channel);
	if (error != 0)
		log_line(LOG_INFO, "%s: %s; if this program is killed, the card stays unlocked",
		    path, strerror(error));
	errno = saved;
	return descriptor_keep(channel);
}

void
guard_stop(struct descriptor *channel)
{
	static const char word = GUARD_STAND_DOWN;
	int saved = errno;

	if (descriptor_is_ours(channel))
		(void)send(channel->number, &word, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	descriptor_close(channel);
	errno = saved;
}
