/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>

#include "exit_status.h"
#include "file.h"
#include "frame.h"
#include "message.h"
#include "pem.h"
#include "signed_file.h"
#include "text.h"

/* Bytes that are read to find the beginning of the content. */
#define HEAD 65536u

/* Largest certificates and signers of a signature that is read in parts, and largest one that is
 * read whole, in bytes. */
#define TAIL_MAX (16u << 20)
#define WHOLE_MAX (256u << 20)

/* Read `length` bytes from an offset; the caller frees them. NULL after telling why. */
static uint8_t *
read_bytes(const struct signed_file *file, uint64_t from, size_t length)
{
	uint8_t *bytes = memory_new(length);
	size_t done = 0;

	while (done < length) {
		ssize_t count =
		    pread(file->content.file, bytes + done, length - done, (off_t)(from + done));

		if (count == -1 && errno == EINTR)
			continue;
		if (count <= 0) {
			content_refuse(file->path, strerror(count == 0 ? EIO : errno));
			free(bytes);
			return NULL;
		}
		done += (size_t)count;
	}
	return bytes;
}

static int
tell_it_is_none(const struct signed_file *file)
{
	ERR_clear_error();
	return content_refuse(file->path, _("this is no signature (CMS), or a damaged one"));
}

/* ---------------------------------------------------------------- in parts */

static CMS_ContentInfo *
without_content(const struct frame *frame, const uint8_t *tail)
{
	size_t room = FRAME_ROOM + frame->head_length + frame->tail_length, length;
	uint8_t *der = memory_new(room);
	const unsigned char *at = der;
	CMS_ContentInfo *cms;

	length = frame_begin(frame, false, 0, der);
	memcpy(der + length, tail, frame->tail_length);
	cms = d2i_CMS_ContentInfo(NULL, &at, (long)(length + frame->tail_length));
	free(der);
	return cms;
}

/* Read a signature whose content stays in the file, of any size. */
static int
open_in_parts(struct signed_file *file, const struct frame *frame)
{
	uint64_t end = frame->content_from + frame->content_length;
	uint8_t *tail;

	if (frame->tail_length > TAIL_MAX)
		return tell_it_is_none(file);
	tail = read_bytes(file, end, frame->tail_length);
	if (tail == NULL)
		return STATUS_FAILED;
	file->cms = without_content(frame, tail);
	free(tail);
	if (file->cms == NULL)
		return tell_it_is_none(file);
	file->has_content = true;
	file->content.from = frame->content_from;
	file->content.size = frame->content_length;
	return STATUS_DONE;
}

/* ---------------------------------------------------------------- whole */

/* Decode PEM. Bytes after the signature within its DER count as beside it too. */
static void
decode_pem(struct signed_file *file, const uint8_t *bytes, size_t length)
{
	size_t size = 0;
	unsigned char *der = pem_read_signature(bytes, length, &size, &file->beside);
	const unsigned char *at = der;

	if (der != NULL) {
		file->cms = d2i_CMS_ContentInfo(NULL, &at, (long)size);
		file->beside += size - (size_t)(at - der);
	}
	OPENSSL_free(der);
}

/* Decode DER first, because its content may contain a signature in PEM. */
static void
decode(struct signed_file *file, const uint8_t *bytes, size_t length)
{
	const unsigned char *at = bytes;

	file->cms = d2i_CMS_ContentInfo(NULL, &at, (long)length);
	if (file->cms != NULL)
		file->beside = length - (size_t)(at - bytes);
	else
		decode_pem(file, bytes, length);
}

static bool
is_signed_data(CMS_ContentInfo *cms)
{
	return cms != NULL && OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_signed;
}

static void
find_in_memory(struct signed_file *file)
{
	ASN1_OCTET_STRING **octets = CMS_get0_content(file->cms);

	if (octets == NULL || *octets == NULL)
		return;
	file->has_content = true;
	file->memory = ASN1_STRING_get0_data(*octets);
	file->memory_length = (size_t)ASN1_STRING_length(*octets);
}

static int
open_whole(struct signed_file *file)
{
	size_t length = (size_t)file->content.size;
	uint8_t *bytes;

	if (file->content.size > WHOLE_MAX) {
		char *name = content_name(file->path);

		complain(_("%s is too large to be checked in this form (more than %u MiB)."), name,
		    WHOLE_MAX >> 20);
		text_free(&name);
		advise(
		    "%s", _("Have the signature made anew in DER, or beside the file (detached)."));
		return STATUS_FAILED;
	}
	bytes = read_bytes(file, 0, length);
	if (bytes == NULL)
		return STATUS_FAILED;
	decode(file, bytes, length);
	free(bytes);
	if (!is_signed_data(file->cms))
		return tell_it_is_none(file);
	find_in_memory(file);
	return STATUS_DONE;
}

/* ---------------------------------------------------------------- */

int
signed_file_open(const char *path, struct signed_file *file)
{
	struct frame frame;
	uint8_t *head;
	size_t length;
	int status;

	*file = (struct signed_file){.path = path};
	status = content_open_any(path, &file->content);
	if (status == STATUS_DONE && (file->content.is_stream || file->content.from > 0))
		status = content_keep(&file->content, path, WHOLE_MAX);
	if (status != STATUS_DONE)
		return status;
	length = file->content.size < HEAD ? (size_t)file->content.size : HEAD;
	head = read_bytes(file, 0, length);
	if (head == NULL)
		return STATUS_FAILED;
	if (frame_read(&frame, head, length, file->content.size) && frame.has_content)
		status = open_in_parts(file, &frame);
	else
		status = open_whole(file);
	free(head);
	return status;
}

void
signed_file_close(struct signed_file *file)
{
	content_close(&file->content);
	CMS_ContentInfo_free(file->cms);
	file->cms = NULL;
	text_free(&file->content_path);
}

/* The content of "FILE.p7s" is FILE; NULL if that does not exist. */
static char *
usual_content(const char *path)
{
	const char *dot = strrchr(path, '.');
	char *name;

	if (dot == NULL || dot == path || strchr(dot, '/') != NULL)
		return NULL;
	name = text_copy(path, (size_t)(dot - path));
	if (!is_there(name))
		text_free(&name);
	return name;
}

int
signed_file_find_content(struct signed_file *file, const char *path)
{
	if (file->has_content && path != NULL) {
		content_refuse(file->path, _("what is signed is in the signature itself"));
		advise("%s", _("--content is for a signature without it. Nothing was checked."));
		return STATUS_FAILED;
	}
	if (file->has_content)
		return STATUS_DONE;
	file->content_path =
	    path != NULL ? text_copy(path, strlen(path)) : usual_content(file->path);
	if (file->content_path == NULL) {
		content_refuse(file->path, _("what is signed is not in the signature"));
		advise("%s", _("Name the file that was signed with --content."));
		return STATUS_FAILED;
	}
	content_close(&file->content);
	return content_open_any(file->content_path, &file->content);
}

static int
take_for_chain(void *to, const void *bytes, size_t length)
{
	if (BIO_write(to, bytes, (int)length) != (int)length)
		out_of_memory();
	return STATUS_DONE;
}

int
signed_file_feed(const struct signed_file *file, BIO *chain)
{
	struct progress progress;
	int status;

	if (file->memory != NULL)
		return file->memory_length == 0
			   ? STATUS_DONE
			   : take_for_chain(chain, file->memory, file->memory_length);
	progress_begin(&progress, _("Reading"), file->content.is_stream ? 0 : file->content.size);
	status = content_read(&file->content,
	    file->content_path != NULL ? file->content_path : file->path, &progress, take_for_chain,
	    chain);
	progress_end(&progress);
	return status;
}
