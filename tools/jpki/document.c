/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "columns.h"
#include "document.h"
#include "exit_status.h"
#include "export.h"
#include "file.h"
#include "frame.h"
#include "message.h"
#include "text.h"

/* ---------------------------------------------------------------- check */

/* The folder of a file, links followed; the caller frees it. NULL, with errno, if there is none. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder =
	    slash != NULL ? text_copy(path, (size_t)(slash - path) + 1) : text_copy(".", 1);
	char *real = realpath(folder, NULL);

	text_free(&folder);
	return real;
}

static const char *
name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* The file to write, links followed if it exists; the caller frees it. NULL if it cannot exist. */
static char *
target_of(const char *output)
{
	char *real = realpath(output, NULL), *folder, *path;

	if (real != NULL)
		return real;
	folder = folder_of(output);
	if (folder == NULL)
		return NULL;
	path = text_format("%s/%s", folder, name_of(output));
	free(folder);
	return path;
}

static bool
are_one_place(const char *one, const char *other)
{
	char *target = target_of(one), *other_target = target_of(other);
	bool are = target != NULL && other_target != NULL && strcmp(target, other_target) == 0;

	free(target);
	free(other_target);
	return are;
}

static int
check_folder(const char *output)
{
	char *folder = folder_of(output);
	int error = folder == NULL || access(folder, W_OK | X_OK) != 0 ? errno : 0;

	free(folder);
	if (error == 0)
		return STATUS_DONE;
	return content_refuse(output, strerror(error));
}

static const char *
place_of(const struct document *document)
{
	return content_is_input(document->path) ? "/dev/stdin" : document->path;
}

/* The output must be neither another document's output nor a file to sign. */
static int
check_others(const struct documents *documents, size_t self)
{
	const char *output = documents->list[self].output;

	if (export_path(output) == NULL)
		return STATUS_DONE;
	for (size_t i = 0; i < documents->count; i++) {
		if (i < self && are_one_place(output, documents->list[i].output))
			return content_refuse(output, _("two of the files would become this one"));
		if (is_same_file(output, place_of(&documents->list[i])))
			return content_refuse(
			    output, _("this is to be signed, and would be overwritten"));
	}
	return STATUS_DONE;
}

static struct export export_of(const struct documents *documents, size_t i)
{
	return (struct export){.path = export_path(documents->list[i].output),
	    .force = documents->force,
	    .mode = documents->mode};
}

static int
check_output(const struct documents *documents, size_t i)
{
	struct export export = export_of(documents, i);
	int status = check_others(documents, i);

	if (status == STATUS_DONE)
		status = export_check(&export);
	return status == STATUS_DONE && export.path != NULL ? check_folder(export.path) : status;
}

/* A pipe can only be signed with --detached: otherwise its size is needed first, and it is read
 * again after the signature. */
static int
tell_pipe(const struct document *document)
{
	return content_refuse(
	    document->path, _("what comes through a pipe can only be signed with --detached"));
}

static int
find_one(struct document *document, bool detached)
{
	struct content content;
	int status = content_open_any(document->path, &content);

	if (status != STATUS_DONE)
		return status;
	if (content.is_stream && !detached)
		status = tell_pipe(document);
	else if (fstat(content.file, &document->info) != 0)
		status = STATUS_FAILED;
	content_close(&content);
	return status;
}

int
documents_find(struct documents *documents, char *const *paths, size_t count, const char *output)
{
	int status = STATUS_DONE;

	documents->count = count;
	documents->list = memory_new(count * sizeof(*documents->list));
	for (size_t i = 0; i < count; i++) {
		struct document *one = &documents->list[i];

		one->path = paths[i];
		if (output == NULL && content_is_input(paths[i]))
			output = "-";
		one->output = output != NULL ? text_copy(output, strlen(output))
					     : text_format("%s.%s", paths[i],
						   documents->detached ? "p7s" : "p7m");
	}
	for (size_t i = 0; i < count && status == STATUS_DONE; i++)
		status = find_one(&documents->list[i], documents->detached);
	for (size_t i = 0; i < count && status == STATUS_DONE; i++)
		status = check_output(documents, i);
	return status;
}

void
documents_free(struct documents *documents)
{
	for (size_t i = 0; i < documents->count; i++) {
		text_free(&documents->list[i].output);
		OPENSSL_free(documents->list[i].signature);
	}
	free(documents->list);
	documents->list = NULL;
	documents->count = 0;
}

/* ---------------------------------------------------------------- read */

static int
tell_changed(const struct document *document)
{
	content_refuse(document->path, _("it has changed meanwhile"));
	advise("%s", _("It was not signed. Try again when no other program writes to it."));
	return STATUS_FAILED;
}

/* Is it still the same file, unchanged since it was found? */
static bool
is_as_found(const struct document *document, const struct content *content)
{
	struct stat now;
	const struct stat *then = &document->info;

	if (content->is_stream)
		return true;
	return fstat(content->file, &now) == 0 && now.st_dev == then->st_dev &&
	       now.st_ino == then->st_ino && now.st_size == then->st_size &&
	       now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == then->st_mtim.tv_nsec;
}

static int
open_again(const struct document *document, struct content *content)
{
	int status = content_open_any(document->path, content);

	if (status != STATUS_DONE || is_as_found(document, content))
		return status;
	content_close(content);
	return tell_changed(document);
}

int
document_check(const struct document *document)
{
	struct content content;
	int status = open_again(document, &content);

	if (status == STATUS_DONE)
		content_close(&content);
	return status;
}

static int
digest_one(struct document *document, struct progress *progress)
{
	struct content content;
	int status = open_again(document, &content);

	if (status != STATUS_DONE)
		return status;
	status = content_digest(&content, document->path, progress, document->digest);
	if (status == STATUS_DONE && !is_as_found(document, &content))
		status = tell_changed(document);
	content_close(&content);
	return status;
}

static uint64_t
size_of_all(const struct documents *documents)
{
	uint64_t size = 0;

	for (size_t i = 0; i < documents->count; i++)
		size += (uint64_t)documents->list[i].info.st_size;
	return size;
}

int
documents_digest(struct documents *documents)
{
	struct progress progress;
	int status = STATUS_DONE;

	progress_begin(&progress, _("Reading"), size_of_all(documents));
	for (size_t i = 0; i < documents->count && status == STATUS_DONE; i++)
		status = digest_one(&documents->list[i], &progress);
	progress_end(&progress);
	return status;
}

/* ---------------------------------------------------------------- write */

struct copy {
	struct export_pieces *pieces;
	EVP_MD_CTX *context;
};

/* Write a piece, and hash it again: it must be what was signed. */
static int
take_for_copy(void *to, const void *bytes, size_t length)
{
	struct copy *copy = to;

	if (EVP_DigestUpdate(copy->context, bytes, length) != 1)
		out_of_memory();
	return export_put(copy->pieces, bytes, length);
}

static int
copy_content(const struct document *document, const struct content *content, struct copy *copy,
    struct progress *progress)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	int status;

	if (EVP_DigestInit_ex(copy->context, EVP_sha256(), NULL) != 1)
		out_of_memory();
	status = content_read(content, document->path, progress, take_for_copy, copy);
	if (status != STATUS_DONE)
		return status;
	if (EVP_DigestFinal_ex(copy->context, digest, NULL) != 1)
		out_of_memory();
	return memcmp(digest, document->digest, CONTENT_DIGEST) == 0 ? STATUS_DONE
								     : tell_changed(document);
}

/* Write the frame around the content, piece by piece. */
static int
put_attached(const struct document *document, const struct content *content, struct copy *copy,
    struct progress *progress)
{
	struct frame frame;
	uint8_t begin[FRAME_ROOM + 256];
	int status;

	if (!frame_read(&frame, document->signature, document->signature_length,
		document->signature_length) ||
	    frame.head_length > sizeof(begin) - FRAME_ROOM)
		return content_refuse(document->path, _("its signature cannot be put around it"));
	status = export_put(copy->pieces, begin, frame_begin(&frame, true, content->size, begin));
	if (status == STATUS_DONE)
		status = copy_content(document, content, copy, progress);
	if (status == STATUS_DONE)
		status = export_put(copy->pieces, frame.tail, frame.tail_length);
	return status;
}

static int
write_attached(
    const struct document *document, const struct export *export, struct progress *progress)
{
	struct content content;
	struct copy copy = {.context = EVP_MD_CTX_new()};
	int status = open_again(document, &content);

	if (copy.context == NULL)
		out_of_memory();
	if (status == STATUS_DONE) {
		copy.pieces = export_begin(export);
		status = STATUS_FAILED;
		if (copy.pieces != NULL)
			status = export_end(&copy.pieces,
			    put_attached(document, &content, &copy, progress) == STATUS_DONE);
		content_close(&content);
	}
	EVP_MD_CTX_free(copy.context);
	return status;
}

static int
write_one(const struct documents *documents, size_t i, struct progress *progress)
{
	const struct document *document = &documents->list[i];
	struct export export = export_of(documents, i);

	if (documents->detached)
		return export_write(&export, document->signature, document->signature_length);
	return write_attached(document, &export, progress);
}

int
documents_write(const struct documents *documents)
{
	struct progress progress;
	int status = STATUS_DONE;
	size_t written = 0;

	progress_begin(&progress, _("Writing"), documents->detached ? 0 : size_of_all(documents));
	while (written < documents->count && status == STATUS_DONE) {
		status = write_one(documents, written, &progress);
		written += status == STATUS_DONE;
	}
	progress_end(&progress);
	for (size_t i = 0; i < written; i++) {
		const char *output = documents->list[i].output;
		char *clean;

		if (export_path(output) == NULL)
			continue;
		clean = columns_clean(output, strlen(output));

		tell(_("Wrote %s."), clean);
		text_free(&clean);
	}
	return status;
}
