/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Output buffers one byte too small, right, and one byte too large, for every attribute of every
 * object and for every function that has one. Each is allocated with exactly that size, so that
 * AddressSanitizer sees the first byte beyond it.
 */

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "scheme.h"

#define PATTERN 0xa5

/* All attributes that the specification numbers are below. */
#define ATTRIBUTE_NUMBERS 0x700
/* Added to those: attributes that are arrays, vendors' and NSS's. */
static const CK_ATTRIBUTE_TYPE families[] = {
    0, CKF_ARRAY_ATTRIBUTE, CKA_VENDOR_DEFINED, 0xce534350};
#define FAMILIES (sizeof(families) / sizeof(families[0]))

static CK_BYTE *
buffer_new(size_t room)
{
	CK_BYTE *buffer = malloc(room);

	assert_non_null(buffer);
	memset(buffer, PATTERN, room);
	return buffer;
}

static void
assert_untouched(const CK_BYTE *buffer, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		assert_int_equal(buffer[i], PATTERN);
}

/* ------------------------------------------------------------------------- attributes */

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

static void
sweep_one_by_one(void)
{
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
	(void)state;
	objects_swept = attributes_swept = unknown_swept = 0;
	with_every_object(sweep_one_by_one);
	print_message("# %zu objects: %zu attributes, %zu that they do not have or give\n",
	    objects_swept, attributes_swept, unknown_swept);
}

/* ------------------------------------------------- one template with all sorts in it */

static const CK_ATTRIBUTE_TYPE unknown[] = {
    CKA_OWNER, CKA_VALUE_LEN, CKA_EC_POINT, CKA_WRAP_TEMPLATE, CKA_VENDOR_DEFINED | 7, 0x6ff};
#define UNKNOWN (sizeof(unknown) / sizeof(unknown[0]))
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
	(void)state;
	with_every_object(sweep_mixed);
}

/* ------------------------------------------------------------------------------ lists */

struct list {
	const char *name;
	CK_RV (*get)(void *list, CK_ULONG *count);
	size_t size; /* of an element */
	bool may_be_empty;
};

static CK_RV
get_slots(void *list, CK_ULONG *count)
{
	return p11->C_GetSlotList(CK_FALSE, list, count);
}

static CK_RV
get_slots_with_tokens(void *list, CK_ULONG *count)
{
	return p11->C_GetSlotList(CK_TRUE, list, count);
}

static CK_RV
get_mechanisms(void *list, CK_ULONG *count)
{
	return p11->C_GetMechanismList(slot_of(JPKI_AUTHENTICATION), list, count);
}

static CK_RV
get_mechanisms_for_signatures(void *list, CK_ULONG *count)
{
	return p11->C_GetMechanismList(slot_of(JPKI_SIGNATURE), list, count);
}

static CK_RV
get_interfaces(void *list, CK_ULONG *count)
{
	return p11->C_GetInterfaceList(list, count);
}

static const struct list lists[] = {
    {"C_GetSlotList", get_slots, sizeof(CK_SLOT_ID), false},
    {"C_GetSlotList with tokens", get_slots_with_tokens, sizeof(CK_SLOT_ID), true},
    {"C_GetMechanismList", get_mechanisms, sizeof(CK_MECHANISM_TYPE), false},
    {"C_GetMechanismList", get_mechanisms_for_signatures, sizeof(CK_MECHANISM_TYPE), false},
    {"C_GetInterfaceList", get_interfaces, sizeof(CK_INTERFACE), false},
};
#define LISTS (sizeof(lists) / sizeof(lists[0]))

/* Room for `room` elements; `all` are the `n` that there are. */
static void
try_list(const struct list *list, const CK_BYTE *all, CK_ULONG n, CK_ULONG room)
{
	CK_BYTE *buffer = buffer_new(room * list->size);
	CK_ULONG count = room;

	assert_rv(list->get(buffer, &count), room < n ? CKR_BUFFER_TOO_SMALL : CKR_OK);
	assert_int_equal(count, n);
	if (room >= n && n > 0)
		assert_memory_equal(buffer, all, n * list->size);
	if (room >= n)
		assert_untouched(buffer, n * list->size, room * list->size);
	free(buffer);
}

static void
try_list_rooms(const struct list *list)
{
	CK_ULONG n = 12345, again;
	CK_BYTE *all;

	assert_ok(list->get(NULL, &n));
	assert_in_range(n, list->may_be_empty ? 0 : 1, 64);
	again = n;
	all = buffer_new(n * list->size);
	assert_ok(list->get(all, &again));
	assert_int_equal(again, n);
	for (CK_ULONG room = 0; room <= n + 1; room++)
		try_list(list, all, n, room);
	free(all);
}

static void
lists_of_all_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < LISTS; i++)
		try_list_rooms(&lists[i]);
	assert_int_equal(inprocess_add_reader(READER_2), 0);
	for (size_t i = 0; i < 2; i++)
		try_list_rooms(&lists[i]);
	assert_int_equal(inprocess_eject(READER), 0);
	for (size_t i = 0; i < 2; i++)
		try_list_rooms(&lists[i]);
}

/* A search that is asked for `room` objects at a time gives those in `all`, in that order. */
static void
try_find_room(CK_SESSION_HANDLE session, const CK_OBJECT_HANDLE *all, size_t n, CK_ULONG room)
{
	size_t size = room * sizeof(CK_OBJECT_HANDLE), given = 0;
	CK_ULONG count, left;

	assert_ok(p11->C_FindObjectsInit(session, NULL, 0));
	do {
		CK_BYTE *buffer = buffer_new(size);

		count = 12345;
		assert_ok(p11->C_FindObjects(session, (CK_OBJECT_HANDLE *)buffer, room, &count));
		left = n - given;
		assert_int_equal(count, room < left ? room : left);
		if (count > 0)
			assert_memory_equal(buffer, all + given, count * sizeof(*all));
		assert_untouched(buffer, count * sizeof(*all), size);
		given += count;
		free(buffer);
	} while (count > 0);
	assert_int_equal(given, room > 0 ? n : 0);
	/* room for none was no end of the search */
	assert_ok(p11->C_FindObjects(session, (CK_OBJECT_HANDLE[1]){0}, 1, &count));
	assert_int_equal(count, room > 0 ? 0 : 1);
	assert_ok(p11->C_FindObjectsFinal(session));
}

static void
searches_of_all_lengths(void **state)
{
	(void)state;
	for (int role = 0; role < JPKI_ROLES; role++) {
		CK_SESSION_HANDLE session = open_session(role);

		for (int user = 0; user < 2; user++) {
			CK_OBJECT_HANDLE all[OBJECTS_ROOM];
			size_t n;

			if (user)
				assert_ok(login_with(session, pin_of(role)));
			n = find(session, NULL, 0, all, OBJECTS_ROOM);
			assert_in_range(n, 2, OBJECTS_ROOM);
			for (CK_ULONG room = 0; room <= n + 1; room++)
				try_find_room(session, all, n, room);
		}
	}
}

/* ---------------------------------------------------------------- digests, signatures */

static const CK_ULONG nobodys_length = 12345;

typedef CK_RV (*output)(CK_SESSION_HANDLE session, CK_BYTE *buffer, CK_ULONG *length);

static CK_RV
digest_once(CK_SESSION_HANDLE session, CK_BYTE *buffer, CK_ULONG *length)
{
	return p11->C_Digest(session, message_copy(), sizeof(message), buffer, length);
}

static CK_RV
digest_final(CK_SESSION_HANDLE session, CK_BYTE *buffer, CK_ULONG *length)
{
	return p11->C_DigestFinal(session, buffer, length);
}

static CK_RV
sign_once(CK_SESSION_HANDLE session, CK_BYTE *buffer, CK_ULONG *length)
{
	return p11->C_Sign(session, message_copy(), sizeof(message), buffer, length);
}

static CK_RV
sign_final(CK_SESSION_HANDLE session, CK_BYTE *buffer, CK_ULONG *length)
{
	return p11->C_SignFinal(session, buffer, length);
}

/* Nothing but the length comes of that, and the operation goes on. */
static void
ask_in_vain(CK_SESSION_HANDLE session, output function, CK_ULONG n)
{
	const CK_ULONG rooms[] = {0, 1, n / 2, n - 1};
	unsigned before = exchanges();
	CK_ULONG length = nobodys_length;

	assert_ok(function(session, NULL, &length));
	assert_int_equal(length, n);
	for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		CK_BYTE *buffer = buffer_new(rooms[i]);

		length = rooms[i];
		assert_rv(function(session, buffer, &length), CKR_BUFFER_TOO_SMALL);
		assert_int_equal(length, n);
		assert_untouched(buffer, 0, rooms[i]);
		free(buffer);
	}
	length = 0;
	assert_ok(function(session, NULL, &length));
	assert_int_equal(length, n);
	assert_int_equal(exchanges(), before);
}

/* With enough room: the caller gives the buffer back. */
static CK_BYTE *
ask_with_room(CK_SESSION_HANDLE session, output function, CK_ULONG n, CK_ULONG room)
{
	CK_BYTE *buffer = buffer_new(room);
	CK_ULONG length = room;

	assert_ok(function(session, buffer, &length));
	assert_int_equal(length, n);
	assert_untouched(buffer, n, room);
	length = room;
	assert_rv(function(session, buffer, &length), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(length, room);
	return buffer;
}

static const struct {
	CK_MECHANISM_TYPE type;
	const char *name;
} digests[] = {
    {CKM_SHA_1, "SHA1"},
    {CKM_SHA224, "SHA224"},
    {CKM_SHA256, "SHA256"},
    {CKM_SHA384, "SHA384"},
    {CKM_SHA512, "SHA512"},
};
#define DIGESTS (sizeof(digests) / sizeof(digests[0]))

static void
try_digest(CK_SESSION_HANDLE session, size_t which, bool in_parts, CK_ULONG extra)
{
	CK_MECHANISM mechanism = {digests[which].type, NULL, 0};
	output function = in_parts ? digest_final : digest_once;
	CK_BYTE right[EVP_MAX_MD_SIZE], *digest;
	unsigned n;

	assert_int_equal(EVP_Digest(message, sizeof(message), right, &n,
			     EVP_get_digestbyname(digests[which].name), NULL),
	    1);
	assert_ok(p11->C_DigestInit(session, &mechanism));
	if (in_parts)
		assert_ok(p11->C_DigestUpdate(session, message_copy(), sizeof(message)));
	ask_in_vain(session, function, n);
	digest = ask_with_room(session, function, n, n + extra);
	assert_memory_equal(digest, right, n);
	free(digest);
}

static void
digests_of_all_lengths(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	(void)state;
	for (size_t i = 0; i < DIGESTS; i++)
		for (CK_ULONG extra = 0; extra < 2; extra++) {
			try_digest(session, i, false, extra);
			try_digest(session, i, true, extra);
		}
}

static void
begin(CK_SESSION_HANDLE session, const struct scheme *scheme, bool in_parts)
{
	assert_ok(begin_signature(session, scheme));
	if (in_parts)
		assert_ok(p11->C_SignUpdate(session, message_copy(), sizeof(message)));
}

static void
finish(CK_SESSION_HANDLE session, enum jpki_role role, const struct scheme *scheme, bool in_parts,
    CK_ULONG extra)
{
	CK_BYTE *signature = ask_with_room(
	    session, in_parts ? sign_final : sign_once, SIGNATURE_SIZE, SIGNATURE_SIZE + extra);

	assert_true(
	    signature_verifies(scheme, certificate_of(role), message, sizeof(message), signature));
	free(signature);
}

static void
signatures_of_all_lengths(void **state)
{
	(void)state;
	for (int role = 0; role < JPKI_ROLES; role++) {
		CK_SESSION_HANDLE session;
		size_t made = 0;

		start_over();
		session = open_user_session(role);
		for (size_t i = 0; i < SCHEMES; i++)
			for (unsigned way = 0; way < 4; way++) {
				begin(session, &schemes[i], way & 1);
				ask_in_vain(
				    session, way & 1 ? sign_final : sign_once, SIGNATURE_SIZE);
				assert_int_equal(signatures_made(), made);
				finish(session, role, &schemes[i], way & 1, way >> 1);
				assert_int_equal(signatures_made(), ++made);
			}
		assert_int_equal(pins_sent(), 1);
	}
}

/* Each signature has a PIN of its own here, and what has asked for its length still has it. */
static void
lengths_cost_no_authentication(void **state)
{
	CK_SESSION_HANDLE session;
	size_t made = 0;

	(void)state;
	set_window(0);
	session = open_user_session(JPKI_SIGNATURE);
	for (size_t i = 0; i < SCHEMES; i++)
		for (unsigned way = 0; way < 4; way++) {
			output function = way & 1 ? sign_final : sign_once;

			begin(session, &schemes[i], way & 1);
			ask_in_vain(session, function, SIGNATURE_SIZE);
			assert_ok(context_login(session, PASSWORD));
			assert_false(locked());
			ask_in_vain(session, function, SIGNATURE_SIZE);
			assert_false(locked());
			assert_int_equal(signatures_made(), made);
			finish(session, JPKI_SIGNATURE, &schemes[i], way & 1, way >> 1);
			assert_int_equal(signatures_made(), ++made);
			assert_int_equal(pins_sent(), 1 + made);
			assert_true(locked());
		}
}

/* Nobody has logged in any more: lengths are told, a signature is not made. */
static void
lengths_after_a_logout(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_BYTE *buffer = buffer_new(SIGNATURE_SIZE);
	CK_ULONG length = SIGNATURE_SIZE;

	(void)state;
	begin(session, sha256_pkcs1, false);
	assert_ok(p11->C_Logout(session));
	ask_in_vain(session, sign_once, SIGNATURE_SIZE);
	assert_rv(sign_once(session, buffer, &length), CKR_USER_NOT_LOGGED_IN);
	assert_untouched(buffer, 0, SIGNATURE_SIZE);
	free(buffer);
	assert_int_equal(signatures_made(), 0);
	assert_int_equal(pins_sent(), 1);
}

/* --------------------------------------------------------- functions that are refused */

typedef CK_RV (*convert)(
    CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_length, CK_BYTE *out, CK_ULONG *out_length);

static CK_RV
wrap_key(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_length, CK_BYTE *out, CK_ULONG *length)
{
	CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};

	(void)in;
	(void)in_length;
	return p11->C_WrapKey(session, &mechanism, 1, 2, out, length);
}

static CK_RV
generate_random(
    CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_length, CK_BYTE *out, CK_ULONG *length)
{
	(void)in;
	(void)in_length;
	return out != NULL ? p11->C_GenerateRandom(session, out, *length) : CKR_RANDOM_NO_RNG;
}

static CK_RV
sign_a_message(
    CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_length, CK_BYTE *out, CK_ULONG *length)
{
	CK_BYTE parameter = 0;

	return p11->C_SignMessage(session, &parameter, 1, in, in_length, out, length);
}

static CK_RV
encrypt_final(
    CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_length, CK_BYTE *out, CK_ULONG *length)
{
	(void)in;
	(void)in_length;
	return p11->C_EncryptFinal(session, out, length);
}

static CK_RV
decrypt_final(
    CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_length, CK_BYTE *out, CK_ULONG *length)
{
	(void)in;
	(void)in_length;
	return p11->C_DecryptFinal(session, out, length);
}

static CK_RV
get_operation_state(
    CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_length, CK_BYTE *out, CK_ULONG *length)
{
	(void)in;
	(void)in_length;
	return p11->C_GetOperationState(session, out, length);
}

static void
try_refused_function(CK_SESSION_HANDLE session, convert function, CK_RV expected)
{
	for (CK_ULONG room = 0; room <= SIGNATURE_SIZE + 1; room++) {
		CK_BYTE *out = buffer_new(room), in[16] = {0};
		CK_ULONG length = room;

		assert_rv(function(session, in, sizeof(in), out, &length), expected);
		assert_int_equal(length, room);
		assert_untouched(out, 0, room);
		assert_rv(function(session, in, sizeof(in), NULL, &length), expected);
		assert_int_equal(length, room);
		free(out);
	}
}

static void
refused_functions_write_nothing(void **state)
{
	const convert functions[] = {p11->C_Encrypt, p11->C_EncryptUpdate, p11->C_Decrypt,
	    p11->C_DecryptUpdate, p11->C_SignRecover, p11->C_VerifyRecover,
	    p11->C_DigestEncryptUpdate, p11->C_DecryptDigestUpdate, p11->C_SignEncryptUpdate,
	    p11->C_DecryptVerifyUpdate, encrypt_final, decrypt_final, get_operation_state, wrap_key,
	    sign_a_message};

	(void)state;
	for (int role = 0; role < JPKI_ROLES; role++) {
		CK_SESSION_HANDLE session = open_user_session(role);
		unsigned before = exchanges();

		begin(session, sha256_pkcs1, true);
		for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
			try_refused_function(session, functions[i], CKR_FUNCTION_NOT_SUPPORTED);
		try_refused_function(session, generate_random, CKR_RANDOM_NO_RNG);
		assert_int_equal(exchanges(), before);
		finish(session, role, sha256_pkcs1, true, 0);
	}
}

/* ------------------------------------------------------------- structures of one size */

static void
structures_are_filled_and_no_more(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_SIGNATURE);
	CK_INFO *info = malloc(sizeof(*info));
	CK_SLOT_INFO *slot = malloc(sizeof(*slot));
	CK_TOKEN_INFO *token = malloc(sizeof(*token));
	CK_MECHANISM_INFO *mechanism = malloc(sizeof(*mechanism));
	CK_SESSION_INFO *session_info = malloc(sizeof(*session_info));
	CK_ULONG *size = malloc(sizeof(*size));

	(void)state;
	assert_ok(p11->C_GetInfo(info));
	assert_ok(p11->C_GetSlotInfo(1, slot));
	assert_ok(p11->C_GetTokenInfo(1, token));
	assert_ok(p11->C_GetMechanismInfo(1, CKM_RSA_PKCS, mechanism));
	assert_ok(p11->C_GetSessionInfo(session, session_info));
	assert_int_equal(session_info->slotID, 1);
	assert_ok(p11->C_GetObjectSize(session, find_one(session, CKO_PROFILE), size));
	assert_true(*size > 0);
	free(info);
	free(slot);
	free(token);
	free(mechanism);
	free(session_info);
	free(size);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_attribute_of_every_object),
	    TEST(good_and_bad_ones_in_one_template),
	    TEST(lists_of_all_lengths),
	    TEST(searches_of_all_lengths),
	    TEST(digests_of_all_lengths),
	    TEST(signatures_of_all_lengths),
	    TEST(lengths_cost_no_authentication),
	    TEST(lengths_after_a_logout),
	    TEST(refused_functions_write_nothing),
	    TEST(structures_are_filled_and_no_more),
	};

	return RUN(tests);
}
