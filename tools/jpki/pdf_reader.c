/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <qpdf/qpdf-c.h>

#include "pdf_reader.h"

/* Fields are in fields, so deep at most; and so many in all. */
#define DEPTH 32
#define FIELDS 10000

struct walk {
	qpdf_data qpdf;
	pdf_taker take;
	void *to;
	int fields;
	bool failed; /* memory is used up, or there are too many */
};

/* ---------------------------------------------------------------- one signature */

/* What qpdf gives is good only until the next call. */
static struct pdf_text
copy(struct walk *walk, const char *bytes, size_t length)
{
	struct pdf_text text = {.bytes = malloc(length + 1), .length = length};

	if (text.bytes == NULL) {
		walk->failed = true;
		return (struct pdf_text){0};
	}
	memcpy(text.bytes, bytes, length);
	text.bytes[length] = '\0';
	return text;
}

static struct pdf_text
name_of(struct walk *walk, qpdf_oh dictionary, const char *key)
{
	qpdf_oh value = qpdf_oh_get_key(walk->qpdf, dictionary, key);
	const char *name;

	if (!qpdf_oh_is_name(walk->qpdf, value))
		return (struct pdf_text){0};
	name = qpdf_oh_get_name(walk->qpdf, value);
	return copy(walk, name, strlen(name));
}

static struct pdf_text
text_of(struct walk *walk, qpdf_oh dictionary, const char *key)
{
	qpdf_oh value = qpdf_oh_get_key(walk->qpdf, dictionary, key);
	const char *text;
	size_t length = 0;

	if (!qpdf_oh_is_string(walk->qpdf, value))
		return (struct pdf_text){0};
	text = qpdf_oh_get_binary_utf8_value(walk->qpdf, value, &length);
	return copy(walk, text, length);
}

static struct pdf_text
bytes_of(struct walk *walk, qpdf_oh dictionary, const char *key)
{
	qpdf_oh value = qpdf_oh_get_key(walk->qpdf, dictionary, key);
	const char *bytes;
	size_t length = 0;

	if (!qpdf_oh_is_string(walk->qpdf, value))
		return (struct pdf_text){0};
	bytes = qpdf_oh_get_binary_string_value(walk->qpdf, value, &length);
	return copy(walk, bytes, length);
}

static void
read_range(qpdf_data qpdf, qpdf_oh dictionary, struct pdf_dictionary *out)
{
	qpdf_oh range = qpdf_oh_get_key(qpdf, dictionary, "/ByteRange");

	out->range_count = -1;
	if (!qpdf_oh_is_array(qpdf, range))
		return;
	out->range_count = qpdf_oh_get_array_n_items(qpdf, range);
	for (int i = 0; i < out->range_count && i < PDF_RANGE; i++) {
		qpdf_oh one = qpdf_oh_get_array_item(qpdf, range, i);

		if (!qpdf_oh_is_integer(qpdf, one)) {
			out->range_count = -1;
			return;
		}
		out->range[i] = qpdf_oh_get_int_value(qpdf, one);
	}
}

static void
give(struct walk *walk, qpdf_oh dictionary)
{
	struct pdf_dictionary out = {
	    .type = name_of(walk, dictionary, "/Type"),
	    .sub_filter = name_of(walk, dictionary, "/SubFilter"),
	    .name = text_of(walk, dictionary, "/Name"),
	    .time = text_of(walk, dictionary, "/M"),
	    .contents = bytes_of(walk, dictionary, "/Contents"),
	};

	read_range(walk->qpdf, dictionary, &out);
	if (!walk->failed)
		walk->take(walk->to, &out);
	free(out.type.bytes);
	free(out.sub_filter.bytes);
	free(out.name.bytes);
	free(out.time.bytes);
	free(out.contents.bytes);
}

/* ---------------------------------------------------------------- all of them */

static bool
is_signature(qpdf_data qpdf, qpdf_oh field, bool parent_is)
{
	qpdf_oh kind = qpdf_oh_get_key(qpdf, field, "/FT");

	return qpdf_oh_is_null(qpdf, kind) ? parent_is
					   : qpdf_oh_is_name_and_equals(qpdf, kind, "/Sig");
}

/* The kind of a field is its own or that of the one it is in. */
static void
look_at_fields(struct walk *walk, qpdf_oh fields, bool parent_is, int depth)
{
	qpdf_data qpdf = walk->qpdf;
	int count = qpdf_oh_is_array(qpdf, fields) ? qpdf_oh_get_array_n_items(qpdf, fields) : 0;

	walk->failed |= depth > DEPTH || count > FIELDS;
	for (int i = 0; i < count && !walk->failed; i++) {
		qpdf_oh field = qpdf_oh_get_array_item(qpdf, fields, i), value;
		bool is;

		walk->failed |= ++walk->fields > FIELDS;
		if (!qpdf_oh_is_dictionary(qpdf, field))
			continue;
		is = is_signature(qpdf, field, parent_is);
		value = qpdf_oh_get_key(qpdf, field, "/V");
		if (is && qpdf_oh_is_dictionary(qpdf, value))
			give(walk, value);
		look_at_fields(walk, qpdf_oh_get_key(qpdf, field, "/Kids"), is, depth + 1);
	}
}

/* An error that nobody fetches is printed. */
static bool
has_error(qpdf_data qpdf)
{
	bool has = qpdf_has_error(qpdf);

	if (has)
		(void)qpdf_get_error(qpdf);
	return has;
}

static enum pdf_result
walk_all(struct walk *walk, const char *path)
{
	qpdf_oh form;

	qpdf_silence_errors(walk->qpdf);
	qpdf_set_suppress_warnings(walk->qpdf, QPDF_TRUE);
	/* what has to be repaired each program reads in another way */
	qpdf_set_attempt_recovery(walk->qpdf, QPDF_FALSE);
	(void)qpdf_read(walk->qpdf, path, NULL);
	if (has_error(walk->qpdf))
		return PDF_UNREADABLE;
	form = qpdf_oh_get_key(walk->qpdf, qpdf_get_root(walk->qpdf), "/AcroForm");
	if (qpdf_oh_is_dictionary(walk->qpdf, form))
		look_at_fields(walk, qpdf_oh_get_key(walk->qpdf, form, "/Fields"), false, 0);
	if (has_error(walk->qpdf) || qpdf_more_warnings(walk->qpdf) || walk->failed)
		return PDF_DAMAGED;
	return PDF_READ;
}

__attribute__((visibility("default"))) enum pdf_result
jpki_pdf_read(const char *path, pdf_taker take, void *to)
{
	struct walk walk = {.qpdf = qpdf_init(), .take = take, .to = to};
	enum pdf_result result = walk_all(&walk, path);

	qpdf_cleanup(&walk.qpdf);
	return result;
}
