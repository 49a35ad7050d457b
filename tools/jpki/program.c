/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "columns.h"
#include "message.h"
#include "program.h"
#include "text.h"

/* What is told of what it said. */
#define SAID 400

static bool
is_in(const char *folder, size_t length, const char *name)
{
	char *path = text_format("%.*s/%s", (int)length, folder, name);
	bool is = access(path, X_OK) == 0;

	text_free(&path);
	return is;
}

bool
program_is_there(const char *name)
{
	const char *path = getenv("PATH");
	bool is = false;

	while (path != NULL && *path != '\0' && !is) {
		size_t length = strcspn(path, ":");

		is = length > 0 && is_in(path, length, name);
		path += length + (path[length] == ':');
	}
	return is;
}

static int
start(char *const *argv, const char *log, const sigset_t *mask, pid_t *child)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error;

	if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawnattr_init(&attributes) != 0)
		out_of_memory();
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(
	    &actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
	posix_spawnattr_setsigmask(&attributes, mask);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	error = posix_spawnp(child, argv[0], &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
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

bool
program_run(char *const *argv, const char *log, const sigset_t *mask)
{
	pid_t child;
	int status = 0, error = start(argv, log, mask, &child);

	if (error != 0) {
		complain(_("cannot run %s: %s"), argv[0], strerror(error));
		return false;
	}
	while (waitpid(child, &status, 0) == -1 && errno == EINTR)
		;
	if (status != 0)
		tell_what_it_said(argv[0], log);
	return status == 0;
}
