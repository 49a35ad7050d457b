/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "pdf_objects.h"

/* The most objects that a file may have (ISO 32000-1, annex C). */
#define OBJECTS 8388607

/* The most objects of another generation than 0; hardly any file has one. */
#define OTHERS 10000

/* More than there are generations. */
#define GENERATIONS 65536

/* A value to visit. */
struct node {
	qpdf_oh value;
	long long key;
};

struct look {
	qpdf_data qpdf;
	pdf_finder find;
	void *to;
	struct node *nodes;
	size_t count, room;
	long long others[OTHERS]; /* their keys */
	int other_count;
	bool failed;
};

long long
pdf_object_key(qpdf_data qpdf, qpdf_oh object)
{
	return (long long)qpdf_oh_get_object_id(qpdf, object) * GENERATIONS +
	       qpdf_oh_get_generation(qpdf, object);
}

static void
push(struct look *look, qpdf_oh value, long long key)
{
	size_t room = look->room > 0 ? 2 * look->room : 64;
	struct node *more;

	if (look->count == look->room) {
		more = realloc(look->nodes, room * sizeof(*more));
		look->failed |= more == NULL;
		if (more == NULL)
			return;
		look->nodes = more;
		look->room = room;
	}
	look->nodes[look->count++] = (struct node){value, key};
}

/* Remember an object of another generation. Those of generation 0 are visited by their numbers. */
static void
add_other(struct look *look, long long key)
{
	for (int i = 0; i < look->other_count; i++)
		if (look->others[i] == key)
			return;
	look->failed |= look->other_count == OTHERS;
	if (!look->failed)
		look->others[look->other_count++] = key;
}

/* Visit a value within an object; `key` is that of the object if the value is a field's. */
static void
take_inner(struct look *look, qpdf_oh value, long long key)
{
	if (!qpdf_oh_is_indirect(look->qpdf, value)) {
		push(look, value, key);
		return;
	}
	if (qpdf_oh_get_generation(look->qpdf, value) != 0)
		add_other(look, pdf_object_key(look->qpdf, value));
	qpdf_oh_release(look->qpdf, value);
}

static void
look_at_array(struct look *look, qpdf_oh array)
{
	int count = qpdf_oh_get_array_n_items(look->qpdf, array);

	for (int i = 0; i < count && !look->failed; i++)
		take_inner(look, qpdf_oh_get_array_item(look->qpdf, array, i), 0);
}

static bool
is_signature(qpdf_data qpdf, qpdf_oh dictionary)
{
	qpdf_oh type = qpdf_oh_get_key(qpdf, dictionary, "/Type");
	bool is = qpdf_oh_is_name_and_equals(qpdf, type, "/Sig");

	qpdf_oh_release(qpdf, type);
	return is || (qpdf_oh_has_key(qpdf, dictionary, "/ByteRange") &&
			 qpdf_oh_has_key(qpdf, dictionary, "/Contents"));
}

static void
look_at_dictionary(struct look *look, qpdf_oh dictionary, long long key)
{
	qpdf_data qpdf = look->qpdf;

	if (is_signature(qpdf, dictionary))
		look->find(look->to, dictionary, key);
	qpdf_oh_begin_dict_key_iter(qpdf, dictionary);
	while (qpdf_oh_dict_more_keys(qpdf) && !look->failed) {
		const char *name = qpdf_oh_dict_next_key(qpdf);
		bool is_value = key > 0 && strcmp(name, "/V") == 0;

		take_inner(look, qpdf_oh_get_key(qpdf, dictionary, name), is_value ? -key : 0);
	}
}

static void
look_at_node(struct look *look, const struct node *node)
{
	qpdf_oh dictionary;

	if (qpdf_oh_is_array(look->qpdf, node->value))
		look_at_array(look, node->value);
	else if (qpdf_oh_is_dictionary(look->qpdf, node->value))
		look_at_dictionary(look, node->value, node->key);
	else if (qpdf_oh_is_stream(look->qpdf, node->value)) {
		dictionary = qpdf_oh_get_dict(look->qpdf, node->value);
		look_at_dictionary(look, dictionary, node->key);
		qpdf_oh_release(look->qpdf, dictionary);
	}
	qpdf_oh_release(look->qpdf, node->value);
}

/* Visit an object and all that is in it. */
static void
look_at_object(struct look *look, long long key)
{
	push(look,
	    qpdf_get_object_by_id(look->qpdf, (int)(key / GENERATIONS), (int)(key % GENERATIONS)),
	    key);
	while (look->count > 0 && !look->failed) {
		struct node node = look->nodes[--look->count];

		look_at_node(look, &node);
	}
}

static void
look_at_all(struct look *look)
{
	qpdf_oh trailer = qpdf_get_trailer(look->qpdf);
	qpdf_oh size = qpdf_oh_get_key(look->qpdf, trailer, "/Size");
	long long count = qpdf_oh_get_int_value(look->qpdf, size);

	look->failed = count > OBJECTS + 1;
	for (long long i = 1; i < count && !look->failed; i++)
		look_at_object(look, i * GENERATIONS);
	/* this list may grow meanwhile */
	for (int i = 0; i < look->other_count && !look->failed; i++)
		look_at_object(look, look->others[i]);
}

bool
pdf_objects_look(qpdf_data qpdf, pdf_finder find, void *to)
{
	struct look *look = calloc(1, sizeof(*look));
	bool failed;

	if (look == NULL)
		return false;
	*look = (struct look){.qpdf = qpdf, .find = find, .to = to};
	look_at_all(look);
	failed = look->failed;
	free(look->nodes);
	free(look);
	return !failed;
}
