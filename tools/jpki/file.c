/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "file.h"
#include "message.h"
#include "text.h"

/* More than 8000 entries. */
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

/* The text of an open file. A FIFO or a device could hold the program up for ever. */
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

static int
read_existing(struct file *file)
{
	int number = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int result;

	if (number < 0) {
		complain(_("cannot read %s: %s"), file->path, strerror(errno));
		return -1;
	}
	file->exists = true;
	result = read_text(file, number);
	(void)close(number);
	return result;
}

int
file_read(struct file *file, const char *path)
{
	*file = (struct file){.path = realpath(path, NULL), .new_mode = 0600};
	if (file->path != NULL)
		return read_existing(file);
	file->path = text_copy(path, strlen(path));
	if (errno != ENOENT && errno != ENOTDIR) {
		complain(_("cannot read %s: %s"), path, strerror(errno));
		return -1;
	}
	if (is_there(path)) {
		complain(_("%s is a link to a file that does not exist"), path);
		return -1;
	}
	file->text = text_copy("", 0);
	return 0;
}

void
file_free(struct file *file)
{
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

/* Who may read and write it. With an access list (acl(5)) the mode's group is not the group but the
 * most that the list gives, and is set with the list. One that the folder gives to new files goes.
 */
static int
keep_access(const struct file *file, int number)
{
	static const char name[] = "system.posix_acl_access";
	char list[ACCESS_LIST_MAX];
	ssize_t size = getxattr(file->path, name, list, sizeof(list));

	if (size >= 0)
		return fsetxattr(number, name, list, (size_t)size, 0);
	if (errno != ENODATA && errno != ENOTSUP)
		return -1;
	if (fremovexattr(number, name) != 0 && errno != ENODATA && errno != ENOTSUP)
		return -1;
	return fchmod(number, file->info.st_mode & 07777);
}

/* Owner, group and mode as before; the owner first, since a change of it may take modes away. */
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

	if (lstat(file->path, &now) != 0)
		return file->exists || errno != ENOENT;
	return !file->exists || now.st_dev != then->st_dev || now.st_ino != then->st_ino ||
	       now.st_size != then->st_size || now.st_mtim.tv_sec != then->st_mtim.tv_sec ||
	       now.st_mtim.tv_nsec != then->st_mtim.tv_nsec ||
	       now.st_ctim.tv_sec != then->st_ctim.tv_sec ||
	       now.st_ctim.tv_nsec != then->st_ctim.tv_nsec;
}

/* The new text beside the file, under a name of its own, safe on disk. */
static int
write_beside(const struct file *file, char *temporary, const char *text)
{
	int number = mkostemp(temporary, O_CLOEXEC);
	int result;

	if (number < 0)
		return -1;
	if (keep_owner_and_mode(file, number) != 0 || write_all(number, text) != 0 ||
	    fsync(number) != 0) {
		int reason = errno;

		(void)close(number);
		(void)unlink(temporary);
		errno = reason;
		return -1;
	}
	result = close(number);
	if (result != 0)
		(void)unlink(temporary);
	return result;
}

/* A rename is on disk when its folder is. */
static void
synchronize_folder(const char *folder)
{
	int number = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (number < 0)
		return;
	(void)fsync(number);
	(void)close(number);
}

/* The folder of a file, to be freed. */
static char *
folder_of(const char *path)
{
	char *copy = text_copy(path, strlen(path));
	const char *name = dirname(copy);
	char *folder = text_copy(name, strlen(name));

	text_free(&copy);
	return folder;
}

/* What root makes in a person's folder would be out of the person's reach. */
static bool
would_be_roots(const struct file *file, const char *folder)
{
	struct stat info;

	if (file->exists || geteuid() != 0 || stat(folder, &info) != 0 || info.st_uid == 0)
		return false;
	complain(_("%s belongs to another user: run this as that user, not as root"), folder);
	return true;
}

int
file_take_name(const char *temporary, const char *path)
{
	if (link(temporary, path) == 0) {
		(void)unlink(temporary);
		return 0;
	}
	if (errno == EEXIST || is_there(path)) {
		errno = EEXIST;
		return -1;
	}
	return rename(temporary, path); /* a file system without links */
}

static int
put_in_place(const struct file *file, const char *temporary)
{
	bool changed = has_changed(file);

	if (!changed && (file->exists ? rename : file_take_name)(temporary, file->path) == 0)
		return 0;
	if (changed || errno == EEXIST)
		complain(
		    _("%s has just been changed by another program: run this again"), file->path);
	else
		complain(_("cannot write %s: %s"), file->path, strerror(errno));
	(void)unlink(temporary);
	return -1;
}

/* Only root can give a file to others. */
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
replace(const struct file *file, const char *folder, const char *text)
{
	char *temporary = text_format("%s/.jpki-XXXXXX", folder);
	int result = write_beside(file, temporary, text);

	if (result == 0)
		result = put_in_place(file, temporary);
	else
		tell_failure(file, errno);
	if (result == 0)
		synchronize_folder(folder);
	text_free(&temporary);
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

int
file_replace(const struct file *file, const char *text)
{
	char *folder = folder_of(file->path);
	sigset_t before;
	int result = -1;

	signals_hold(&before);
	if (!would_be_roots(file, folder))
		result = replace(file, folder, text);
	signals_release(&before);
	text_free(&folder);
	return result;
}

int
file_remove(const struct file *file)
{
	if (has_changed(file)) {
		complain(
		    _("%s has just been changed by another program: run this again"), file->path);
		return -1;
	}
	if (unlink(file->path) != 0) {
		complain(_("cannot remove %s: %s"), file->path, strerror(errno));
		return -1;
	}
	return 0;
}

/* --- folders ---------------------------------------------------------------------------------- */

/* 1 if it was made, 0 if it was there, -1 if it cannot be made. */
static int
make_one(const char *path, mode_t mode)
{
	if (mkdir(path, mode) == 0) {
		(void)chmod(path, mode); /* whatever the umask */
		return 1;
	}
	if (errno == EEXIST && is_folder(path))
		return 0;
	complain(_("cannot make the folder %s: %s"), path,
	    errno == EEXIST ? _("there is a file of that name") : strerror(errno));
	return -1;
}

int
folders_make(const char *path, mode_t mode)
{
	char *part = text_copy(path, strlen(path));
	char *above = NULL;
	int count = 0, made = 0;

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
