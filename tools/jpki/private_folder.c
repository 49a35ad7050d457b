/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "exit_status.h"
#include "message.h"
#include "private_folder.h"
#include "text.h"

#define NAME "jpki-pdf-"

/* How often one is made anew that another program takes for left behind before it is locked. */
#define TRIES 10

/* ---------------------------------------------------------------- where */

/* Room that is left for others in a folder that is in memory. */
#define SPARE (16u << 20)

static bool
has_room(const char *path, uint64_t size)
{
	struct statvfs info;

	return statvfs(path, &info) == 0 && (uint64_t)info.f_bavail * info.f_frsize >= size + SPARE;
}

/* One of our own, as the XDG Base Directory Specification wants it. */
static bool
is_own(int folder)
{
	struct stat info;

	return fstat(folder, &info) == 0 && info.st_uid == geteuid() &&
	       (info.st_mode & 07777) == 0700;
}

static int
open_folder(int at, const char *name)
{
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool
is_own_path(const char *path)
{
	int folder = open_folder(AT_FDCWD, path);
	bool is = folder != -1 && is_own(folder);

	if (folder != -1)
		(void)close(folder);
	return is;
}

/* A folder that the environment names; NULL. */
static const char *
named(const char *variable)
{
	const char *path = getenv(variable);

	return path != NULL && path[0] == '/' ? path : NULL;
}

static const char *
base_for(uint64_t size)
{
	const char *base = named("TMPDIR");

	if (base != NULL)
		return base;
	base = named("XDG_RUNTIME_DIR");
	return base != NULL && is_own_path(base) && has_room(base, size) ? base : "/tmp";
}

/* ---------------------------------------------------------------- remove */

static void
remove_files(int folder)
{
	DIR *list = fdopendir(dup(folder));
	const struct dirent *entry;

	while (list != NULL && (entry = readdir(list)) != NULL)
		(void)unlinkat(folder, entry->d_name, 0);
	if (list != NULL)
		(void)closedir(list);
}

static void
remove_folder(int at, const char *name)
{
	int folder = open_folder(at, name);

	if (folder == -1)
		return;
	remove_files(folder);
	(void)close(folder);
	(void)unlinkat(at, name, AT_REMOVEDIR);
}

/* Folders in it have only files: NSS's database is made in one. */
static void
empty(int folder)
{
	DIR *list;
	const struct dirent *entry;

	remove_files(folder);
	list = fdopendir(dup(folder));
	if (list == NULL)
		return;
	rewinddir(list);
	while ((entry = readdir(list)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			remove_folder(folder, entry->d_name);
	(void)closedir(list);
}

/* The lock of one that lives is its own. */
static void
remove_left(int base, const char *name)
{
	int folder = open_folder(base, name);

	if (folder == -1)
		return;
	if (is_own(folder) && flock(folder, LOCK_EX | LOCK_NB) == 0) {
		empty(folder);
		(void)unlinkat(base, name, AT_REMOVEDIR);
	}
	(void)close(folder);
}

static void
remove_all_left(const char *base)
{
	DIR *list = opendir(base);
	const struct dirent *entry;

	while (list != NULL && (entry = readdir(list)) != NULL)
		if (strncmp(entry->d_name, NAME, strlen(NAME)) == 0)
			remove_left(dirfd(list), entry->d_name);
	if (list != NULL)
		(void)closedir(list);
}

static void
tidy(void)
{
	const char *const bases[] = {named("TMPDIR"), named("XDG_RUNTIME_DIR"), "/tmp"};

	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		if (bases[i] != NULL)
			remove_all_left(bases[i]);
}

void
private_folder_remove(struct private_folder *folder)
{
	if (folder->path == NULL)
		return;
	empty(folder->lock);
	(void)rmdir(folder->path);
	(void)close(folder->lock);
	text_free(&folder->path);
}

/* ---------------------------------------------------------------- make */

/* Whether it is locked and still there. */
static bool
lock(struct private_folder *folder)
{
	struct stat here, there;

	folder->lock = open_folder(AT_FDCWD, folder->path);
	if (folder->lock == -1)
		return false;
	if (flock(folder->lock, LOCK_EX | LOCK_NB) == 0 && fstat(folder->lock, &here) == 0 &&
	    lstat(folder->path, &there) == 0 && here.st_dev == there.st_dev &&
	    here.st_ino == there.st_ino)
		return true;
	(void)close(folder->lock);
	return false;
}

static int
cannot_write(const char *path)
{
	complain(_("cannot write %s: %s"), path, strerror(errno));
	return STATUS_FAILED;
}

int
private_folder_check(uint64_t size)
{
	const char *base = base_for(size);

	if (access(base, W_OK | X_OK) != 0)
		return cannot_write(base);
	if (has_room(base, size))
		return STATUS_DONE;
	errno = ENOSPC;
	return cannot_write(base);
}

int
private_folder_make(struct private_folder *folder, uint64_t size)
{
	const char *base = base_for(size);

	tidy();
	for (int i = 0; i < TRIES; i++) {
		folder->path = text_format("%s/" NAME "XXXXXX", base);
		if (mkdtemp(folder->path) == NULL)
			break;
		if (lock(folder))
			return STATUS_DONE;
		text_free(&folder->path);
		errno = EAGAIN;
	}
	(void)cannot_write(folder->path != NULL ? folder->path : base);
	text_free(&folder->path);
	return STATUS_FAILED;
}
