/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * C_GetAttributeValue with buffers one byte too small, right, and one byte too large, for every
 * attribute of every object, alone and in one template with all sorts of others.
 */

#include <stdlib.h>

#include "../common/buffer.h"
#include "../common/module.h"

/* All attributes that the specification numbers are below. */
#define ATTRIBUTE_NUMBERS 0x700
/* Added to those: attributes that are arrays, vendors' and NSS's. */
static const CK_ATTRIBUTE_TYPE families[] = {
    0, CKF_ARRAY_ATTRIBUTE, CKA_VENDOR_DEFINED, 0xce534350};
#define FAMILIES LENGTH_OF(families)

#define GOOD_MAX 64
#define HIDDEN_MAX 16

/* An attribute that the object has, and its value. */
struct good {
	CK_ATTRIBUTE_TYPE type;
	CK_BYTE *value;
	CK_ULONG length;
};

/* An object, and what is known of it. */
struct subject {
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE object;
	struct good good[GOOD_MAX];
	size_t good_count;
	CK_ATTRIBUTE_TYPE hidden[HIDDEN_MAX]; /* it has them, but nobody gets them */
	size_t hidden_count;
};

static struct subject subject;
static size_t objects_swept, attributes_swept, unknown_swept;

static CK_RV
get_all(CK_ATTRIBUTE *template, CK_ULONG count)
{
	return p11->C_GetAttributeValue(subject.session, subject.object, template, count);
}

/* Note what the object has of that type; what the later calls give is compared with it. */
static void
learn(CK_ATTRIBUTE_TYPE type)
{
	CK_BYTE value[VALUE_ROOM];
	CK_ATTRIBUTE attribute = {type, value, sizeof(value)};
	CK_RV rv = get_all(&attribute, 1);
	struct good *good = &subject.good[subject.good_count];

	if (rv == CKR_OK) {
		assert_true(subject.good_count < GOOD_MAX);
		*good = (struct good){type, buffer_new(attribute.ulValueLen), attribute.ulValueLen};
		memcpy(good->value, value, good->length);
		subject.good_count++;
	} else if (rv == CKR_ATTRIBUTE_SENSITIVE) {
		assert_true(subject.hidden_count < HIDDEN_MAX);
		subject.hidden[subject.hidden_count++] = type;
	} else {
		assert_rv(rv, CKR_ATTRIBUTE_TYPE_INVALID);
	}
}

static void
forget_subject(void)
{
	for (size_t i = 0; i < subject.good_count; i++)
		free(subject.good[i].value);
	memset(&subject, 0, sizeof(subject));
}

static void
learn_all(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object)
{
	forget_subject();
	subject.session = session;
	subject.object = object;
	for (size_t family = 0; family < FAMILIES; family++)
		for (CK_ATTRIBUTE_TYPE type = 0; type < ATTRIBUTE_NUMBERS; type++)
			learn(type | families[family]);
	assert_in_range(subject.good_count, 2, GOOD_MAX);
}

static const struct good *
find_good(CK_ATTRIBUTE_TYPE type)
{
	for (size_t i = 0; i < subject.good_count; i++)
		if (subject.good[i].type == type)
			return &subject.good[i];
	return NULL;
}

static bool
is_hidden(CK_ATTRIBUTE_TYPE type)
{
	for (size_t i = 0; i < subject.hidden_count; i++)
		if (subject.hidden[i] == type)
			return true;
	return false;
}

static CK_ATTRIBUTE
attribute_new(CK_ATTRIBUTE_TYPE type, CK_ULONG room)
{
	return (CK_ATTRIBUTE){type, buffer_new(room), room};
}

/* It has the value, and `room` bytes of buffer, which is given back. */
static void
assert_filled(const CK_ATTRIBUTE *attribute, const struct good *good, CK_ULONG room)
{
	assert_int_equal(attribute->type, good->type);
	assert_int_equal(attribute->ulValueLen, good->length);
	assert_true(room >= good->length);
	if (good->length > 0)
		assert_memory_equal(attribute->pValue, good->value, good->length);
	assert_untouched(attribute->pValue, good->length, room);
	free(attribute->pValue);
}

static void
assert_refused(const CK_ATTRIBUTE *attribute, CK_ULONG room)
{
	assert_int_equal(attribute->ulValueLen, CK_UNAVAILABLE_INFORMATION);
	assert_untouched(attribute->pValue, 0, room);
	free(attribute->pValue);
}

/* Ask for the attribute between two others, which are filled whatever becomes of it. */
static CK_RV
get_between(CK_ATTRIBUTE *attribute)
{
	const struct good *first = &subject.good[0], *last = &subject.good[subject.good_count - 1];
	CK_ATTRIBUTE template[] = {attribute_new(first->type, first->length), *attribute,
	    attribute_new(last->type, last->length)};
	CK_RV rv = get_all(template, 3);

	assert_filled(&template[0], first, first -> length);
	assert_filled(&template[2], last, last -> length);
	*attribute = template[1];
	return rv;
}

static void
try_good(const struct good *good)
{
	CK_ULONG n = good->length;
	const CK_ULONG small[] = {0, n / 2, n - 1}, enough[] = {n, n + 1};
	CK_ATTRIBUTE attribute = {good->type, NULL, 12345};

	assert_ok(get_between(&attribute));
	assert_int_equal(attribute.ulValueLen, n);
	for (size_t i = 0; n > 0 && i < 3; i++) {
		attribute = attribute_new(good->type, small[i]);
		assert_rv(get_between(&attribute), CKR_BUFFER_TOO_SMALL);
		assert_refused(&attribute, small[i]);
	}
	for (size_t i = 0; i < 2; i++) {
		attribute = attribute_new(good->type, enough[i]);
		assert_ok(get_between(&attribute));
		assert_filled(&attribute, good, enough[i]);
	}
	attributes_swept++;
}

static void
try_refused(CK_ATTRIBUTE_TYPE type, CK_RV expected)
{
	CK_ATTRIBUTE attribute = {type, NULL, 12345};

	assert_rv(get_between(&attribute), expected);
	assert_int_equal(attribute.ulValueLen, CK_UNAVAILABLE_INFORMATION);
	attribute = attribute_new(type, 16);
	assert_rv(get_between(&attribute), expected);
	assert_refused(&attribute, 16);
	unknown_swept++;
}

/* The size of an object is that of all that it gives. */
static void
assert_size(void)
{
	CK_ULONG size, total = 0;

	for (size_t i = 0; i < subject.good_count; i++)
		total += subject.good[i].length;
	assert_ok(p11->C_GetObjectSize(subject.session, subject.object, &size));
	assert_int_equal(size, total);
}

static void
sweep_one_by_one(void)
{
	assert_size();
	for (size_t family = 0; family < FAMILIES; family++)
		for (CK_ATTRIBUTE_TYPE number = 0; number < ATTRIBUTE_NUMBERS; number++) {
			CK_ATTRIBUTE_TYPE type = number | families[family];

			if (find_good(type) != NULL)
				try_good(find_good(type));
			else if (is_hidden(type))
				try_refused(type, CKR_ATTRIBUTE_SENSITIVE);
			else
				try_refused(type, CKR_ATTRIBUTE_TYPE_INVALID);
		}
	objects_swept++;
}

/* Do it with each object that there is: of both tokens, before and after the login. */
static void
with_every_object(void (*work)(void))
{
	for (int role = 0; role < JPKI_ROLES; role++) {
		CK_SESSION_HANDLE session = open_session(role);

		for (int user = 0; user < 2; user++) {
			CK_OBJECT_HANDLE found[OBJECTS_ROOM];
			size_t count;

			if (user)
				assert_ok(login_with(session, pin_of(role)));
			count = find(session, NULL, 0, found, OBJECTS_ROOM);
			assert_in_range(count, 1, OBJECTS_ROOM);
			for (size_t i = 0; i < count; i++) {
				learn_all(session, found[i]);
				work();
			}
		}
	}
	forget_subject();
}

static void
every_attribute_of_every_object(void **state)
{
	objects_swept = attributes_swept = unknown_swept = 0;
	with_every_object(sweep_one_by_one);
	print_message("# %zu objects: %zu attributes, %zu that they do not have or give\n",
	    objects_swept, attributes_swept, unknown_swept);
}

/* ------------------------------------------------- one template with all sorts in it */

static const CK_ATTRIBUTE_TYPE unknown[] = {
    CKA_OWNER, CKA_VALUE_LEN, CKA_EC_POINT, CKA_WRAP_TEMPLATE, CKA_VENDOR_DEFINED | 7, 0x6ff};
#define UNKNOWN LENGTH_OF(unknown)
/* Every good one comes twice, with different room. */
#define MIXED_MAX (2 * GOOD_MAX + HIDDEN_MAX + UNKNOWN)

/* What is asked for, and with how much room. */
struct wish {
	CK_ATTRIBUTE_TYPE type;
	const struct good *good; /* NULL: it is refused with `error` */
	CK_RV error;
	bool asks_length;
	CK_ULONG room;
};

static struct wish wishes[MIXED_MAX];
static size_t wish_count;

static void
wish(CK_ATTRIBUTE_TYPE type, const struct good *good, CK_RV error)
{
	assert_true(wish_count < MIXED_MAX);
	wishes[wish_count++] = (struct wish){type, good, error, false, 16};
}

static void
make_wishes(void)
{
	wish_count = 0;
	for (size_t i = 0; i < subject.good_count; i++) {
		wish(subject.good[i].type, &subject.good[i], CKR_OK);
		if (i < UNKNOWN) {
			assert_null(find_good(unknown[i]));
			wish(unknown[i], NULL, CKR_ATTRIBUTE_TYPE_INVALID);
		}
	}
	for (size_t i = 0; i < subject.hidden_count; i++)
		wish(subject.hidden[i], NULL, CKR_ATTRIBUTE_SENSITIVE);
	for (size_t i = 0; i < subject.good_count; i++)
		wish(subject.good[i].type, &subject.good[i], CKR_OK);
}

static unsigned
next_random(void)
{
	static unsigned number = 1;

	number = number * 1103515245 + 12345;
	return number >> 16;
}

static void
swap_wishes(size_t i, size_t j)
{
	struct wish first = wishes[i];

	wishes[i] = wishes[j];
	wishes[j] = first;
}

/* As it is, backwards, then in any order. */
static void
reorder(unsigned order)
{
	if (order == 1)
		for (size_t i = 0; i < wish_count / 2; i++)
			swap_wishes(i, wish_count - 1 - i);
	for (size_t i = wish_count; order > 1 && i > 1; i--)
		swap_wishes(i - 1, next_random() % i);
}

/* n-1, n, n+1 bytes or no buffer, by turns. */
static void
choose_room(struct wish *w, unsigned turn)
{
	w->asks_length = turn % 4 == 3;
	if (w->good == NULL)
		return;
	w->error = CKR_OK;
	w->room = w->good->length + turn % 4 - 1;
	if (w->asks_length || w->good->length + turn % 4 == 0)
		w->room = 0;
	if (!w->asks_length && w->room < w->good->length)
		w->error = CKR_BUFFER_TOO_SMALL;
}

static void
assert_granted(const struct wish *w, const CK_ATTRIBUTE *attribute)
{
	if (w->error == CKR_OK && !w->asks_length)
		assert_filled(attribute, w->good, w->room);
	else if (w->error == CKR_OK)
		assert_int_equal(attribute->ulValueLen, w->good->length);
	else if (!w->asks_length)
		assert_refused(attribute, w->room);
	else
		assert_int_equal(attribute->ulValueLen, CK_UNAVAILABLE_INFORMATION);
}

static void
ask_at_once(void)
{
	CK_ATTRIBUTE template[MIXED_MAX];
	bool answered = false, errors = false;
	CK_RV rv;

	for (size_t i = 0; i < wish_count; i++)
		template[i] = wishes[i].asks_length ? (CK_ATTRIBUTE){wishes[i].type, NULL, 0}
						    : attribute_new(wishes[i].type, wishes[i].room);
	rv = get_all(template, wish_count);
	for (size_t i = 0; i < wish_count; i++) {
		assert_granted(&wishes[i], &template[i]);
		errors |= wishes[i].error != CKR_OK;
		answered |= wishes[i].error != CKR_OK && wishes[i].error == rv;
	}
	/* any of the errors will do */
	assert_true(errors ? answered : rv == CKR_OK);
}

static void
sweep_mixed(void)
{
	make_wishes();
	for (unsigned order = 0; order < 8; order++) {
		reorder(order);
		for (unsigned turn = 0; turn < 4; turn++) {
			for (size_t i = 0; i < wish_count; i++)
				choose_room(&wishes[i], (unsigned)i + turn);
			ask_at_once();
		}
	}
}

static void
good_and_bad_ones_in_one_template(void **state)
{
	with_every_object(sweep_mixed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_attribute_of_every_object),
	    TEST(good_and_bad_ones_in_one_template),
	};

	return RUN(tests);
}
