/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Nothing on the token is made, changed or destroyed from here; why, in the right order. None of it
 * asks the card.
 */

#include "../common/module.h"

static CK_OBJECT_CLASS class = CKO_DATA;
static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

static CK_RV
create(CK_SESSION_HANDLE session, CK_BBOOL *on_token)
{
	CK_ATTRIBUTE template[] = {
	    {CKA_CLASS, &class, sizeof(class)}, {CKA_TOKEN, on_token, sizeof(*on_token)}};
	CK_OBJECT_HANDLE object;

	return p11->C_CreateObject(session, template, 2, &object);
}

static void
nothing_is_created(void **state)
{
	CK_SESSION_HANDLE reads = open_user_session(JPKI_AUTHENTICATION);
	CK_SESSION_HANDLE writes = open_rw_session(JPKI_AUTHENTICATION);
	CK_ATTRIBUTE no_class = {CKA_TOKEN, &no, sizeof(no)};
	CK_OBJECT_HANDLE object;

	forget_exchanges();
	assert_rv(create(reads, &yes), CKR_TOKEN_WRITE_PROTECTED);
	assert_rv(create(reads, &no), CKR_TOKEN_WRITE_PROTECTED);
	assert_rv(create(writes, &yes), CKR_TOKEN_WRITE_PROTECTED);
	assert_rv(create(writes, &no), CKR_TOKEN_WRITE_PROTECTED);
	assert_rv(p11->C_CreateObject(writes, &no_class, 1, &object), CKR_TEMPLATE_INCOMPLETE);
	assert_rv(p11->C_CreateObject(writes, NULL, 0, &object), CKR_TEMPLATE_INCOMPLETE);
	assert_int_equal(exchanges(), 0);
}

static void
nothing_is_changed(void **state)
{
	CK_SESSION_HANDLE reads = open_user_session(JPKI_AUTHENTICATION);
	CK_SESSION_HANDLE writes = open_rw_session(JPKI_AUTHENTICATION);
	CK_ATTRIBUTE label = {CKA_LABEL, &class, 1};
	CK_OBJECT_HANDLE objects[OBJECTS_ROOM], copy;
	size_t count = find(writes, NULL, 0, objects, OBJECTS_ROOM);

	assert_int_equal(count, 8);
	forget_exchanges();
	for (size_t i = 0; i < count; i++) {
		assert_rv(
		    p11->C_SetAttributeValue(writes, objects[i], &label, 1), CKR_ACTION_PROHIBITED);
		assert_rv(
		    p11->C_SetAttributeValue(reads, objects[i], &label, 1), CKR_SESSION_READ_ONLY);
		assert_rv(p11->C_DestroyObject(writes, objects[i]), CKR_ACTION_PROHIBITED);
		assert_rv(p11->C_DestroyObject(reads, objects[i]), CKR_SESSION_READ_ONLY);
		assert_rv(
		    p11->C_CopyObject(reads, objects[i], NULL, 0, &copy), CKR_ACTION_PROHIBITED);
		assert_rv(
		    p11->C_CopyObject(writes, objects[i], &label, 1, &copy), CKR_ACTION_PROHIBITED);
	}
	assert_int_equal(exchanges(), 0);
	assert_int_equal(find(writes, NULL, 0, objects, OBJECTS_ROOM), count);
}

/* What the session does not see it cannot change either, and is not told that it is there. */
static void
hidden_objects_have_no_handle(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_OBJECT_HANDLE key = find_one(session, CKO_PRIVATE_KEY), copy;
	CK_ATTRIBUTE label = {CKA_LABEL, &class, 1};

	assert_ok(p11->C_Logout(session));
	assert_rv(p11->C_DestroyObject(session, key), CKR_OBJECT_HANDLE_INVALID);
	assert_rv(p11->C_SetAttributeValue(session, key, &label, 1), CKR_OBJECT_HANDLE_INVALID);
	assert_rv(p11->C_CopyObject(session, key, NULL, 0, &copy), CKR_OBJECT_HANDLE_INVALID);
	assert_rv(p11->C_DestroyObject(session, CK_INVALID_HANDLE), CKR_OBJECT_HANDLE_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing_is_created),
	    TEST(nothing_is_changed),
	    TEST(hidden_objects_have_no_handle),
	};

	return RUN(tests);
}
