/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build_folder.h"
#include "columns.h"
#include "exit_status.h"
#include "message.h"
#include "pdf_file.h"
#include "pdf_reader.h"
#include "text.h"

static char *
clean(const struct pdf_text *text)
{
	return text->bytes != NULL ? columns_clean(text->bytes, text->length) : NULL;
}

static void
add_signature(void *to, const struct pdf_dictionary *dictionary)
{
	struct pdf_file *file = to;
	struct pdf_signature *signature;

	file->list = list_grow(file->list, file->count, sizeof(*file->list));
	signature = &file->list[file->count++];
	*signature = (struct pdf_signature){
	    .type = clean(&dictionary->type),
	    .sub_filter = clean(&dictionary->sub_filter),
	    .name = clean(&dictionary->name),
	    .time = clean(&dictionary->time),
	    .range_count = dictionary->range_count,
	    .is_listed = dictionary->is_listed,
	};
	memcpy(signature->range, dictionary->range, sizeof(signature->range));
	if (dictionary->contents.bytes == NULL)
		return;
	signature->contents_length = dictionary->contents.length;
	signature->contents = memory_new(signature->contents_length);
	memcpy(signature->contents, dictionary->contents.bytes, signature->contents_length);
}

/* Load one of the reader's functions. qpdf depends on many libraries, which the other verbs should
 * not load. */
static bool
load(const char *name, void *function)
{
	char *folder = build_folder("/tools/jpki");
	char *path =
	    text_format("%s/" PDF_READER_FILE, folder != NULL ? folder : JPKI_LIBRARY_FOLDER);
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void *address = library != NULL ? dlsym(library, name) : NULL;

	if (address == NULL)
		complain(_("%s cannot be loaded: %s"), path, dlerror());
	memcpy(function, &address, sizeof(address));
	text_free(&path);
	text_free(&folder);
	return address != NULL;
}

enum pdf_form
pdf_file_mend(const char *path, const char *output)
{
	pdf_mender mender;

	return load(PDF_MENDER_FUNCTION, &mender) ? mender(path, output) : PDF_FORM_FAILED;
}

static int
read_signatures(struct pdf_file *file)
{
	pdf_reader reader;

	if (!load(PDF_READER_FUNCTION, &reader))
		return STATUS_FAILED;
	switch (reader(file->path, add_signature, file)) {
	case PDF_READ:
		return STATUS_DONE;
	case PDF_DAMAGED:
		return content_refuse(
		    file->path, _("this is a damaged PDF, which programs may read differently"));
	case PDF_ENCRYPTED:
		return content_refuse(file->path,
		    _("this PDF is encrypted, with a password or restrictions: remove that first"));
	default:
		return content_refuse(file->path, _("this is no PDF, or a damaged one"));
	}
}

int
pdf_file_open(const char *path, struct pdf_file *file)
{
	int status;

	*file = (struct pdf_file){.path = path};
	status = content_open(path, &file->content);
	if (status != STATUS_DONE)
		return status;
	return read_signatures(file);
}

void
pdf_file_close(struct pdf_file *file)
{
	for (size_t i = 0; i < file->count; i++) {
		struct pdf_signature *one = &file->list[i];

		text_free(&one->type);
		text_free(&one->sub_filter);
		text_free(&one->name);
		text_free(&one->time);
		free(one->contents);
	}
	free(file->list);
	content_close(&file->content);
}

/* ---------------------------------------------------------------- what it covers */

static bool
is_range(const struct pdf_file *file, const struct pdf_signature *signature)
{
	const long long *range = signature->range;
	long long size = (long long)file->content.size;

	return signature->range_count == PDF_RANGE && range[0] >= 0 && range[0] <= size &&
	       range[1] >= 0 && range[1] <= size - range[0] && range[2] >= range[0] + range[1] &&
	       range[2] <= size && range[3] >= 0 && range[3] <= size - range[2];
}

bool
pdf_file_left_out(
    const struct pdf_file *file, const struct pdf_signature *signature, uint64_t *bytes)
{
	const long long *range = signature->range;

	if (!is_range(file, signature))
		return false;
	*bytes = (uint64_t)range[0] + (file->content.size - (uint64_t)(range[2] + range[3]));
	return true;
}

static int
digit(char character)
{
	if (isdigit((unsigned char)character))
		return character - '0';
	if (isxdigit((unsigned char)character))
		return tolower((unsigned char)character) - 'a' + 10;
	return -1;
}

/* The number of bytes that the signature takes in the file. */
static size_t
written_length(const struct pdf_signature *signature)
{
	return 2 * signature->contents_length + 2;
}

/* Is the signature written there: "<", two digits for each byte, ">"? Blanks are not accepted, as
 * no program writes them. */
static bool
is_written(const char *text, const struct pdf_signature *signature)
{
	size_t length = signature->contents_length;

	if (text[0] != '<' || text[2 * length + 1] != '>')
		return false;
	for (size_t i = 0; i < length; i++) {
		int high = digit(text[1 + 2 * i]), low = digit(text[2 + 2 * i]);

		if (high < 0 || low < 0 || high * 16 + low != signature->contents[i])
			return false;
	}
	return true;
}

/* Whether the signature is at this offset of the file. */
static bool
stands_at(const struct pdf_file *file, const struct pdf_signature *signature, long long at)
{
	size_t length = written_length(signature);
	char *text = memory_new(length);
	bool does = pread(file->content.file, text, length, (off_t)at) == (ssize_t)length &&
		    is_written(text, signature);

	free(text);
	return does;
}

enum pdf_gap
pdf_file_gap(const struct pdf_file *file, const struct pdf_signature *signature)
{
	long long length = (long long)written_length(signature);
	long long from = signature->range[0] + signature->range[1], to = signature->range[2];

	if (!is_range(file, signature) || signature->contents == NULL || to - from < length)
		return PDF_GAP_OTHER;
	if (!stands_at(file, signature, from) && !stands_at(file, signature, to - length))
		return PDF_GAP_OTHER;
	return to - from == length ? PDF_GAP_SIGNATURE : PDF_GAP_MORE;
}

bool
pdf_file_is_short(const struct pdf_file *file, const struct pdf_signature *signature)
{
	const long long *range = signature->range;
	long long size = (long long)file->content.size;

	for (int part = 0; part < PDF_RANGE && signature->range_count == PDF_RANGE; part += 2)
		if (range[part] > size ||
		    (range[part] >= 0 && range[part + 1] > size - range[part]))
			return true;
	return false;
}

int
pdf_file_feed(const struct pdf_file *file, const struct pdf_signature *signature,
    content_taker take, void *to)
{
	struct progress progress;
	int status = STATUS_DONE;

	progress_begin(
	    &progress, _("Reading"), (uint64_t)signature->range[1] + (uint64_t)signature->range[3]);
	for (int part = 0; part < PDF_RANGE && status == STATUS_DONE; part += 2) {
		struct content content = {
		    .file = file->content.file,
		    .from = (uint64_t)signature->range[part],
		    .size = (uint64_t)signature->range[part + 1],
		};

		status = content_read(&content, file->path, &progress, take, to);
	}
	progress_end(&progress);
	return status;
}
