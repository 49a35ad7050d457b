/* SPDX-License-Identifier: BSD-2-Clause */

/* Output buffers one byte too small, right, and one byte too large, for every function that has one
 * (but for attributes: tests/token/test_attribute_buffers.c). */

#include <stdlib.h>

#include <openssl/evp.h>

#include "../common/buffer.h"
#include "../common/scheme.h"

/* ------------------------------------------------------------------------------ lists */

struct list {
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
    {get_slots, sizeof(CK_SLOT_ID), false},
    {get_slots_with_tokens, sizeof(CK_SLOT_ID), true},
    {get_mechanisms, sizeof(CK_MECHANISM_TYPE), false},
    {get_mechanisms_for_signatures, sizeof(CK_MECHANISM_TYPE), false},
    {get_interfaces, sizeof(CK_INTERFACE), false},
};
#define LISTS LENGTH_OF(lists)

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
	for (size_t i = 0; i < LENGTH_OF(rooms); i++) {
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
#define DIGESTS LENGTH_OF(digests)

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

	return p11->C_WrapKey(session, &mechanism, 1, 2, out, length);
}

static CK_RV
generate_random(
    CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_length, CK_BYTE *out, CK_ULONG *length)
{
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
	return p11->C_EncryptFinal(session, out, length);
}

static CK_RV
decrypt_final(
    CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_length, CK_BYTE *out, CK_ULONG *length)
{
	return p11->C_DecryptFinal(session, out, length);
}

static CK_RV
get_operation_state(
    CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_length, CK_BYTE *out, CK_ULONG *length)
{
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

	for (int role = 0; role < JPKI_ROLES; role++) {
		CK_SESSION_HANDLE session = open_user_session(role);
		unsigned before = exchanges();

		begin(session, sha256_pkcs1, true);
		for (size_t i = 0; i < LENGTH_OF(functions); i++)
			try_refused_function(session, functions[i], CKR_FUNCTION_NOT_SUPPORTED);
		try_refused_function(session, generate_random, CKR_RANDOM_NO_RNG);
		assert_int_equal(exchanges(), before);
		finish(session, role, sha256_pkcs1, true, 0);
	}
}

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
