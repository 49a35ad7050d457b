/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "jpki"
/*
 * An unfinished file counts as abandoned after so many seconds; so many names are tried for a new
 * one.
 */
#define NEW_AGE 3600
#define NEW_ATTEMPTS_MAX 8

/* The path of the folder that contains ours. */
static bool
parent_path(char path[PATH_MAX])
{
	const char *cache = secure_getenv("XDG_CACHE_HOME"), *home = secure_getenv("HOME");
	int length;

	if (cache != NULL && cache[0] == '/')
		length = snprintf(path, PATH_MAX, "%s", cache);
	else if (home != NULL && home[0] == '/')
		length = snprintf(path, PATH_MAX, "%s/.cache", home);
	else
		return false;
	return length > 0 && length < PATH_MAX;
}

bool
store_path(char path[PATH_MAX])
{
	size_t length;

	if (!parent_path(path))
		return false;
	length = strlen(path);
	if (length + sizeof("/" FOLDER) > PATH_MAX)
		return false;
	strcpy(path + length, "/" FOLDER);
	return true;
}

static bool
is_ours(int file, mode_t kind)
{
	struct stat info;

	return fstat(file, &info) == 0 && (info.st_mode & S_IFMT) == kind &&
	       info.st_uid == geteuid();
}

static int
close_and_fail(int file)
{
	if (file >= 0)
		(void)close(file);
	return -1;
}

static const int folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

/*
 * Open the folder that contains the parent, and return the parent's name in it. Its owner could
 * make that name lead anywhere, so it must belong to this user, as a home does, or to root.
 */
static int
open_above(char path[PATH_MAX], const char **name)
{
	size_t length = strlen(path);
	struct stat info;
	char *last;
	int above;

	while (length > 1 && path[length - 1] == '/')
		path[--length] = '\0';
	last = strrchr(path, '/');
	*last = '\0';
	*name = last[1] != '\0' ? last + 1 : ".";
	above = open(last == path ? "/" : path, folder_flags);
	if (above >= 0 && fstat(above, &info) == 0 &&
	    (info.st_uid == geteuid() || info.st_uid == 0))
		return above;
	return close_and_fail(above);
}

static int
open_parent(bool make)
{
	char path[PATH_MAX];
	const char *name;
	int above, parent;

	if (!parent_path(path))
		return -1;
	above = open_above(path, &name);
	if (above < 0)
		return -1;
	parent = openat(above, name, folder_flags);
	if (parent < 0 && errno == ENOENT && make && is_ours(above, S_IFDIR)) {
		(void)mkdirat(above, name, S_IRWXU); /* another process may have made it just now */
		parent = openat(above, name, folder_flags);
	}
	(void)close(above);
	return parent >= 0 && is_ours(parent, S_IFDIR) ? parent : close_and_fail(parent);
}

/*
 * Make the folder private if others can access it. But not one with the sticky bit: that is a
 * folder for all, like /tmp, mounted here.
 */
static bool
make_private(int folder)
{
	struct stat info;

	if (!is_ours(folder, S_IFDIR) || fstat(folder, &info) != 0 || (info.st_mode & S_ISVTX) != 0)
		return false;
	return (info.st_mode & (S_IRWXG | S_IRWXO)) == 0 || fchmod(folder, S_IRWXU) == 0;
}

static int
open_folder(bool make)
{
	int parent = open_parent(make), folder;

	if (parent < 0)
		return -1;
	folder = openat(parent, FOLDER, folder_flags | O_NOFOLLOW);
	if (folder < 0 && errno == ENOENT && make) {
		(void)mkdirat(parent, FOLDER, S_IRWXU);
		folder = openat(parent, FOLDER, folder_flags | O_NOFOLLOW);
	}
	(void)close(parent);
	return folder >= 0 && make_private(folder) ? folder : close_and_fail(folder);
}

int
store_open(bool make)
{
	int saved = errno, folder = open_folder(make);

	errno = saved;
	return folder;
}

/* Is it a regular file of this user that nobody else can write? */
static bool
is_private(int file, struct stat *info)
{
	return is_ours(file, S_IFREG) && fstat(file, info) == 0 &&
	       (info->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static size_t
read_whole(int file, void *bytes, size_t size)
{
	size_t have = 0;
	ssize_t got;

	while (have < size) {
		got = read(file, (char *)bytes + have, size - have);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return 0;
		have += (size_t)got;
	}
	return have;
}

size_t
store_read(int folder, const char *name, void *bytes, size_t room, time_t *written)
{
	int saved = errno;
	int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	size_t length = 0;
	struct stat info;

	if (file >= 0 && is_private(file, &info) && info.st_size > 0 &&
	    (uint64_t)info.st_size <= room) {
		length = read_whole(file, bytes, (size_t)info.st_size);
		if (written != NULL)
			*written = info.st_mtime;
	}
	if (file >= 0)
		(void)close(file);
	errno = saved;
	return length;
}

/* May the program write a file of that size? If not, trying would end it by a signal (SIGXFSZ). */
static bool
may_write(size_t length)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur >= length;
}

static bool
write_whole(int file, const void *bytes, size_t length)
{
	size_t done = 0;
	ssize_t put;

	while (done < length) {
		put = write(file, (const char *)bytes + done, length - done);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		done += (size_t)put;
	}
	return true;
}

/*
 * Create a file under a new name. A name may exist already: left by a process that ended too early,
 * or, in a home that machines share, by a process of the same number on another machine.
 */
static int
open_new(int folder, char name[STORE_NAME_SIZE])
{
	static const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	static atomic_uint last;
	int file = -1;

	errno = EEXIST;
	for (int i = 0; i < NEW_ATTEMPTS_MAX && file < 0 && errno == EEXIST; i++) {
		snprintf(name, STORE_NAME_SIZE, STORE_NEW_PREFIX "%ld-%u", (long)getpid(),
		    atomic_fetch_add(&last, 1));
		file = openat(folder, name, flags, S_IRUSR | S_IWUSR);
	}
	return file;
}

static bool
write_and_rename(int folder, const char *name, const void *bytes, size_t length)
{
	char new_name[STORE_NAME_SIZE];
	int file = open_new(folder, new_name);
	bool done;

	if (file < 0)
		return false;
	done = write_whole(file, bytes, length);
	done = close(file) == 0 &&
	       done; /* on a network file system errors may be reported only here */
	done = done && renameat(folder, new_name, folder, name) == 0;
	if (!done)
		(void)unlinkat(folder, new_name, 0);
	return done;
}

/* A search for the files to remove, of the same kind as a new one. */
struct cleaning {
	const char *name; /* the new one, which stays */
	time_t now, age;
	unsigned count; /* files of that kind, with the new one */
	time_t oldest_at;
	char oldest[STORE_NAME_SIZE];
};

static bool
same_kind(const char *a, const char *b)
{
	size_t length = strcspn(a, "-");

	return strncmp(a, b, length) == 0 && b[length] == '-';
}

/*
 * Is the file too old? The clocks of this machine and of a file server may differ, so an unfinished
 * file whose time is far in the future is also removed.
 */
static bool
is_too_old(const struct cleaning *cleaning, bool begun, time_t written)
{
	time_t age = cleaning->now - written;

	return begun ? age > NEW_AGE || age < -NEW_AGE : age > cleaning->age;
}

static void
count_one(struct cleaning *cleaning, const char *name, time_t written)
{
	cleaning->count++;
	if (cleaning->oldest[0] != '\0' && written >= cleaning->oldest_at)
		return;
	cleaning->oldest_at = written;
	strncpy(cleaning->oldest, name, sizeof(cleaning->oldest) - 1);
}

static bool
clean_one(int folder, const char *name, void *context)
{
	struct cleaning *cleaning = context;
	bool begun = strncmp(name, STORE_NEW_PREFIX, strlen(STORE_NEW_PREFIX)) == 0;
	struct stat info;

	if ((!begun && !same_kind(cleaning->name, name)) || strcmp(cleaning->name, name) == 0 ||
	    fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0 || S_ISDIR(info.st_mode))
		return true;
	if (is_too_old(cleaning, begun, info.st_mtime))
		(void)unlinkat(folder, name, 0);
	else if (!begun)
		count_one(cleaning, name, info.st_mtime);
	return true;
}

static void
clean(int folder, const char *name, unsigned most, time_t age)
{
	struct cleaning cleaning;

	do {
		cleaning =
		    (struct cleaning){.name = name, .now = time(NULL), .age = age, .count = 1};
		store_each(folder, clean_one, &cleaning);
	} while (cleaning.count > most && unlinkat(folder, cleaning.oldest, 0) == 0);
}

bool
store_write(
    int folder, const char *name, const void *bytes, size_t length, unsigned most, time_t age)
{
	int saved = errno;
	bool done = may_write(length) && write_and_rename(folder, name, bytes, length);

	if (done)
		clean(folder, name, most, age);
	errno = saved;
	return done;
}

void
store_each(int folder, bool (*each)(int folder, const char *name, void *context), void *context)
{
	int saved = errno, again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = again >= 0 ? fdopendir(again) : NULL;
	const struct dirent *entry;

	if (list == NULL && again >= 0)
		(void)close(again);
	while (list != NULL && (entry = readdir(list)) != NULL)
		if (strlen(entry->d_name) < STORE_NAME_SIZE && strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 && !each(folder, entry->d_name, context))
			break;
	if (list != NULL)
		(void)closedir(list);
	errno = saved;
}

bool
store_remove(int folder, const char *name)
{
	int saved = errno;
	bool done = unlinkat(folder, name, 0) == 0;

	errno = saved;
	return done;
}
