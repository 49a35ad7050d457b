/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exit_status.h"
#include "export.h"
#include "file.h"
#include "message.h"
#include "text.h"

static int
cannot_write(const char *path, int error)
{
	complain(_("cannot write %s: %s"), path, strerror(error));
	return STATUS_FAILED;
}

static int
tell_it_is_there(const char *path)
{
	complain(_("%s is there already."), path);
	advise("%s", _("Nothing was written. Use another name, or --force to overwrite it."));
	return STATUS_FAILED;
}

int
export_check(const struct export *export)
{
	struct stat info;

	if (export->path == NULL || lstat(export->path, &info) != 0)
		return STATUS_DONE;
	if (!export->force)
		return tell_it_is_there(export->path);
	if (stat(export->path, &info) == 0 && S_ISREG(info.st_mode))
		return STATUS_DONE;
	/* a device, a pipe, a folder: nothing to put a file in the place of */
	complain(_("%s is not a regular file"), export->path);
	return STATUS_FAILED;
}

static bool
write_all(int file, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t count = write(file, bytes, length);

		if (count == -1 && errno == EINTR)
			continue;
		if (count <= 0)
			return false;
		bytes += count;
		length -= (size_t)count;
	}
	return true;
}

/* The file that is to be written, links followed if it is there; to be freed. */
static char *
target(const struct export *export)
{
	char *real = export->force ? realpath(export->path, NULL) : NULL;

	return real != NULL ? real : text_copy(export->path, strlen(export->path));
}

/* To a file beside it, which then takes its name. */
static int
write_beside(const struct export *export, const char *path, char *temporary, const void *bytes,
    size_t length)
{
	mode_t mask = umask(0);
	int file, error = 0;

	umask(mask);
	file = mkostemp(temporary, O_CLOEXEC);
	if (file == -1)
		return errno;
	if (!write_all(file, bytes, length) || fchmod(file, export->mode & ~mask) != 0 ||
	    fsync(file) != 0)
		error = errno;
	if (close(file) != 0 && error == 0)
		error = errno;
	if (error == 0 &&
	    (export->force ? rename(temporary, path) : file_take_name(temporary, path)) != 0)
		error = errno;
	if (error != 0)
		(void)unlink(temporary);
	return error;
}

static int
write_file(const struct export *export, const void *bytes, size_t length)
{
	char *path = target(export), *temporary = text_format("%s.XXXXXX", path);
	int error = write_beside(export, path, temporary, bytes, length);

	text_free(&temporary);
	text_free(&path);
	if (error == EEXIST)
		return tell_it_is_there(export->path);
	return error == 0 ? STATUS_DONE : cannot_write(export->path, error);
}

int
export_write(const struct export *export, const void *bytes, size_t length)
{
	sigset_t before;
	int status;

	if (export->path == NULL) /* what goes wrong there, main() tells */
		return fwrite(bytes, 1, length, stdout) == length ? STATUS_DONE : STATUS_FAILED;
	signals_hold(&before);
	status = write_file(export, bytes, length);
	signals_release(&before);
	return status;
}
