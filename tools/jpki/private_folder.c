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

/* Beginning of the name of the folder that nss_database_make() makes in it. */
#define DATABASE ".jpki-"

/* A file that is made in each folder after it is locked. A folder without it is not ours, whatever
 * its name. */
#define MARK ".jpki-private"

/* ---------------------------------------------------------------- where */

/* Bytes that are left free for others in a folder in memory. */
#define SPARE (16u << 20)

static bool
has_room(const char *path, uint64_t size)
{
	struct statvfs info;

	return statvfs(path, &info) == 0 && (uint64_t)info.f_bavail * info.f_frsize >= size + SPARE;
}

/* Is it a folder of this user, with the mode that the XDG Base Directory Specification requires? */
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

/* A folder that the environment names; otherwise NULL. */
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

/* ---------------------------------------------------------------- what is in it */

/* The files that jpki, and the programs that it runs, make in it. */
static const char *const files[] = {"bundle", "log", "signed.pdf", "mended.pdf", "pkcs11.txt",
    "cert9.db", "key4.db", "cert9.db-journal", "key4.db-journal", NULL};

static bool
is_file(const char *name)
{
	for (const char *const *file = files; *file != NULL; file++)
		if (strcmp(name, *file) == 0)
			return true;
	return false;
}

/* Is it a name that mkdtemp() makes from this beginning? */
static bool
is_made(const char *name, const char *beginning)
{
	size_t length = strlen(beginning);

	return strncmp(name, beginning, length) == 0 && strlen(name + length) == 6 &&
	       strspn(name + length, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789") == 6;
}

static bool
is_itself(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

typedef bool (*asker)(int folder, const char *name);

/* Whether `ask` is true for everything in a folder. */
static bool
is_all(int folder, asker ask)
{
	DIR *list = fdopendir(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	const struct dirent *entry;
	bool is = list != NULL;

	while (is && (entry = readdir(list)) != NULL)
		is = is_itself(entry->d_name) || ask(folder, entry->d_name);
	if (list != NULL)
		(void)closedir(list);
	return is;
}

static bool
is_known_file(int folder, const char *name)
{
	struct stat info;

	return is_file(name) && fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(info.st_mode);
}

/* Is it a file of ours, or the folder in which an NSS database is made? */
static bool
is_known(int folder, const char *name)
{
	int inner;
	bool is;

	if (strcmp(name, MARK) == 0 || is_known_file(folder, name))
		return true;
	inner = is_made(name, DATABASE) ? open_folder(folder, name) : -1;
	is = inner != -1 && is_own(inner) && is_all(inner, is_known_file);
	if (inner != -1)
		(void)close(inner);
	return is;
}

/* ---------------------------------------------------------------- remove */

static bool
remove_file(int folder, const char *name)
{
	return !is_file(name) || unlinkat(folder, name, 0) == 0;
}

static bool
remove_folder(int at, const char *name)
{
	int folder = open_folder(at, name);
	bool removed;

	if (folder == -1)
		return false;
	removed = is_all(folder, remove_file);
	(void)close(folder);
	return removed && unlinkat(at, name, AT_REMOVEDIR) == 0;
}

static bool
remove_one(int folder, const char *name)
{
	return is_made(name, DATABASE) ? remove_folder(folder, name) : remove_file(folder, name);
}

/* Empty the folder, the mark last: if this is interrupted, the next call removes the rest. */
static void
empty(int folder)
{
	if (is_all(folder, is_known) && is_all(folder, remove_one))
		(void)unlinkat(folder, MARK, 0);
}

/* Was the folder made by jpki? The name alone does not show that. */
static bool
is_marked(int folder)
{
	struct stat info;

	return is_own(folder) && fstatat(folder, MARK, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(info.st_mode) && info.st_uid == geteuid();
}

/* Remove a folder that was left behind. That of a running program is locked. */
static void
remove_left(int base, const char *name)
{
	int folder = open_folder(base, name);

	if (folder == -1)
		return;
	if (is_marked(folder) && flock(folder, LOCK_EX | LOCK_NB) == 0) {
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
		if (is_made(entry->d_name, NAME))
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
	(void)is_all(folder->lock, remove_one);
	(void)unlinkat(folder->lock, MARK, 0);
	(void)rmdir(folder->path);
	(void)close(folder->lock);
	text_free(&folder->path);
}

/* ---------------------------------------------------------------- make */

/* Lock the folder before marking it, so that no other process takes it for one that was left
 * behind. */
static bool
lock_and_mark(struct private_folder *folder)
{
	int mark = -1;

	folder->lock = open_folder(AT_FDCWD, folder->path);
	if (folder->lock != -1 && flock(folder->lock, LOCK_EX | LOCK_NB) == 0)
		mark = openat(
		    folder->lock, MARK, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (mark != -1) {
		(void)close(mark);
		return true;
	}
	if (folder->lock != -1)
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
	int error;

	tidy();
	folder->path = text_format("%s/" NAME "XXXXXX", base);
	if (mkdtemp(folder->path) != NULL) {
		if (lock_and_mark(folder))
			return STATUS_DONE;
		error = errno;
		(void)rmdir(folder->path);
		errno = error;
	}
	(void)cannot_write(folder->path);
	text_free(&folder->path);
	return STATUS_FAILED;
}
