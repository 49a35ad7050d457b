/* SPDX-License-Identifier: BSD-2-Clause */

/* Which objects there are, who sees them, and what finding them costs. */

#include "../common/module.h"

static const CK_OBJECT_CLASS order[] = {CKO_CERTIFICATE, CKO_CERTIFICATE, CKO_PUBLIC_KEY,
    CKO_PRIVATE_KEY, CKO_PROFILE, CKO_PROFILE, CKO_PROFILE, CKO_PROFILE};
#define OBJECTS LENGTH_OF(order)

/* Bits of the objects, in their order. */
#define ALL 0xffu
#define OWN_CERTIFICATE 0x01u
#define PUBLIC_KEY 0x04u
#define PRIVATE_KEY 0x08u

static void
assert_visible(CK_SESSION_HANDLE session, unsigned objects)
{
	CK_OBJECT_HANDLE found[OBJECTS_ROOM];
	size_t count = find(session, NULL, 0, found, OBJECTS_ROOM), next = 0;

	for (size_t i = 0; i < OBJECTS; i++) {
		if ((objects & 1u << i) == 0)
			continue;
		assert_true(next < count);
		assert_int_equal(get_number(session, found[next++], CKA_CLASS), order[i]);
	}
	assert_int_equal(next, count);
}

static void
login_shows_private_objects(void **state)
{
	static const unsigned public[] = {
	    [JPKI_AUTHENTICATION] = ALL & ~PRIVATE_KEY,
	    [JPKI_SIGNATURE] = ALL & ~(PRIVATE_KEY | OWN_CERTIFICATE | PUBLIC_KEY),
	};

	for (int role = 0; role < JPKI_ROLES; role++) {
		CK_SESSION_HANDLE session = open_session(role);

		assert_visible(session, public[role]);
		assert_ok(login_with(session, pin_of(role)));
		assert_visible(session, ALL);
		assert_ok(p11->C_Logout(session));
		assert_visible(session, public[role]);
	}
}

static void
the_first_certificate_is_ones_own(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_user_session(role);
	CK_OBJECT_HANDLE found[2];

	assert_int_equal(find_class(session, CKO_CERTIFICATE, found, 2), 2);
	assert_int_equal(get_number(session, found[0], CKA_CERTIFICATE_CATEGORY),
	    CK_CERTIFICATE_CATEGORY_TOKEN_USER);
	assert_int_equal(found[1], find_ca(session));
}

static void
profiles_are_four(void **state)
{
	static const CK_ULONG profiles[] = {CKP_BASELINE_PROVIDER, CKP_EXTENDED_PROVIDER,
	    CKP_AUTHENTICATION_TOKEN, CKP_PUBLIC_CERTIFICATES_TOKEN};

	for (int role = 0; role < JPKI_ROLES; role++) {
		CK_SESSION_HANDLE session = open_session(role);
		CK_OBJECT_HANDLE found[OBJECTS_ROOM];

		assert_int_equal(find_class(session, CKO_PROFILE, found, OBJECTS_ROOM), 4);
		for (size_t i = 0; i < 4; i++)
			assert_int_equal(
			    get_number(session, found[i], CKA_PROFILE_ID), profiles[i]);
	}
}

static void
classes_ids_and_labels_cost_nothing(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_session(role);
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_BYTE id = (CK_BYTE)(role + 1), label[] = "User Authentication CA";
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof(class)}, {CKA_ID, &id, sizeof(id)},
	    {CKA_TOKEN, &yes, sizeof(yes)}};
	CK_ATTRIBUTE by_label = {CKA_LABEL, label, sizeof(label) - 1};

	forget_exchanges();
	assert_int_equal(find(session, NULL, 0, NULL, 0),
	    role == JPKI_AUTHENTICATION ? OBJECTS - 1 : OBJECTS - 3);
	assert_int_equal(find(session, template, 3, NULL, 0), role == JPKI_AUTHENTICATION);
	assert_int_equal(find(session, &by_label, 1, NULL, 0), role == JPKI_AUTHENTICATION);
	class = CKO_PRIVATE_KEY;
	assert_int_equal(find(session, template, 3, NULL, 0), 0);
	assert_int_equal(exchanges(), 0);
}

static void
everything_that_belongs_together_has_one_id(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_user_session(role);
	CK_OBJECT_HANDLE found[OBJECTS_ROOM];
	CK_BYTE id[16];
	CK_ATTRIBUTE template = {CKA_ID, id, 0};

	template.ulValueLen =
	    get(session, find_one(session, CKO_PRIVATE_KEY), CKA_ID, id, sizeof(id));
	assert_int_equal(find(session, &template, 1, found, OBJECTS_ROOM), 3);
	assert_int_equal(found[0], find_one(session, CKO_CERTIFICATE));
	assert_int_equal(found[1], find_one(session, CKO_PUBLIC_KEY));
	assert_int_equal(found[2], find_one(session, CKO_PRIVATE_KEY));
}

/* What TLS programs do with a certificate that they have in hand. */
static void
objects_are_found_by_what_the_certificate_says(void **state)
{
	static const CK_ATTRIBUTE_TYPE types[] = {CKA_VALUE, CKA_SUBJECT, CKA_ISSUER,
	    CKA_SERIAL_NUMBER, CKA_MODULUS, CKA_PUBLIC_KEY_INFO, CKA_START_DATE};

	for (int role = 0; role < JPKI_ROLES; role++) {
		CK_SESSION_HANDLE session = open_user_session(role);
		CK_OBJECT_HANDLE certificate = find_one(session, CKO_CERTIFICATE);
		CK_OBJECT_HANDLE key = find_one(session, CKO_PRIVATE_KEY);
		CK_OBJECT_HANDLE found[OBJECTS_ROOM];
		CK_BYTE value[VALUE_ROOM];

		for (size_t i = 0; i < LENGTH_OF(types); i++) {
			CK_OBJECT_HANDLE from = types[i] == CKA_MODULUS ? key : certificate;
			CK_ATTRIBUTE template = {types[i], value, 0};
			size_t count;

			template.ulValueLen = get(session, from, types[i], value, sizeof(value));
			count = find(session, &template, 1, found, OBJECTS_ROOM);
			assert_true(count >= 1);
			if (types[i] != CKA_MODULUS)
				assert_int_equal(found[0], certificate);
			value[template.ulValueLen - 1] ^= 1;
			assert_int_equal(find(session, &template, 1, NULL, 0), 0);
		}
	}
}

static void
nothing_matches_what_is_not_there(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_ULONG number = 0xce534351;
	CK_BYTE byte = 1;
	CK_ATTRIBUTE unknown = {CKA_VENDOR_DEFINED | 1, &number, sizeof(number)};
	CK_ATTRIBUTE secret = {CKA_PRIVATE_EXPONENT, &byte, 1};
	CK_ATTRIBUTE empty = {CKA_ID, NULL, 0};

	for (; number <= 0xce534355; number++)
		assert_int_equal(find_class(session, number, NULL, 0), 0);
	assert_int_equal(find_class(session, CKO_DATA, NULL, 0), 0);
	assert_int_equal(find_class(session, CKO_SECRET_KEY, NULL, 0), 0);
	assert_int_equal(find(session, &unknown, 1, NULL, 0), 0);
	assert_int_equal(find(session, &secret, 1, NULL, 0), 0);
	assert_int_equal(find(session, &empty, 1, NULL, 0), 0);
}

/* A value that is longer, shorter or of another width is another value. */
static void
lengths_are_compared(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_BYTE label[] = "User Authentication";
	CK_ATTRIBUTE by_class = {CKA_CLASS, &class, 4}, by_label = {CKA_LABEL, label, 0};

	assert_int_equal(find(session, &by_class, 1, NULL, 0), 0);
	for (CK_ULONG length = 1; length < sizeof(label) - 1; length++) {
		by_label.ulValueLen = length;
		assert_int_equal(find(session, &by_label, 1, NULL, 0), 0);
	}
	by_label.ulValueLen = sizeof(label);
	assert_int_equal(find(session, &by_label, 1, NULL, 0), 0);
	by_label.ulValueLen = sizeof(label) - 1;
	assert_int_equal(find(session, &by_label, 1, NULL, 0), 2);
}

static void
search_has_a_state(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	CK_SESSION_HANDLE other = open_session(JPKI_AUTHENTICATION);
	CK_OBJECT_HANDLE found[OBJECTS_ROOM];
	CK_ULONG count = 99;

	assert_rv(p11->C_FindObjects(session, found, 1, &count), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv(p11->C_FindObjectsFinal(session), CKR_OPERATION_NOT_INITIALIZED);
	assert_ok(p11->C_FindObjectsInit(session, NULL, 0));
	assert_rv(p11->C_FindObjectsInit(session, NULL, 0), CKR_OPERATION_ACTIVE);
	assert_ok(p11->C_FindObjectsInit(other, NULL, 0));
	assert_ok(p11->C_FindObjects(session, found, 0, &count));
	assert_int_equal(count, 0);
	assert_ok(p11->C_FindObjects(session, found, 3, &count));
	assert_int_equal(count, 3);
	assert_ok(p11->C_FindObjects(session, found + 3, OBJECTS_ROOM - 3, &count));
	assert_int_equal(count, OBJECTS - 1 - 3);
	assert_ok(p11->C_FindObjects(session, found, 1, &count));
	assert_int_equal(count, 0);
	assert_ok(p11->C_FindObjectsFinal(session));
	assert_rv(p11->C_FindObjectsFinal(session), CKR_OPERATION_NOT_INITIALIZED);
	assert_ok(p11->C_FindObjectsFinal(other));
}

static void
handles_are_the_same_in_all_sessions(void **state)
{
	CK_OBJECT_HANDLE first[OBJECTS_ROOM], second[OBJECTS_ROOM];
	CK_SESSION_HANDLE sign;

	assert_int_equal(
	    find(open_user_session(JPKI_AUTHENTICATION), NULL, 0, first, OBJECTS_ROOM), OBJECTS);
	assert_int_equal(
	    find(open_session(JPKI_AUTHENTICATION), NULL, 0, second, OBJECTS_ROOM), OBJECTS);
	assert_memory_equal(first, second, OBJECTS * sizeof(first[0]));
	sign = open_user_session(JPKI_SIGNATURE);
	for (size_t i = 0; i < OBJECTS; i++)
		assert_rv(p11->C_GetObjectSize(sign, first[i], &(CK_ULONG){0}),
		    CKR_OBJECT_HANDLE_INVALID);
}

/* Public objects are what they were; private ones are gone for good. */
static void
handles_and_logout(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	CK_OBJECT_HANDLE certificate = find_one(session, CKO_CERTIFICATE), key;
	CK_ULONG size;

	assert_ok(login_with(session, PIN));
	assert_int_equal(find_one(session, CKO_CERTIFICATE), certificate);
	key = find_one(session, CKO_PRIVATE_KEY);
	assert_ok(p11->C_GetObjectSize(session, key, &size));
	assert_ok(p11->C_Logout(session));
	assert_rv(p11->C_GetObjectSize(session, key, &size), CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(find_one(session, CKO_CERTIFICATE), certificate);
	assert_ok(login_with(session, PIN));
	assert_rv(p11->C_GetObjectSize(session, key, &size), CKR_OBJECT_HANDLE_INVALID);
	reinsert();
	session = open_user_session(JPKI_AUTHENTICATION);
	assert_rv(p11->C_GetObjectSize(session, certificate, &size), CKR_OBJECT_HANDLE_INVALID);
}

static void
made_up_handles(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_ULONG size;

	for (CK_OBJECT_HANDLE handle = 0; handle < 16; handle++)
		assert_rv(p11->C_GetObjectSize(session, handle, &size), CKR_OBJECT_HANDLE_INVALID);
	assert_rv(p11->C_GetObjectSize(session, ~0ul, &size), CKR_OBJECT_HANDLE_INVALID);
	assert_rv(p11->C_GetObjectSize(session, find_one(session, CKO_PRIVATE_KEY) | 0xf, &size),
	    CKR_OBJECT_HANDLE_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(login_shows_private_objects),
	    ROLE_TEST(the_first_certificate_is_ones_own),
	    TEST(profiles_are_four),
	    ROLE_TEST(classes_ids_and_labels_cost_nothing),
	    ROLE_TEST(everything_that_belongs_together_has_one_id),
	    TEST(objects_are_found_by_what_the_certificate_says),
	    TEST(nothing_matches_what_is_not_there),
	    TEST(lengths_are_compared),
	    TEST(search_has_a_state),
	    TEST(handles_are_the_same_in_all_sessions),
	    TEST(handles_and_logout),
	    TEST(made_up_handles),
	};

	return RUN(tests);
}
