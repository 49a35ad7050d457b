/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "columns.h"
#include "content.h"
#include "exit_status.h"
#include "failure.h"
#include "message.h"
#include "text.h"

/* What is read at once. */
#define PIECE (256u << 10)

int
content_refuse(const char *path, const char *what)
{
	char *clean = columns_clean(path, strlen(path));

	complain("%s: %s", clean, what);
	failure_code("file");
	text_free(&clean);
	return STATUS_FAILED;
}

/* Not one that waits for somebody to write, nor one that has no end. */
static int
check_kind(const char *path, const struct stat *info)
{
	if (S_ISDIR(info->st_mode))
		return content_refuse(path, _("this is a folder; only a file can be signed"));
	if (!S_ISREG(info->st_mode))
		return content_refuse(path, _("this is not a regular file"));
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
		status = check_kind(path, &info);
	if (status == STATUS_DONE)
		content->size = (uint64_t)info.st_size;
	else
		content_close(content);
	return status;
}

void
content_close(struct content *content)
{
	if (content->file >= 0)
		(void)close(content->file);
	content->file = -1;
}

/* How many bytes there are next; 0 where the file ends; -1. */
static ssize_t
next_piece(const struct content *content, uint64_t done, void *piece)
{
	uint64_t left = content->size - done;
	ssize_t count;

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
	while (done < content->size && status == STATUS_DONE) {
		ssize_t count = next_piece(content, done, piece);

		if (count == -1)
			return content_refuse(path, strerror(errno));
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
