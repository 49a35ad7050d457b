/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "folder.h"

char *
folder_path(const char *folder, const char *name)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static int
folder_make_one(const char *path, struct vcard_error *error)
{
	struct stat info;

	if (mkdir(path, 0700) == 0)
		return 0;
	if (errno != EEXIST)
		return fail(error, "cannot make the folder %s: %s", path, strerror(errno));
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		return 0;
	return fail(error, "cannot make the folder %s: a file of that name is in the way", path);
}

int
folder_make(const char *path, struct vcard_error *error)
{
	char *copy = strdup(path);
	int result = 0;

	if (copy == NULL || *copy == '\0') {
		free(copy);
		return fail(error, "a folder needs a name");
	}
	for (char *slash = strchr(copy + 1, '/'); result == 0 && slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		result = folder_make_one(copy, error);
		*slash = '/';
	}
	if (result == 0)
		result = folder_make_one(copy, error);
	free(copy);
	return result;
}

static int
write_all(int file, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(file, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return -1;
		bytes += written;
		length -= (size_t)written;
	}
	return 0;
}

int
folder_write(const char *folder, const char *name, const void *bytes, size_t length,
    struct vcard_error *error)
{
	char *path = folder_path(folder, name);
	char *temporary = folder_path(folder, ".new-XXXXXX");
	int result = -1;
	int file = -1;

	if (path == NULL || temporary == NULL) {
		fail(error, "out of memory");
		goto out;
	}
	file = mkostemp(temporary, O_CLOEXEC);
	if (file < 0 || write_all(file, bytes, length) != 0 || rename(temporary, path) != 0) {
		fail(error, "cannot write %s: %s", path, strerror(errno));
		goto out;
	}
	result = 0;
out:
	if (file >= 0)
		close(file);
	if (file >= 0 && result != 0)
		unlink(temporary);
	free(temporary);
	free(path);
	return result;
}

int
folder_lock(const char *folder, const char *name, bool wait, struct vcard_error *error)
{
	char *path = folder_path(folder, name);
	int file = -1;

	if (path != NULL)
		file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (file < 0) {
		fail(error, "cannot open %s/%s: %s", folder, name, strerror(errno));
	} else if (flock(file, wait ? LOCK_EX : LOCK_EX | LOCK_NB) != 0) {
		fail(error, "another virtual card uses %s; end it or give another --state", folder);
		close(file);
		file = -1;
	}
	free(path);
	return file;
}
