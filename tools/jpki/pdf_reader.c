/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <qpdf/qpdf-c.h>

#include "pdf_reader.h"

/* Fields, and lists of them, are at most so many. */
#define FIELDS 10000

/* Fields that are in another one. */
struct list {
	qpdf_oh fields;
	bool parent_is; /* that one is a signature, so these are, if they do not say otherwise */
};

struct walk {
	qpdf_data qpdf;
	pdf_taker take;
	void *to;
	struct list *lists; /* FIELDS of them */
	int count, fields;
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

static void
add_list(struct walk *walk, qpdf_oh fields, bool parent_is)
{
	if (!qpdf_oh_is_array(walk->qpdf, fields))
		return;
	if (walk->count == FIELDS)
		walk->failed = true;
	else
		walk->lists[walk->count++] = (struct list){fields, parent_is};
}

/* The kind of a field is its own or that of the one it is in. */
static void
look_at_field(struct walk *walk, qpdf_oh field, bool parent_is)
{
	qpdf_oh value;
	bool is;

	walk->failed |= ++walk->fields > FIELDS;
	if (walk->failed || !qpdf_oh_is_dictionary(walk->qpdf, field))
		return;
	is = is_signature(walk->qpdf, field, parent_is);
	value = qpdf_oh_get_key(walk->qpdf, field, "/V");
	if (is && qpdf_oh_is_dictionary(walk->qpdf, value))
		give(walk, value);
	add_list(walk, qpdf_oh_get_key(walk->qpdf, field, "/Kids"), is);
}

/* Those of the form, and those that are in others. */
static void
look_at_fields(struct walk *walk, qpdf_oh fields)
{
	walk->lists = calloc(FIELDS, sizeof(*walk->lists));
	if (walk->lists == NULL)
		walk->failed = true;
	else
		add_list(walk, fields, false);
	for (int i = 0; i < walk->count && !walk->failed; i++) {
		struct list list = walk->lists[i];
		int count = qpdf_oh_get_array_n_items(walk->qpdf, list.fields);

		for (int j = 0; j < count && !walk->failed; j++)
			look_at_field(walk, qpdf_oh_get_array_item(walk->qpdf, list.fields, j),
			    list.parent_is);
	}
	free(walk->lists);
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
		look_at_fields(walk, qpdf_oh_get_key(walk->qpdf, form, "/Fields"));
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
