/* SPDX-License-Identifier: BSD-2-Clause */
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heirs.h"
#include "text.h"

#define GUARD "jpki-guard"

/* How long a process may take to close its window, in ms. */
#define END_MS 300

/* A process that is ended may leave children behind, which are ended next; so often at most. */
#define GENERATIONS 8

void
heirs_take(void)
{
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void
heirs_reap(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* If that cannot be found out, it counts as a guard, which may be about to lock the card. */
static bool
is_guard(pid_t id)
{
	char *path = text_format("/proc/%d/comm", (int)id), name[sizeof(GUARD) + 1] = "";
	FILE *file = fopen(path, "re");
	bool is = file == NULL || fgets(name, sizeof(name), file) == NULL ||
		  strcmp(name, GUARD "\n") == 0;

	text_free(&path);
	if (file != NULL)
		(void)fclose(file);
	return is;
}

/* End a child. Its process number is not reused before it is reaped. */
static void
end(pid_t id)
{
	struct pollfd process = {.fd = pidfd_open(id, 0), .events = POLLIN};

	(void)kill(id, SIGTERM);
	(void)kill(id, SIGCONT);
	if (process.fd != -1) {
		(void)poll(&process, 1, END_MS);
		(void)close(process.fd);
	}
	(void)kill(id, SIGKILL);
	(void)waitpid(id, NULL, 0);
}

static size_t
end_children(void)
{
	char *path = text_format("/proc/self/task/%d/children", (int)getpid()), *word = NULL;
	FILE *children = fopen(path, "re");
	size_t room = 0, ended = 0;

	text_free(&path);
	while (children != NULL && getdelim(&word, &room, ' ', children) > 0) {
		pid_t id = (pid_t)strtol(word, NULL, 10);

		if (id <= 0 || is_guard(id))
			continue;
		end(id);
		ended++;
	}
	free(word);
	if (children != NULL)
		(void)fclose(children);
	return ended;
}

void
heirs_end(void)
{
	for (int i = 0; i < GENERATIONS && end_children() > 0; i++)
		;
}
