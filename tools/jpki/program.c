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
#include "file.h"
#include "message.h"
#include "program.h"
#include "text.h"

/* What is told of what it said. */
#define SAID 400

/* What a folder of PATH has of that name, to be freed; NULL if it cannot be run. */
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

int
program_start(pid_t *child, char *const *argv, const posix_spawn_file_actions_t *files,
    const posix_spawnattr_t *attributes)
{
	char *path = program_find(argv[0]);
	int error =
	    path != NULL ? posix_spawn(child, path, files, attributes, argv, environ) : ENOENT;

	text_free(&path);
	return error;
}

bool
program_wait(pid_t child)
{
	int status = -1;

	while (waitpid(child, &status, 0) == -1 && errno == EINTR)
		;
	return status == 0;
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
	error = program_start(child, argv, &actions, &attributes);
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
	int error = start(argv, log, mask, &child);

	if (error != 0) {
		complain(_("cannot run %s: %s"), argv[0], strerror(error));
		return false;
	}
	if (program_wait(child))
		return true;
	tell_what_it_said(argv[0], log);
	return false;
}
