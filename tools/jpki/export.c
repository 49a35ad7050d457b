/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ending.h"
#include "exit_status.h"
#include "export.h"
#include "file.h"
#include "message.h"
#include "text.h"

static int
cannot_write(const char *path, int error)
{
	complain(
	    _("cannot write %s: %s"), path != NULL ? path : _("standard output"), strerror(error));
	return STATUS_FAILED;
}

static int
tell_it_is_there(const char *path)
{
	complain(_("%s is there already."), path);
	advise("%s", _("Nothing was written. Use another name, or --force to overwrite it."));
	return STATUS_FAILED;
}

const char *
export_path(const char *given)
{
	return given != NULL && strcmp(given, "-") == 0 ? NULL : given;
}

static int
check_output_stream(void)
{
	int flags = fcntl(STDOUT_FILENO, F_GETFL);

	if (flags == -1)
		return cannot_write(NULL, errno);
	return (flags & O_ACCMODE) == O_RDONLY ? cannot_write(NULL, EBADF) : STATUS_DONE;
}

int
export_check(const struct export *export)
{
	struct stat info;

	if (export->path == NULL)
		return check_output_stream();
	if (lstat(export->path, &info) != 0)
		return STATUS_DONE;
	if (!export->force)
		return tell_it_is_there(export->path);
	if (stat(export->path, &info) == 0 && S_ISREG(info.st_mode))
		return STATUS_DONE;
	/* a device, a pipe, a folder: a file must not replace it */
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

/* The file to write, links followed if it exists; the caller frees it. */
static char *
target(const struct export *export)
{
	char *real = export->force ? realpath(export->path, NULL) : NULL;

	return real != NULL ? real : text_copy(export->path, strlen(export->path));
}

/* Pieces are written to a temporary file in the same folder, which then gets the name. Both are
 * NULL for standard output. */
struct export_pieces {
	const struct export *export;
	char *path, *temporary;
	int file;
	sigset_t before;
};

static void
pieces_free(struct export_pieces **pieces)
{
	sigset_t before = (*pieces)->before;
	bool held = (*pieces)->path != NULL;

	text_free(&(*pieces)->temporary);
	text_free(&(*pieces)->path);
	free(*pieces);
	*pieces = NULL;
	if (held)
		signals_release(&before);
}

struct export_pieces *
export_begin(const struct export *export)
{
	struct export_pieces *pieces = memory_new(sizeof(*pieces));

	pieces->export = export;
	pieces->file = STDOUT_FILENO;
	if (export->path == NULL)
		return pieces;
	pieces->path = target(export);
	pieces->temporary = text_format("%s.XXXXXX", pieces->path);
	signals_hold(&pieces->before);
	pieces->file = mkostemp(pieces->temporary, O_CLOEXEC);
	if (pieces->file == -1) {
		cannot_write(export->path, errno);
		pieces_free(&pieces);
	}
	return pieces;
}

int
export_put(struct export_pieces *pieces, const void *bytes, size_t length)
{
	if (ending_is_asked()) /* writing may take long */
		return STATUS_FAILED;
	if (!write_all(pieces->file, bytes, length))
		return cannot_write(pieces->export->path, errno);
	return STATUS_DONE;
}

static int
take_name(const struct export_pieces *pieces)
{
	return pieces->export->force ? rename(pieces->temporary, pieces->path)
				     : file_take_name(pieces->temporary, pieces->path);
}

static int
finish(const struct export_pieces *pieces)
{
	mode_t mask = umask(0);

	umask(mask);
	if (fchmod(pieces->file, pieces->export->mode & ~mask) != 0 || fsync(pieces->file) != 0 ||
	    take_name(pieces) != 0)
		return errno;
	return 0;
}

int
export_end(struct export_pieces **pieces, bool whole)
{
	const struct export *export = (*pieces)->export;
	int error;

	if (export->path == NULL) {
		pieces_free(pieces);
		return whole ? STATUS_DONE : STATUS_FAILED;
	}
	error = whole ? finish(*pieces) : 0;
	(void)close((*pieces)->file); /* the data is on the disk already */
	if (!whole || error != 0)
		(void)unlink((*pieces)->temporary);
	pieces_free(pieces);
	if (error == EEXIST)
		return tell_it_is_there(export->path);
	if (error != 0)
		return cannot_write(export->path, error);
	return whole ? STATUS_DONE : STATUS_FAILED;
}

int
export_write(const struct export *export, const void *bytes, size_t length)
{
	struct export_pieces *pieces;

	if (export->path == NULL) /* main() tells errors of standard output */
		return fwrite(bytes, 1, length, stdout) == length ? STATUS_DONE : STATUS_FAILED;
	pieces = export_begin(export);
	if (pieces == NULL)
		return STATUS_FAILED;
	return export_end(&pieces, export_put(pieces, bytes, length) == STATUS_DONE);
}
