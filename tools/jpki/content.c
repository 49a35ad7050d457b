/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "columns.h"
#include "content.h"
#include "exit_status.h"
#include "failure.h"
#include "message.h"
#include "text.h"

/* Bytes that are read at once. */
#define PIECE (256u << 10)

bool
content_is_input(const char *path)
{
	return strcmp(path, "-") == 0;
}

char *
content_name(const char *path)
{
	const char *name = content_is_input(path) ? _("standard input") : path;

	return columns_clean(name, strlen(name));
}

int
content_refuse(const char *path, const char *what)
{
	char *clean = content_name(path);

	complain("%s: %s", clean, what);
	failure_code("file");
	text_free(&clean);
	return STATUS_FAILED;
}

/* Is it a file that the system makes while it is read, such as those of /proc? Its size is
 * reported as 0. */
static bool
has_no_size(int file, const struct stat *info)
{
	char byte;

	return info->st_size == 0 && pread(file, &byte, sizeof(byte), 0) != 0;
}

/* Refuse files whose reading may block or never end. */
static int
check_kind(const char *path, int file, const struct stat *info)
{
	if (S_ISDIR(info->st_mode))
		return content_refuse(path, _("this is a folder; only a file can be signed"));
	if (!S_ISREG(info->st_mode))
		return content_refuse(path, _("this is not a regular file"));
	if (has_no_size(file, info))
		return content_refuse(
		    path, _("the system does not tell its size: copy it, and use the copy"));
	return STATUS_DONE;
}

int
content_open(const char *path, struct content *content)
{
	struct stat info;
	int status;

	*content = (struct content){.file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
	if (content->file == -1 || fstat(content->file, &info) != 0)
		status = content_refuse(path, strerror(errno));
	else
		status = check_kind(path, content->file, &info);
	if (status == STATUS_DONE)
		content->size = (uint64_t)info.st_size;
	else
		content_close(content);
	return status;
}

/* The rest from the current position on, because somebody may have read the beginning. */
static void
take_rest(struct content *content, const struct stat *info)
{
	off_t at = lseek(content->file, 0, SEEK_CUR);

	content->from = at > 0 ? (uint64_t)at : 0;
	content->size = at < info->st_size ? (uint64_t)info->st_size - content->from : 0;
}

static int
open_input(const char *path, struct content *content)
{
	struct stat info;
	int status = STATUS_DONE;

	*content =
	    (struct content){.file = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
	if (content->file == -1 || fstat(content->file, &info) != 0)
		status = content_refuse(path, strerror(errno));
	else if (isatty(content->file))
		status = content_refuse(path, _("this is a terminal: name a file"));
	else if (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode))
		status = check_kind(path, content->file, &info);
	else
		content->is_stream = true;
	if (status != STATUS_DONE)
		content_close(content);
	else if (!content->is_stream)
		take_rest(content, &info);
	return status;
}

int
content_open_any(const char *path, struct content *content)
{
	return content_is_input(path) ? open_input(path, content) : content_open(path, content);
}

void
content_close(struct content *content)
{
	if (content->file >= 0)
		(void)close(content->file);
	content->file = -1;
}

/* Read from a stream. The program at the other end may have made it non-blocking. */
static ssize_t
next_of_stream(const struct content *content, void *piece)
{
	struct pollfd one = {.fd = content->file, .events = POLLIN};
	ssize_t count;

	do
		count = read(content->file, piece, PIECE);
	while (count == -1 &&
	       (errno == EINTR || (errno == EAGAIN && (poll(&one, 1, -1) >= 0 || errno == EINTR))));
	return count;
}

/* Read the next bytes: their number, 0 at the end of the file, -1 after an error. */
static ssize_t
next_piece(const struct content *content, uint64_t done, void *piece)
{
	uint64_t left = content->size - done;
	ssize_t count;

	if (content->is_stream)
		return next_of_stream(content, piece);
	do
		count = pread(content->file, piece, left < PIECE ? (size_t)left : PIECE,
		    (off_t)(content->from + done));
	while (count == -1 && errno == EINTR);
	return count;
}

int
content_read(const struct content *content, const char *path, struct progress *progress,
    content_taker take, void *to)
{
	static uint8_t piece[PIECE];
	uint64_t done = 0;
	int status = STATUS_DONE;

	(void)posix_fadvise(content->file, (off_t)content->from, 0, POSIX_FADV_SEQUENTIAL);
	while ((content->is_stream || done < content->size) && status == STATUS_DONE) {
		ssize_t count = next_piece(content, done, piece);

		if (count == -1)
			return content_refuse(path, strerror(errno));
		if (count == 0 && content->is_stream)
			break;
		if (count == 0)
			return content_refuse(path, _("it has become shorter while it was read"));
		status = take(to, piece, (size_t)count);
		done += (uint64_t)count;
		progress_add(progress, (uint64_t)count);
	}
	return status;
}

static int
take_for_digest(void *to, const void *bytes, size_t length)
{
	if (EVP_DigestUpdate(to, bytes, length) != 1)
		out_of_memory();
	return STATUS_DONE;
}

int
content_digest(const struct content *content, const char *path, struct progress *progress,
    uint8_t digest[CONTENT_DIGEST])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int status;

	if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
		out_of_memory();
	status = content_read(content, path, progress, take_for_digest, context);
	if (EVP_DigestFinal_ex(context, digest, NULL) != 1)
		out_of_memory();
	EVP_MD_CTX_free(context);
	return status;
}

/* A content that is kept in memory, while it is read. */
struct kept {
	const char *path;
	struct content memory;
	uint64_t most;
};

static int
take_for_memory(void *to, const void *bytes, size_t length)
{
	struct kept *kept = to;

	if (length > kept->most - kept->memory.size) {
		content_refuse(kept->path, _("there is too much of it to be read through a pipe"));
		advise("%s", _("Write it to a file, and name that."));
		return STATUS_FAILED;
	}
	if (write(kept->memory.file, bytes, length) != (ssize_t)length)
		out_of_memory();
	kept->memory.size += length;
	return STATUS_DONE;
}

int
content_keep(struct content *content, const char *path, uint64_t most)
{
	struct kept kept = {
	    .path = path, .memory.file = memfd_create("jpki", MFD_CLOEXEC), .most = most};
	struct progress none = {0};
	int status;

	if (kept.memory.file == -1)
		out_of_memory();
	status = content_read(content, path, &none, take_for_memory, &kept);
	content_close(content);
	*content = kept.memory;
	return status;
}
