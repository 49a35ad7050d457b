/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "text.h"
#include "window_lock.h"

#define NAME "portal-window"

/* Open a folder of this user in which nobody else has the rights `others`; -1 if it is not one. */
static int
open_own_folder(const char *path, mode_t others)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat info;

	if (folder == -1)
		return -1;
	if (fstat(folder, &info) == 0 && info.st_uid == geteuid() && (info.st_mode & others) == 0)
		return folder;
	(void)close(folder);
	return -1;
}

static int
make_own_folder(const char *path)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST ? open_own_folder(path, S_IRWXG | S_IRWXO)
							 : -1;
}

/* The folder depends on the user only, not on the environment, which may differ between two
 * browsers. */
static int
open_folder(void)
{
	char *run = text_format("/run/user/%lu", (unsigned long)geteuid());
	char *within = text_format("%s/jpki", run);
	char *spare = text_format("/tmp/jpki-%lu", (unsigned long)geteuid());
	int above = open_own_folder(run, S_IWGRP | S_IWOTH), folder = -1;

	if (above != -1) {
		(void)close(above);
		folder = make_own_folder(within);
	}
	if (folder == -1)
		folder = make_own_folder(spare);
	text_free(&run);
	text_free(&within);
	text_free(&spare);
	return folder;
}

enum word
window_lock_take(int *lock)
{
	int folder = open_folder();

	*lock = -1;
	if (folder != -1) {
		*lock = openat(
		    folder, NAME, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
		(void)close(folder);
	}
	if (*lock == -1) {
		complain("%s", _("There is no folder of one's own for what runs: neither below "
				 "/run/user nor below /tmp."));
		return WORD_INTERNAL;
	}
	if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
		return WORD_DONE;
	(void)close(*lock);
	*lock = -1;
	return WORD_BUSY;
}

void
window_lock_release(int lock)
{
	if (lock != -1)
		(void)close(lock);
}
