/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/share.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mark.h"
#include "base/runtime.h"

#define PREFIX "card-"
#define FOLDER_SIZE (SHARE_PATH_SIZE - sizeof(PREFIX) - 16)

static bool
set_lock(int file, short type, off_t start, off_t length)
{
	struct flock lock = {
	    .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};

	return fcntl(file, F_OFD_SETLK, &lock) == 0;
}

/* A length of 0 means to the end of the file, however long it grows. */
static bool
lock_all(int file)
{
	return set_lock(file, F_WRLCK, 0, 0);
}

/* Remove the files of earlier insertions that no process has locked. */
static void
remove_old(const char *folder, const char *ours)
{
	char path[SHARE_PATH_SIZE];
	DIR *list = opendir(folder);
	const struct dirent *entry;

	while (list != NULL && (entry = readdir(list)) != NULL) {
		int file;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0 ||
		    snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) >=
			(int)sizeof(path) ||
		    strcmp(path, ours) == 0)
			continue;
		file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (file >= 0 && lock_all(file))
			(void)unlink(path);
		if (file >= 0)
			(void)close(file);
	}
	if (list != NULL)
		(void)closedir(list);
}

/*
 * Keep the numbers of standard input, output and error free, even if the program has closed them.
 */
static int
move_up(int file)
{
	int higher;

	if (file < 0 || file > STDERR_FILENO)
		return file;
	higher = fcntl(file, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	(void)close(file);
	return higher;
}

static bool
is_ours(int file)
{
	struct stat info;

	return fstat(file, &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == geteuid();
}

/* Does the file exist, and does a process have a lock on it? */
static bool
is_held(const char *path)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool held;

	if (file < 0)
		return false;
	held = is_ours(file) && fcntl(file, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	(void)close(file);
	return held;
}

static void
name_file(char path[SHARE_PATH_SIZE], const char *folder, uint64_t insertion)
{
	snprintf(path, SHARE_PATH_SIZE, "%s/" PREFIX "%016" PRIx64, folder, insertion);
}

/*
 * Use the spare folder if other programs do: they began before /run/user/UID existed, or do not see
 * it. Otherwise use the ordinary one.
 *
 * Two programs may still use different folders: if they choose at the same moment; or if
 * /run/user/UID was removed with the user's last session while a program held a lock there. Each
 * then counts as the last, and cuts the power as it ends: the other is logged out, and nothing
 * stays open.
 */
static bool
choose_folder(char folder[FOLDER_SIZE], uint64_t insertion)
{
	char path[SHARE_PATH_SIZE];

	if (runtime_spare_folder(folder, FOLDER_SIZE)) {
		name_file(path, folder, insertion);
		if (is_held(path))
			return true;
	}
	return runtime_folder(folder, FOLDER_SIZE);
}

bool
share_is_taken(uint64_t insertion)
{
	char folder[FOLDER_SIZE], path[SHARE_PATH_SIZE];
	int saved = errno;
	bool taken = false;

	if (choose_folder(folder, insertion)) {
		name_file(path, folder, insertion);
		taken = is_held(path);
	}
	errno = saved;
	return taken;
}

static bool
open_file(struct share *share, uint64_t insertion)
{
	static const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	char folder[FOLDER_SIZE];
	int file;

	share_abandon(share);
	if (!choose_folder(folder, insertion))
		return false;
	name_file(share->path, folder, insertion);
	file = open(share->path, flags | O_EXCL, S_IRUSR | S_IWUSR);
	if (file >= 0)
		remove_old(folder, share->path);
	else
		file = open(share->path, flags, S_IRUSR | S_IWUSR);
	share->file = descriptor_keep(move_up(file));
	share->insertion = insertion;
	return share->file.number >= 0;
}

/* There is no folder for the file, so no sharing. Logged once, because it will not change. */
static void
complain(void)
{
	static atomic_bool told;

	if (!atomic_exchange(&told, true))
		log_line(LOG_ERROR,
		    "no folder of this user's own under /run/user or /tmp: programs that are "
		    "logged in at the same time log each other out");
}

/* Does the file still have a name? It may have been removed between opening and locking. */
static bool
is_there(const struct share *share)
{
	struct stat info;

	return fstat(share->file.number, &info) == 0 && info.st_nlink > 0;
}

static bool
prepare(struct share *share, uint64_t insertion)
{
	if (descriptor_is_ours(&share->file) && share->insertion == insertion && is_there(share))
		return true;
	return open_file(share, insertion);
}

bool
share_prepare(struct share *share, uint64_t insertion)
{
	int saved = errno;
	bool prepared = prepare(share, insertion);

	errno = saved;
	return prepared;
}

static bool
try_join(struct share *share, uint64_t insertion, enum jpki_role role)
{
	return prepare(share, insertion) && set_lock(share->file.number, F_RDLCK, (off_t)role, 1) &&
	       is_there(share);
}

enum share_joined
share_join(struct share *share, uint64_t insertion, enum jpki_role role)
{
	int saved = errno;
	bool joined = try_join(share, insertion, role);

	if (joined)
		share->roles |= SHARE_ROLE(role);
	else if (share->file.number < 0)
		complain();
	errno = saved;
	if (joined)
		return SHARE_JOINED;
	return share->file.number < 0 ? SHARE_ALONE : SHARE_LATER;
}

void
share_open(const struct share *share)
{
	if (descriptor_is_ours(&share->file))
		mark_set(share->file.number, true);
}

/* Release the locks of some roles; the file stays open. */
static void
unlock_roles(struct share *share, unsigned roles)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		if ((roles & SHARE_ROLE(role)) != 0)
			(void)set_lock(share->file.number, F_UNLCK, (off_t)role, 1);
	share->roles &= ~roles;
}

/* Release the locks of some roles, and close the file if none is left. */
static void
give_back(struct share *share, unsigned roles)
{
	unlock_roles(share, roles);
	if (share->roles == 0)
		share_abandon(share);
}

void
share_give_back(struct share *share, enum jpki_role role)
{
	int saved = errno;

	if (descriptor_is_ours(&share->file))
		give_back(share, SHARE_ROLE(role));
	errno = saved;
}

/*
 * Can we lock the whole file? If two programs leave at the same moment, each is kept from it by the
 * other's lock: so try again without our own.
 */
static bool
is_last(struct share *share, unsigned roles)
{
	if (lock_all(share->file.number))
		return true;
	unlock_roles(share, roles);
	return share->roles == 0 && lock_all(share->file.number);
}

bool
share_leave(struct share *share, unsigned roles, int *rest, bool *was_open)
{
	int saved = errno;
	bool others = false;

	*rest = -1;
	*was_open = false;
	if (share->roles == 0 || !descriptor_is_ours(&share->file))
		share_abandon(share); /* nothing is known of other programs */
	else if (is_last(share, roles)) {
		*rest = share->file.number;
		*was_open = mark_is_set(*rest);
		*share = SHARE_NONE;
	} else {
		others = true;
		give_back(share, roles);
	}
	errno = saved;
	return others;
}

void
share_abandon(struct share *share)
{
	descriptor_close(&share->file);
	*share = SHARE_NONE;
}
