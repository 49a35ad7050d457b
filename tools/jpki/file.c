/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "file.h"
#include "message.h"
#include "text.h"
#include "way.h"

/* Room for an access list of more than 8000 entries, in bytes. */
#define ACCESS_LIST_MAX 65536

bool
is_folder(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool
is_there(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0;
}

bool
is_same_file(const char *one, const char *other)
{
	struct stat a, b;

	return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

bool
file_is_linked(const struct file *file, const char *path)
{
	struct stat info;

	return lstat(path, &info) != 0 || info.st_dev != file->info.st_dev ||
	       info.st_ino != file->info.st_ino;
}

/* --- reading ---------------------------------------------------------------------------------- */

static int
read_all(int number, char *text, size_t size, size_t *length)
{
	ssize_t got;

	*length = 0;
	do {
		got = read(number, text + *length, size - *length);
		if (got > 0)
			*length += (size_t)got;
	} while ((got > 0 && *length < size) || (got < 0 && errno == EINTR));
	return got < 0 ? -1 : 0;
}

/* Read an open file, which must be regular: a FIFO or a device could block for ever. */
static int
read_text(struct file *file, int number)
{
	size_t length;

	if (fstat(number, &file->info) != 0 || !S_ISREG(file->info.st_mode)) {
		complain(_("%s is not a regular file"), file->path);
		return -1;
	}
	if (file->info.st_size > FILE_SIZE_MAX) {
		complain(_("%s is larger than all that is read here (%d MiB)"), file->path,
		    FILE_SIZE_MAX / 1024 / 1024);
		return -1;
	}
	file->text = calloc(1, FILE_SIZE_MAX + 1);
	if (file->text == NULL)
		out_of_memory();
	if (read_all(number, file->text, FILE_SIZE_MAX, &length) != 0) {
		complain(_("cannot read %s: %s"), file->path, strerror(errno));
		return -1;
	}
	if (strlen(file->text) != length) {
		complain(_("%s is not a text file"), file->path);
		return -1;
	}
	return 0;
}

/* A file that does not exist yet keeps the path that was given. */
static int
read_nothing(struct file *file, const char *path)
{
	text_free(&file->path);
	file->path = text_copy(path, strlen(path));
	if (is_there(path)) {
		complain(_("%s is a link to a file that does not exist"), path);
		return -1;
	}
	file->text = text_copy("", 0);
	return 0;
}

static int
tell_unreadable(const struct file *file, int reason)
{
	if (reason == EPERM && geteuid() == 0)
		complain(_("%s is not of the user whose folder it is in: nothing is done with it"),
		    file->path);
	else
		complain(_("cannot read %s: %s"), file->path, strerror(reason));
	return -1;
}

int
file_read(struct file *file, const char *path)
{
	*file = (struct file){.number = -1, .new_mode = 0600};
	if (way_go(&file->way, path) != 0)
		return -1;
	file->path = text_copy(file->way.path, strlen(file->way.path));
	if (file->way.folder >= 0)
		file->number = way_open(&file->way);
	if (file->number < 0)
		return file->way.folder < 0 || errno == ENOENT ? read_nothing(file, path)
							       : tell_unreadable(file, errno);
	file->exists = true;
	return read_text(file, file->number);
}

void
file_free(struct file *file)
{
	if (file->exists)
		(void)close(file->number);
	way_end(&file->way);
	text_free(&file->path);
	text_free(&file->text);
}

/* --- replacing -------------------------------------------------------------------------------- */

static int
write_all(int number, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t written = write(number, text, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return -1;
		text += written;
		left -= (size_t)written;
	}
	return 0;
}

/* Copy the access list (acl(5)) to the new file. With one, the group bits of the mode are the
 * mask, and are set with the list. A default list from the folder is removed. */
static int
keep_access(const struct file *file, int number)
{
	static const char name[] = "system.posix_acl_access";
	char list[ACCESS_LIST_MAX];
	ssize_t size = fgetxattr(file->number, name, list, sizeof(list));

	if (size >= 0)
		return fsetxattr(number, name, list, (size_t)size, 0);
	if (errno != ENODATA && errno != ENOTSUP)
		return -1;
	if (fremovexattr(number, name) != 0 && errno != ENODATA && errno != ENOTSUP)
		return -1;
	return fchmod(number, file->info.st_mode & 07777);
}

/* Copy owner, group and mode; the owner first, because changing it may clear bits of the mode. */
static int
keep_owner_and_mode(const struct file *file, int number)
{
	struct stat now;

	if (!file->exists)
		return fchmod(number, file->new_mode);
	if (fstat(number, &now) != 0)
		return -1;
	if ((now.st_uid != file->info.st_uid || now.st_gid != file->info.st_gid) &&
	    fchown(number, file->info.st_uid, file->info.st_gid) != 0)
		return -1;
	return keep_access(file, number);
}

static bool
has_changed(const struct file *file)
{
	const struct stat *then = &file->info;
	struct stat now;

	if (fstatat(file->way.folder, way_name(&file->way), &now, AT_SYMLINK_NOFOLLOW) != 0)
		return file->exists || errno != ENOENT;
	return !file->exists || now.st_dev != then->st_dev || now.st_ino != then->st_ino ||
	       now.st_size != then->st_size || now.st_mtim.tv_sec != then->st_mtim.tv_sec ||
	       now.st_mtim.tv_nsec != then->st_mtim.tv_nsec ||
	       now.st_ctim.tv_sec != then->st_ctim.tv_sec ||
	       now.st_ctim.tv_nsec != then->st_ctim.tv_nsec;
}

/* Create a file under a new name, like mkstemp. */
static int
make_beside(int folder, char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	unsigned char random[6];
	char *end = name + strlen(name) - sizeof(random);
	int number;

	do {
		if (getrandom(random, sizeof(random), 0) != sizeof(random))
			return -1;
		for (size_t i = 0; i < sizeof(random); i++)
			end[i] = letters[random[i] % (sizeof(letters) - 1)];
		number =
		    openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	} while (number < 0 && errno == EEXIST);
	return number;
}

/* Write the new text to a temporary file in the same folder, and to disk. */
static int
write_beside(const struct file *file, char *temporary, const char *text)
{
	int folder = file->way.folder, number = make_beside(folder, temporary);
	int result;

	if (number < 0)
		return -1;
	if (keep_owner_and_mode(file, number) != 0 || write_all(number, text) != 0 ||
	    fsync(number) != 0) {
		int reason = errno;

		(void)close(number);
		(void)unlinkat(folder, temporary, 0);
		errno = reason;
		return -1;
	}
	result = close(number);
	if (result != 0)
		(void)unlinkat(folder, temporary, 0);
	return result;
}

/* A rename is on disk only when the folder is. */
static void
synchronize_folder(const struct file *file)
{
	int number = openat(file->way.folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (number < 0)
		return;
	(void)fsync(number);
	(void)close(number);
}

/* Root must not make or remove files in another user's folder: that user could put something else
 * in their place, and could not remove what root makes. */
static bool
is_in_strangers_folder(const struct way *way)
{
	if (way->strangers != NULL)
		complain(_("%s belongs to another user: run this as that user, not as root"),
		    way->strangers);
	return way->strangers != NULL;
}

/* Like rename, but fails if the name exists. */
static int
take_name(int folder, const char *temporary, const char *name)
{
	struct stat info;

	if (linkat(folder, temporary, folder, name, 0) == 0) {
		(void)unlinkat(folder, temporary, 0);
		return 0;
	}
	if (errno == EEXIST || fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(folder, temporary, folder, name); /* the file system has no hard links */
}

int
file_take_name(const char *temporary, const char *path)
{
	return take_name(AT_FDCWD, temporary, path);
}

static int
put_in_place(const struct file *file, const char *temporary)
{
	int folder = file->way.folder;
	const char *name = way_name(&file->way);
	bool changed = has_changed(file);

	if (!changed && (file->exists ? renameat(folder, temporary, folder, name)
				      : take_name(folder, temporary, name)) == 0)
		return 0;
	if (changed || errno == EEXIST)
		complain(
		    _("%s has just been changed by another program: run this again"), file->path);
	else
		complain(_("cannot write %s: %s"), file->path, strerror(errno));
	(void)unlinkat(folder, temporary, 0);
	return -1;
}

/* Tell why a file cannot be written: only root can keep a foreign owner. */
static void
tell_failure(const struct file *file, int reason)
{
	const struct stat *info = &file->info;

	complain(_("cannot write %s: %s"), file->path, strerror(reason));
	if (file->exists && reason == EPERM && geteuid() != 0 &&
	    (info->st_uid != geteuid() || !group_member(info->st_gid)))
		advise("%s",
		    _("Its owner or its group, which a new file has to keep, is not yours: change "
		      "that first\n(chown, chgrp)."));
}

static int
replace(const struct file *file, const char *text)
{
	char temporary[] = ".jpki-XXXXXX";
	int result = write_beside(file, temporary, text);

	if (result == 0)
		result = put_in_place(file, temporary);
	else
		tell_failure(file, errno);
	if (result == 0)
		synchronize_folder(file);
	return result;
}

void
signals_hold(sigset_t *before)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, before);
}

void
signals_release(const sigset_t *before)
{
	sigprocmask(SIG_SETMASK, before, NULL);
}

/* Find the folder of a new file, which may have been made meanwhile. */
static int
find_folder(struct way *way, const char *path)
{
	if (way_go(way, path) != 0)
		return -1;
	if (way->folder >= 0)
		return 0;
	complain(_("cannot write %s: %s"), path, strerror(ENOENT));
	return -1;
}

int
file_replace(const struct file *file, const char *text)
{
	struct file found = *file;
	sigset_t before;
	int result = 0;

	signals_hold(&before);
	if (file->way.folder < 0)
		result = find_folder(&found.way, file->path);
	if (result == 0 && !file->exists && is_in_strangers_folder(&found.way))
		result = -1;
	if (result == 0)
		result = replace(&found, text);
	if (file->way.folder < 0)
		way_end(&found.way);
	signals_release(&before);
	return result;
}

int
file_remove(const struct file *file)
{
	if (is_in_strangers_folder(&file->way))
		return -1;
	if (has_changed(file)) {
		complain(
		    _("%s has just been changed by another program: run this again"), file->path);
		return -1;
	}
	if (unlinkat(file->way.folder, way_name(&file->way), 0) != 0) {
		complain(_("cannot remove %s: %s"), file->path, strerror(errno));
		return -1;
	}
	return 0;
}

/* --- folders ---------------------------------------------------------------------------------- */

/* Why a folder of this name cannot be made. */
static const char *
what_hinders(const char *path, int reason)
{
	struct stat info;

	if (reason != EEXIST)
		return strerror(reason);
	return stat(path, &info) == 0 ? _("there is a file of that name")
				      : _("there is a link of that name, which leads to no folder");
}

/* 1 if it was made, 0 if it was there, -1 if it cannot be made. */
static int
make_one(const char *path, mode_t mode)
{
	int reason;

	if (mkdir(path, mode) == 0) {
		(void)chmod(path, mode); /* regardless of the umask */
		return 1;
	}
	reason = errno;
	if (reason == EEXIST && is_folder(path))
		return 0;
	complain(_("cannot make the folder %s: %s"), path, what_hinders(path, reason));
	return -1;
}

/* Root makes no folder below another user's. */
static bool
may_make(const char *path)
{
	char *inside = text_format("%s/.", path);
	struct way way;
	bool may = way_go(&way, inside) == 0 && !is_in_strangers_folder(&way);

	way_end(&way);
	text_free(&inside);
	return may;
}

int
folders_make(const char *path, mode_t mode)
{
	char *part = text_copy(path, strlen(path));
	char *above = NULL;
	int count = 0, made = may_make(path) ? 0 : -1;

	for (char *slash = part; slash != NULL && made >= 0; count += made > 0) {
		slash = strchr(slash + 1, '/');
		if (slash != NULL)
			*slash = '\0';
		made = make_one(part, mode);
		if (made >= 0) {
			text_free(&above);
			above = text_copy(part, strlen(part));
		}
		if (slash != NULL)
			*slash = '/';
	}
	if (made < 0 && above != NULL)
		folders_remove(above, count);
	text_free(&above);
	text_free(&part);
	return made < 0 ? -1 : count;
}

void
folders_remove(const char *path, int count)
{
	char *part = text_copy(path, strlen(path));

	while (count > 0 && rmdir(part) == 0) {
		char *slash = strrchr(part, '/');

		if (slash == NULL || slash == part)
			break;
		*slash = '\0';
		count--;
	}
	text_free(&part);
}
