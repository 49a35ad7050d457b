/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <qpdf/qpdf-c.h>

#include "pdf_objects.h"
#include "pdf_reader.h"

/* Limits for the depth and the nodes of a tree, which may contain itself. */
#define DEPTH 64
#define NODES 300000

/* A file has at most so many signatures. */
#define SIGNATURES 10000

/* Fields, or pages, that belong to another one. */
struct list {
	qpdf_oh nodes;
	int depth;
	bool parent_is; /* that one is a signature field, so these are by default */
};

struct walk {
	qpdf_data qpdf;
	pdf_taker take;
	void *to;
	struct list *lists, now; /* the lists of a tree, and the present one */
	int count, nodes;
	long long *seen; /* keys of what was passed on; -KEY for the value of a field */
	int seen_count;
	bool failed; /* memory is used up, or there are too many */
};

/* ---------------------------------------------------------------- one signature */

/* Copy bytes, because qpdf's are valid only until the next call. */
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

/* The string in a dictionary, read by `get`; empty if the value is not a string. */
static struct pdf_text
string_of(struct walk *walk, qpdf_oh dictionary, const char *key,
    const char *(*get)(qpdf_data qpdf, qpdf_oh value, size_t *length))
{
	qpdf_oh value = qpdf_oh_get_key(walk->qpdf, dictionary, key);
	const char *bytes;
	size_t length = 0;

	if (!qpdf_oh_is_string(walk->qpdf, value))
		return (struct pdf_text){0};
	bytes = get(walk->qpdf, value, &length);
	return copy(walk, bytes, length);
}

static struct pdf_text
text_of(struct walk *walk, qpdf_oh dictionary, const char *key)
{
	return string_of(walk, dictionary, key, qpdf_oh_get_binary_utf8_value);
}

static struct pdf_text
bytes_of(struct walk *walk, qpdf_oh dictionary, const char *key)
{
	return string_of(walk, dictionary, key, qpdf_oh_get_binary_string_value);
}

static void
read_range(qpdf_data qpdf, qpdf_oh dictionary, struct pdf_dictionary *out)
{
	qpdf_oh range = qpdf_oh_get_key(qpdf, dictionary, "/ByteRange");

	out->range_count = qpdf_oh_is_null(qpdf, range) ? -1 : 0;
	if (!qpdf_oh_is_array(qpdf, range))
		return;
	out->range_count = qpdf_oh_get_array_n_items(qpdf, range);
	for (int i = 0; i < out->range_count && i < PDF_RANGE; i++) {
		qpdf_oh one = qpdf_oh_get_array_item(qpdf, range, i);

		if (!qpdf_oh_is_integer(qpdf, one)) {
			out->range_count = 0;
			return;
		}
		out->range[i] = qpdf_oh_get_int_value(qpdf, one);
	}
}

static void
give(struct walk *walk, qpdf_oh dictionary, bool listed)
{
	struct pdf_dictionary out = {
	    .type = name_of(walk, dictionary, "/Type"),
	    .sub_filter = name_of(walk, dictionary, "/SubFilter"),
	    .name = text_of(walk, dictionary, "/Name"),
	    .time = text_of(walk, dictionary, "/M"),
	    .contents = bytes_of(walk, dictionary, "/Contents"),
	    .is_listed = listed,
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

/* ---------------------------------------------------------------- which ones */

static bool
is_noted(const struct walk *walk, long long key)
{
	for (int i = 0; i < walk->seen_count; i++)
		if (key != 0 && walk->seen[i] == key)
			return true;
	return false;
}

/* Remember a signature. True if it is new: each is passed on once, even if several fields and
 * pages name it. */
static bool
note(struct walk *walk, long long key)
{
	long long *more;

	if (is_noted(walk, key))
		return false;
	more = realloc(walk->seen, (size_t)(walk->seen_count + 1) * sizeof(*more));
	walk->failed |= more == NULL || walk->seen_count == SIGNATURES;
	if (more == NULL)
		return false;
	walk->seen = more;
	walk->seen[walk->seen_count++] = key;
	return true;
}

/* Pass on the value of a field. */
static void
give_value(struct walk *walk, qpdf_oh field, bool listed)
{
	qpdf_oh value = qpdf_oh_get_key(walk->qpdf, field, "/V");
	long long key = pdf_object_key(walk->qpdf, value);

	if (!qpdf_oh_is_dictionary(walk->qpdf, value))
		return;
	if (key == 0)
		key = -pdf_object_key(walk->qpdf, field);
	if (note(walk, key))
		give(walk, value, listed);
}

static bool
is_signature(qpdf_data qpdf, qpdf_oh field, bool parent_is)
{
	qpdf_oh kind = qpdf_oh_get_key(qpdf, field, "/FT");
	bool is = qpdf_oh_is_null(qpdf, kind) ? parent_is
					      : qpdf_oh_is_name_and_equals(qpdf, kind, "/Sig");

	qpdf_oh_release(qpdf, kind);
	return is;
}

/* ---------------------------------------------------------------- all of them */

static void
add_list(struct walk *walk, qpdf_oh nodes, bool parent_is)
{
	int depth = walk->now.depth + 1;
	struct list *more;

	if (!qpdf_oh_is_array(walk->qpdf, nodes))
		return;
	more = realloc(walk->lists, (size_t)(walk->count + 1) * sizeof(*more));
	walk->failed |= more == NULL || depth > DEPTH;
	if (more == NULL)
		return;
	walk->lists = more;
	walk->lists[walk->count++] = (struct list){nodes, depth, parent_is};
}

typedef void (*looker)(struct walk *walk, qpdf_oh node);

/* Visit the dictionaries in a list. */
static void
look_at_each(struct walk *walk, qpdf_oh nodes, looker look)
{
	int count = qpdf_oh_get_array_n_items(walk->qpdf, nodes);

	for (int i = 0; i < count && !walk->failed; i++) {
		qpdf_oh node = qpdf_oh_get_array_item(walk->qpdf, nodes, i);

		walk->failed = ++walk->nodes > NODES;
		if (qpdf_oh_is_dictionary(walk->qpdf, node))
			look(walk, node);
		qpdf_oh_release(walk->qpdf, node);
	}
}

/* Visit a tree, level by level. */
static void
look_at_tree(struct walk *walk, qpdf_oh root, looker look)
{
	walk->count = 0;
	walk->now = (struct list){0};
	add_list(walk, root, false);
	for (int i = 0; i < walk->count && !walk->failed; i++) {
		walk->now = walk->lists[i];
		look_at_each(walk, walk->now.nodes, look);
	}
}

/* Find kind and value of a field, which may be inherited from its parents. */
static void
look_above(struct walk *walk, qpdf_oh field, bool listed)
{
	qpdf_data qpdf = walk->qpdf;
	qpdf_oh valued = field;
	bool is = false, has_kind = false, has_value = false;
	int depth = 0;

	for (; qpdf_oh_is_dictionary(qpdf, field) && depth <= DEPTH; depth++) {
		if (!has_value && qpdf_oh_has_key(qpdf, field, "/V")) {
			has_value = true;
			valued = field;
		}
		if (!has_kind && qpdf_oh_has_key(qpdf, field, "/FT")) {
			has_kind = true;
			is = is_signature(qpdf, field, false);
		}
		field = qpdf_oh_get_key(qpdf, field, "/Parent");
	}
	walk->failed |= depth > DEPTH;
	if (is && has_value)
		give_value(walk, valued, listed);
}

/* Visit a field. Its kind is its own, or that of its parent: the field that lists it, or the one
 * that it names. */
static void
look_at_field(struct walk *walk, qpdf_oh field)
{
	bool is = is_signature(walk->qpdf, field, walk->now.parent_is);

	if (is && qpdf_oh_has_key(walk->qpdf, field, "/V"))
		give_value(walk, field, true);
	else
		look_above(walk, field, true);
	add_list(walk, qpdf_oh_get_key(walk->qpdf, field, "/Kids"), is);
}

/* Visit a widget on a page. Those in the form's list have been passed on already. */
static void
look_at_widget(struct walk *walk, qpdf_oh widget)
{
	look_above(walk, widget, false);
}

/* Visit a page or a list of pages; some programs accept a node that is both. */
static void
look_at_page(struct walk *walk, qpdf_oh page)
{
	qpdf_oh annotations = qpdf_oh_get_key(walk->qpdf, page, "/Annots");

	add_list(walk, qpdf_oh_get_key(walk->qpdf, page, "/Kids"), false);
	if (qpdf_oh_is_array(walk->qpdf, annotations))
		look_at_each(walk, annotations, look_at_widget);
	qpdf_oh_release(walk->qpdf, annotations);
}

static void
look_at_all(struct walk *walk)
{
	qpdf_oh root = qpdf_get_root(walk->qpdf);
	qpdf_oh form = qpdf_oh_get_key(walk->qpdf, root, "/AcroForm");
	qpdf_oh pages = qpdf_oh_get_key(walk->qpdf, root, "/Pages");

	if (qpdf_oh_is_dictionary(walk->qpdf, form))
		look_at_tree(walk, qpdf_oh_get_key(walk->qpdf, form, "/Fields"), look_at_field);
	if (qpdf_oh_is_dictionary(walk->qpdf, pages) && !walk->failed)
		look_at_tree(walk, qpdf_oh_get_key(walk->qpdf, pages, "/Kids"), look_at_page);
}

/* Pass on the rest: those that are in no field that was found. */
static void
give_rest(void *to, qpdf_oh dictionary, long long key)
{
	struct walk *walk = to;

	if (!walk->failed && note(walk, key))
		give(walk, dictionary, false);
}

/* The code of an error, which is fetched, because qpdf prints errors that are not. */
static enum qpdf_error_code_e
error_of(qpdf_data qpdf)
{
	return qpdf_has_error(qpdf) ? qpdf_get_error_code(qpdf, qpdf_get_error(qpdf))
				    : qpdf_e_success;
}

static enum pdf_result
walk_all(struct walk *walk, const char *path)
{
	enum qpdf_error_code_e error;

	qpdf_silence_errors(walk->qpdf);
	qpdf_set_suppress_warnings(walk->qpdf, QPDF_TRUE);
	/* each program repairs a damaged file in another way */
	qpdf_set_attempt_recovery(walk->qpdf, QPDF_FALSE);
	(void)qpdf_read(walk->qpdf, path, NULL);
	error = error_of(walk->qpdf);
	if (error == qpdf_e_password)
		return PDF_ENCRYPTED;
	if (error != qpdf_e_success)
		return PDF_UNREADABLE;
	if (qpdf_is_encrypted(walk->qpdf))
		return PDF_ENCRYPTED;
	look_at_all(walk);
	if (error_of(walk->qpdf) != qpdf_e_success || qpdf_more_warnings(walk->qpdf) ||
	    walk->failed)
		return PDF_DAMAGED;
	/* this takes a while; damage found here is in no object that a field or a page needs */
	if (walk->seen_count > 0 &&
	    (!pdf_objects_look(walk->qpdf, give_rest, walk) || walk->failed))
		return PDF_DAMAGED;
	(void)error_of(walk->qpdf);
	return PDF_READ;
}

__attribute__((visibility("default"))) enum pdf_result
jpki_pdf_read(const char *path, pdf_taker take, void *to)
{
	struct walk walk = {.qpdf = qpdf_init(), .take = take, .to = to};
	enum pdf_result result = walk_all(&walk, path);

	qpdf_cleanup(&walk.qpdf);
	free(walk.lists);
	free(walk.seen);
	return result;
}
