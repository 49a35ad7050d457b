/* SPDX-License-Identifier: BSD-2-Clause */

/* Readers and slots. */

#include <stdio.h>

#include "../common/module.h"

static CK_ULONG
slot_count(CK_BBOOL token)
{
	CK_ULONG count = 99;

	assert_ok(p11->C_GetSlotList(token, NULL, &count));
	return count;
}

static CK_SLOT_INFO
slot_info(CK_SLOT_ID slot)
{
	CK_SLOT_INFO info;

	memset(&info, 0xff, sizeof(info));
	assert_ok(p11->C_GetSlotInfo(slot, &info));
	return info;
}

static bool
slot_has_token(CK_SLOT_ID slot)
{
	return (slot_info(slot).flags & CKF_TOKEN_PRESENT) != 0;
}

static void
assert_described(CK_SLOT_ID slot, const char *text)
{
	CK_SLOT_INFO info = slot_info(slot);

	assert_padded(info.slotDescription, text);
}

static void
one_pair_without_a_reader(void **state)
{
	CK_SLOT_ID slots[2] = {99, 99};
	CK_ULONG count = 2;

	assert_ok(p11->C_Initialize(NULL));
	assert_int_equal(slot_count(CK_FALSE), 2);
	assert_int_equal(slot_count(CK_TRUE), 0);
	assert_ok(p11->C_GetSlotList(CK_FALSE, slots, &count));
	assert_int_equal(slots[0], 0);
	assert_int_equal(slots[1], 1);
	assert_int_equal(slot_info(0).flags, CKF_REMOVABLE_DEVICE | CKF_HW_SLOT);
	assert_described(0, "No card reader (User Authentication)");
	assert_described(1, "No card reader (Digital Signature)");
}

static void
the_pair_takes_the_first_reader(void **state)
{
	assert_ok(p11->C_Initialize(NULL));
	assert_false(slot_has_token(0));
	assert_int_equal(inprocess_add_reader(READER), 0);
	assert_false(slot_has_token(0));
	assert_described(0, READER " (User Authentication)");
	assert_int_equal(inprocess_insert(READER, card), 0);
	assert_true(slot_has_token(0));
	assert_true(slot_has_token(1));
	assert_int_equal(slot_count(CK_FALSE), 2);
	assert_int_equal(slot_count(CK_TRUE), 2);
}

static void
each_reader_has_a_pair(void **state)
{
	CK_SLOT_ID slots[4] = {99, 99, 99, 99};
	CK_ULONG count = 3;

	assert_int_equal(slot_count(CK_FALSE), 2);
	assert_int_equal(inprocess_add_reader(READER_2), 0);
	assert_int_equal(slot_count(CK_FALSE), 4);
	assert_rv(p11->C_GetSlotList(CK_FALSE, slots, &count), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(count, 4);
	assert_ok(p11->C_GetSlotList(CK_FALSE, slots, &count));
	for (CK_SLOT_ID i = 0; i < 4; i++)
		assert_int_equal(slots[i], i);
	assert_described(2, READER_2 " (User Authentication)");
	assert_true(slot_has_token(0));
	assert_false(slot_has_token(2));
	assert_ok(p11->C_GetSlotList(CK_TRUE, slots, &count));
	assert_int_equal(count, 2);
	assert_int_equal(slots[1], 1);
	assert_int_equal(inprocess_insert(READER_2, another_card(SERIAL_2)), 0);
	assert_int_equal(slot_count(CK_TRUE), 4);
}

static void
slots_stay_when_readers_go(void **state)
{
	assert_int_equal(inprocess_add_reader(READER_2), 0);
	assert_int_equal(inprocess_insert(READER_2, another_card(SERIAL_2)), 0);
	assert_int_equal(slot_count(CK_TRUE), 4);
	assert_int_equal(inprocess_remove_reader(READER), 0);
	assert_int_equal(slot_count(CK_FALSE), 4);
	assert_int_equal(slot_count(CK_TRUE), 2);
	assert_false(slot_has_token(0));
	assert_true(slot_has_token(2));
	assert_described(0, READER " (User Authentication)");
	assert_int_equal(inprocess_add_reader(READER), 0);
	assert_int_equal(inprocess_insert(READER, card), 0);
	assert_true(slot_has_token(0));
	assert_true(slot_has_token(2));
	assert_int_equal(slot_count(CK_FALSE), 4);
}

static void
renamed_reader_is_another_one(void **state)
{
	assert_true(slot_has_token(0));
	assert_int_equal(inprocess_rename_reader(READER, "Reader C"), 0);
	assert_false(slot_has_token(0));
	assert_int_equal(slot_count(CK_FALSE), 4);
	assert_true(slot_has_token(2));
	assert_described(3, "Reader C (Digital Signature)");
}

static void
many_readers(void **state)
{
	CK_SLOT_ID last;
	char name[32];

	for (int i = 1; i < INPROCESS_READERS; i++) {
		snprintf(name, sizeof(name), "Reader %d", i);
		assert_int_equal(inprocess_add_reader(name), 0);
	}
	assert_int_equal(slot_count(CK_FALSE), 2 * INPROCESS_READERS);
	assert_described(2 * INPROCESS_READERS - 1, "Reader 63 (Digital Signature)");
	while (p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &last, NULL) == CKR_OK)
		continue;
	assert_int_equal(inprocess_insert("Reader 63", another_card(SERIAL_2)), 0);
	assert_ok(p11->C_WaitForSlotEvent(0, &last, NULL));
	assert_int_equal(last / JPKI_ROLES, INPROCESS_READERS - 1);
}

/* The number of slots changes only for who asks for it. */
static void
new_slots_are_seen_without_a_list(void **state)
{
	CK_SLOT_ID list[4];
	CK_ULONG count = 2;

	assert_int_equal(slot_count(CK_FALSE), 2);
	assert_int_equal(inprocess_add_reader(READER_2), 0);
	assert_ok(p11->C_GetSlotList(CK_FALSE, list, &count));
	assert_int_equal(count, 2);
	assert_int_equal(slot_count(CK_FALSE), 4);
	count = 4;
	assert_ok(p11->C_GetSlotList(CK_FALSE, list, &count));
	assert_int_equal(count, 4);
}

static void
long_names_are_cut(void **state)
{
	char name[JPKI_READER_NAME_SIZE];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memcpy(name + sizeof(name) - 7, " 01 00", 6);
	assert_int_equal(inprocess_add_reader(name), 0);
	assert_int_equal(inprocess_add_reader("Kartenleser mit einem Namen xGrößer 42 00 00"), 0);
	assert_int_equal(inprocess_add_reader("A name as long as there is room 40 00 00"), 0);
	assert_int_equal(slot_count(CK_FALSE), 8);
	assert_described(2, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx 01 00 (User Authentication)");
	assert_described(4, "Kartenleser mit einem Namen xGrö 00 00 (User Authentication)");
	assert_described(6, "A name as long as there is room 40 00 00 (User Authentication)");
}

static void
token_comes_and_goes(void **state)
{
	for (int round = 0; round < 3; round++) {
		assert_true(slot_has_token(0));
		assert_true(slot_has_token(1));
		assert_int_equal(inprocess_eject(READER), 0);
		assert_false(slot_has_token(0));
		assert_false(slot_has_token(1));
		assert_int_equal(slot_count(CK_TRUE), 0);
		assert_int_equal(inprocess_insert(READER, card), 0);
	}
}

static void
mute_cards_are_no_tokens(void **state)
{
	assert_int_equal(inprocess_eject(READER), 0);
	assert_int_equal(inprocess_insert(READER, NULL), 0);
	assert_false(slot_has_token(0));
	assert_int_equal(exchanges(), 0);
}

static CK_RV
open_in(CK_SLOT_ID slot)
{
	CK_SESSION_HANDLE session;

	return pkcs11_open_session(pkcs11_list(p11), slot, 0, &session);
}

/* Every call that looks at a slot says that there is no token. */
static void
assert_no_token(CK_SLOT_ID slot)
{
	CK_MECHANISM_INFO mechanism;
	CK_TOKEN_INFO info;
	CK_ULONG count;

	assert_false(slot_has_token(slot));
	assert_rv(p11->C_GetTokenInfo(slot, &info), CKR_TOKEN_NOT_PRESENT);
	assert_rv(p11->C_GetMechanismList(slot, NULL, &count), CKR_TOKEN_NOT_PRESENT);
	assert_rv(p11->C_GetMechanismInfo(slot, CKM_RSA_PKCS, &mechanism), CKR_TOKEN_NOT_PRESENT);
	assert_rv(open_in(slot), CKR_TOKEN_NOT_PRESENT);
}

static void
other_cards_are_asked_once(void **state)
{
	static const char *const kinds[] = {"absent", "foreign"};

	for (int i = 0; i < 2; i++) {
		swap_card("application", kinds[i]);
		for (int round = 0; round < 3; round++) {
			assert_no_token(0);
			assert_no_token(1);
			assert_int_equal(slot_count(CK_TRUE), 0);
			assert_int_equal(exchanges(), 1);
		}
		reinsert();
		assert_no_token(0);
		assert_int_equal(exchanges(), 2);
	}
}

static void
unknown_slots(void **state)
{
	static const CK_SLOT_ID wrong[] = {2, 3, 128, CK_UNAVAILABLE_INFORMATION};
	CK_MECHANISM_INFO mechanism;
	CK_TOKEN_INFO token;
	CK_SLOT_INFO info;
	CK_ULONG count;

	for (size_t i = 0; i < LENGTH_OF(wrong); i++) {
		assert_rv(p11->C_GetSlotInfo(wrong[i], &info), CKR_SLOT_ID_INVALID);
		assert_rv(p11->C_GetTokenInfo(wrong[i], &token), CKR_SLOT_ID_INVALID);
		assert_rv(p11->C_GetMechanismList(wrong[i], NULL, &count), CKR_SLOT_ID_INVALID);
		assert_rv(p11->C_GetMechanismInfo(wrong[i], CKM_RSA_PKCS, &mechanism),
		    CKR_SLOT_ID_INVALID);
		assert_rv(open_in(wrong[i]), CKR_SLOT_ID_INVALID);
		assert_rv(p11->C_CloseAllSessions(wrong[i]), CKR_SLOT_ID_INVALID);
	}
}

static CK_RV
ask_for_token(CK_SLOT_ID slot)
{
	CK_TOKEN_INFO info;

	return p11->C_GetTokenInfo(slot, &info);
}

/* Programs with a slot id in their settings do not list slots. */
static void
slots_are_found_without_a_list(void **state)
{
	static CK_RV (*const calls[])(CK_SLOT_ID) = {open_in, ask_for_token};
	struct vcard *other = another_card(SERIAL_2);

	assert_int_equal(inprocess_add_reader(READER), 0);
	assert_int_equal(inprocess_insert(READER, card), 0);
	assert_int_equal(inprocess_add_reader(READER_2), 0);
	assert_int_equal(inprocess_insert(READER_2, other), 0);
	for (int i = 0; i < 2; i++)
		for (CK_SLOT_ID slot = 0; slot < 4; slot++) {
			inprocess_service(false);
			assert_ok(p11->C_Initialize(NULL));
			assert_rv(calls[i](0), CKR_TOKEN_NOT_PRESENT);
			assert_rv(calls[i](4), CKR_SLOT_ID_INVALID);
			inprocess_service(true);
			assert_rv(calls[i](4), CKR_SLOT_ID_INVALID);
			assert_ok(calls[i](slot));
			assert_ok(calls[i](3 - slot));
			assert_rv(calls[i](CK_UNAVAILABLE_INFORMATION), CKR_SLOT_ID_INVALID);
			assert_ok(p11->C_Finalize(NULL));
		}
	/* each without another call before it */
	for (int i = 0; i < 2; i++)
		for (CK_SLOT_ID slot = 0; slot < 4; slot++) {
			inprocess_service(false);
			assert_ok(p11->C_Initialize(NULL));
			inprocess_service(true);
			assert_ok(calls[i](slot));
			assert_ok(p11->C_Finalize(NULL));
		}
}

static void
polling_costs_no_exchange(void **state)
{
	CK_SESSION_HANDLE auth = open_session(JPKI_AUTHENTICATION);
	CK_SESSION_HANDLE sign = open_user_session(JPKI_SIGNATURE);
	unsigned before = exchanges();

	for (int round = 0; round < 10; round++) {
		assert_true(slot_has_token(0));
		assert_true(slot_has_token(1));
		assert_false(user_session(auth));
		assert_true(user_session(sign));
		assert_int_equal(slot_count(CK_TRUE), 2);
	}
	assert_int_equal(exchanges(), before);
}

static void
card_held_by_others_is_tried_again(void **state)
{
	assert_int_equal(inprocess_exclusive(READER, true), 0);
	for (int round = 0; round < 5; round++)
		assert_no_token(0);
	assert_int_equal(exchanges(), 0);
	assert_int_equal(inprocess_exclusive(READER, false), 0);
	assert_true(slot_has_token(0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_STOPPED(one_pair_without_a_reader),
	    TEST_STOPPED(the_pair_takes_the_first_reader),
	    TEST(each_reader_has_a_pair),
	    TEST(slots_stay_when_readers_go),
	    TEST(renamed_reader_is_another_one),
	    TEST(many_readers),
	    TEST(new_slots_are_seen_without_a_list),
	    TEST(long_names_are_cut),
	    TEST(token_comes_and_goes),
	    TEST(mute_cards_are_no_tokens),
	    TEST(other_cards_are_asked_once),
	    TEST(unknown_slots),
	    TEST_STOPPED(slots_are_found_without_a_list),
	    TEST(polling_costs_no_exchange),
	    TEST(card_held_by_others_is_tried_again),
	};

	return RUN(tests);
}
