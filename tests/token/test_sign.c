/* SPDX-License-Identifier: BSD-2-Clause */

/* Signing: every mechanism, in one part and several, and everything that can be wrong with it. */

#include <stdlib.h>

#include "../common/clock.h"
#include "../common/scheme.h"

static CK_BYTE signature[SIGNATURE_SIZE];

static CK_RV
init_with(CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type, void *parameter, CK_ULONG length)
{
	CK_MECHANISM mechanism = {type, parameter, length};

	return p11->C_SignInit(session, &mechanism, find_one(session, CKO_PRIVATE_KEY));
}

static void
every_mechanism_signs(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_user_session(role);

	for (size_t i = 0; i < SCHEMES; i++) {
		assert_signs(session, role, &schemes[i]);
		assert_int_equal(signatures_made(), i + 1);
	}
}

static void
parts_make_the_same_signature(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	const size_t cuts[] = {0, 1, 31, 32};
	CK_ULONG length;

	for (size_t i = 0; i < SCHEMES; i++)
		for (size_t j = 0; j < LENGTH_OF(cuts); j++) {
			size_t before = signatures_made();

			assert_ok(begin_signature(session, &schemes[i]));
			assert_ok(p11->C_SignUpdate(session, message_copy(), cuts[j]));
			assert_ok(p11->C_SignUpdate(
			    session, message_copy() + cuts[j], sizeof(message) - cuts[j]));
			length = sizeof(signature);
			assert_ok(p11->C_SignFinal(session, signature, &length));
			assert_int_equal(length, SIGNATURE_SIZE);
			assert_true(
			    signature_verifies(&schemes[i], certificate_of(JPKI_AUTHENTICATION),
				message, sizeof(message), signature));
			assert_int_equal(signatures_made(), before + 1);
		}
}

static void
long_messages_cost_one_exchange(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	const size_t size = 1000000;
	CK_BYTE *data = calloc(1, size);
	CK_ULONG length = sizeof(signature);

	assert_signs(session, JPKI_AUTHENTICATION, sha256_pkcs1);
	assert_ok(begin_signature(session, sha256_pss));
	forget_exchanges();
	assert_ok(p11->C_Sign(session, data, size, signature, &length));
	assert_int_equal(exchanges(), 1);
	assert_true(signature_verifies(
	    sha256_pss, certificate_of(JPKI_AUTHENTICATION), data, size, signature));
	free(data);
}

static void
empty_messages_can_be_hashed(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_ULONG length = sizeof(signature);

	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_ok(p11->C_Sign(session, NULL, 0, signature, &length));
	assert_true(signature_verifies(
	    sha256_pkcs1, certificate_of(JPKI_AUTHENTICATION), message, 0, signature));
	assert_ok(begin_signature(session, sha256_pss));
	assert_ok(p11->C_SignFinal(session, signature, &length));
	assert_true(signature_verifies(
	    sha256_pss, certificate_of(JPKI_AUTHENTICATION), message, 0, signature));
}

static void
raw_pkcs1_takes_1_to_245_bytes(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	const CK_ULONG good[] = {1, 20, 244, 245}, bad[] = {0, 246, 256, 1000};
	CK_BYTE data[1000];
	CK_ULONG length;
	size_t before;

	memset(data, 0x5a, sizeof(data));
	for (size_t i = 0; i < 4; i++) {
		assert_ok(begin_signature(session, raw_pkcs1));
		length = sizeof(signature);
		assert_ok(p11->C_Sign(session, data, good[i], signature, &length));
		assert_true(signature_verifies(
		    raw_pkcs1, certificate_of(JPKI_AUTHENTICATION), data, good[i], signature));
	}
	before = signatures_made();
	for (size_t i = 0; i < 4; i++) {
		assert_ok(begin_signature(session, raw_pkcs1));
		length = sizeof(signature);
		assert_rv(
		    p11->C_Sign(session, data, bad[i], signature, &length), CKR_DATA_LEN_RANGE);
		assert_rv(p11->C_Sign(session, data, 1, signature, &length),
		    CKR_OPERATION_NOT_INITIALIZED);
	}
	assert_int_equal(signatures_made(), before);
}

static void
raw_pss_takes_a_hash(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	const CK_ULONG bad[] = {0, 20, 31, 33, 64};
	CK_BYTE data[64] = {0};

	for (size_t i = 0; i < LENGTH_OF(bad); i++) {
		CK_ULONG length = sizeof(signature);

		assert_ok(begin_signature(session, raw_pss));
		assert_rv(
		    p11->C_Sign(session, data, bad[i], signature, &length), CKR_DATA_LEN_RANGE);
	}
	assert_int_equal(signatures_made(), 0);
}

static void
too_many_parts_end_the_operation(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_BYTE data[246] = {0};
	CK_ULONG length = sizeof(signature);

	assert_ok(begin_signature(session, raw_pkcs1));
	assert_ok(p11->C_SignUpdate(session, data, 200));
	assert_rv(p11->C_SignUpdate(session, data, 46), CKR_DATA_LEN_RANGE);
	assert_rv(p11->C_SignUpdate(session, data, 1), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv(p11->C_SignFinal(session, signature, &length), CKR_OPERATION_NOT_INITIALIZED);
}

static void
one_operation_at_a_time(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_SESSION_HANDLE other = open_session(JPKI_AUTHENTICATION);

	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_rv(begin_signature(session, sha256_pkcs1), CKR_OPERATION_ACTIVE);
	assert_ok(begin_signature(other, sha256_pss));
	assert_ok(finish_signature(session, signature));
	assert_ok(finish_signature(other, signature));
}

static void
mechanisms_are_checked(void **state)
{
	static const CK_MECHANISM_TYPE wrong[] = {CKM_RSA_X_509, CKM_SHA256, CKM_RSA_PKCS_OAEP,
	    CKM_SHA384_RSA_PKCS_PSS, CKM_ECDSA, CKM_VENDOR_DEFINED};
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_BYTE parameter[4] = {0};

	for (size_t i = 0; i < LENGTH_OF(wrong); i++)
		assert_rv(init_with(session, wrong[i], NULL, 0), CKR_MECHANISM_INVALID);
	for (size_t i = 0; i < SCHEMES; i++)
		assert_rv(
		    init_with(session, schemes[i].type, parameter, 4), CKR_MECHANISM_PARAM_INVALID);
	assert_ok(init_with(session, CKM_SHA256_RSA_PKCS, parameter, 0));
}

static void
pss_parameters_are_checked(void **state)
{
	static const CK_RSA_PKCS_PSS_PARAMS wrong[] = {
	    {CKM_SHA_1, CKG_MGF1_SHA256, 32},
	    {CKM_SHA256, CKG_MGF1_SHA1, 32},
	    {CKM_SHA384, CKG_MGF1_SHA384, 48},
	    {CKM_SHA256, CKG_MGF1_SHA256, 0},
	    {CKM_SHA256, CKG_MGF1_SHA256, 20},
	    {CKM_SHA256, CKG_MGF1_SHA256, 33},
	    {CKM_SHA256, CKG_MGF1_SHA256, ~0ul},
	    {0, 0, 0},
	};
	static const CK_MECHANISM_TYPE types[] = {CKM_RSA_PKCS_PSS, CKM_SHA256_RSA_PKCS_PSS};
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_RSA_PKCS_PSS_PARAMS right = {CKM_SHA256, CKG_MGF1_SHA256, 32};

	for (int t = 0; t < 2; t++) {
		for (size_t i = 0; i < LENGTH_OF(wrong); i++) {
			CK_RSA_PKCS_PSS_PARAMS parameter = wrong[i];

			assert_rv(init_with(session, types[t], &parameter, sizeof(parameter)),
			    CKR_MECHANISM_PARAM_INVALID);
		}
		assert_rv(init_with(session, types[t], NULL, 0), CKR_MECHANISM_PARAM_INVALID);
		assert_rv(
		    init_with(session, types[t], NULL, sizeof(right)), CKR_MECHANISM_PARAM_INVALID);
		assert_rv(init_with(session, types[t], &right, sizeof(right) - 1),
		    CKR_MECHANISM_PARAM_INVALID);
		assert_rv(init_with(session, types[t], &right, sizeof(right) + 1),
		    CKR_MECHANISM_PARAM_INVALID);
		assert_ok(init_with(session, types[t], &right, sizeof(right)));
		assert_ok(finish_signature(session, signature));
	}
}

static void
keys_are_checked(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	CK_MECHANISM mechanism = pkcs11_mechanism(CKM_SHA256_RSA_PKCS);
	static const CK_OBJECT_CLASS no_keys[] = {CKO_CERTIFICATE, CKO_PROFILE};

	assert_rv(p11->C_SignInit(session, &mechanism, 12345), CKR_USER_NOT_LOGGED_IN);
	assert_rv(p11->C_SignInit(session, &mechanism, CK_INVALID_HANDLE), CKR_KEY_HANDLE_INVALID);
	assert_ok(login_with(session, PIN));
	assert_rv(p11->C_SignInit(session, &mechanism, 12345), CKR_KEY_HANDLE_INVALID);
	assert_rv(p11->C_SignInit(session, &mechanism, CK_INVALID_HANDLE), CKR_KEY_HANDLE_INVALID);
	for (size_t i = 0; i < LENGTH_OF(no_keys); i++)
		assert_rv(p11->C_SignInit(session, &mechanism, find_one(session, no_keys[i])),
		    CKR_KEY_HANDLE_INVALID);
	assert_rv(p11->C_SignInit(session, &mechanism, find_one(session, CKO_PUBLIC_KEY)),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	assert_rv(p11->C_VerifyInit(session, &mechanism, find_one(session, CKO_PRIVATE_KEY)),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	assert_rv(p11->C_VerifyInit(session, &mechanism, find_ca(session)), CKR_KEY_HANDLE_INVALID);
	assert_signs(session, JPKI_AUTHENTICATION, sha256_pkcs1);
}

/* A disturbed exchange may have made another certificate of it: it is read again, without a login.
 */
static void
misread_certificate_is_read_again(void **state)
{
	static const char *const names[JPKI_ROLES] = {
	    "authentication-certificate", "signature-certificate"};

	for (int role = 0; role < JPKI_ROLES; role++) {
		CK_SESSION_HANDLE session;
		CK_BYTE value[VALUE_ROOM];

		swap_card(names[role], "other-key");
		session = open_user_session(role);
		assert_int_not_equal(get(session, find_one(session, CKO_CERTIFICATE), CKA_VALUE,
					 value, sizeof(value)),
		    CK_UNAVAILABLE_INFORMATION);
		set_quirk(names[role], "present");
		assert_rv(sign_message(session, sha256_pkcs1, signature), CKR_DEVICE_ERROR);
		assert_signs(session, role, sha256_pkcs1);
		assert_int_equal(pins_sent(), 1);
		start_over();
	}
}

/* What comes from a wrong key, or damaged, is not handed out. */
static void
wrong_signatures_are_kept_back(void **state)
{
	static const char *const kinds[] = {"damaged", "other-key", "short"};

	for (int role = 0; role < JPKI_ROLES; role++)
		for (size_t i = 0; i < LENGTH_OF(kinds); i++)
			for (size_t s = 0; s < SCHEMES; s++) {
				CK_SESSION_HANDLE session;
				CK_BYTE untouched[SIGNATURE_SIZE];

				start_over();
				session = open_user_session(role);
				set_quirk("signature", kinds[i]);
				memset(signature, 0xa5, sizeof(signature));
				memset(untouched, 0xa5, sizeof(untouched));
				assert_rv(sign_message(session, &schemes[s], signature),
				    CKR_DEVICE_ERROR);
				assert_memory_equal(signature, untouched, sizeof(untouched));
				set_quirk("signature", "right");
				assert_signs(session, role, &schemes[s]);
				assert_int_equal(pins_sent(), 1);
			}
}

/* C_GetMechanismList, and whether it has PSS. */
static bool
lists_pss(enum jpki_role role)
{
	CK_MECHANISM_TYPE list[32];
	CK_MECHANISM_INFO info;
	CK_ULONG count = 32;
	unsigned pss = 0;

	assert_ok(p11->C_GetMechanismList(slot_of(role), list, &count));
	for (CK_ULONG i = 0; i < count; i++)
		pss += list[i] == CKM_RSA_PKCS_PSS || list[i] == CKM_SHA256_RSA_PKCS_PSS;
	assert_true(pss == 0 || pss == 2);
	assert_rv(p11->C_GetMechanismInfo(slot_of(role), CKM_RSA_PKCS_PSS, &info),
	    pss > 0 ? CKR_OK : CKR_MECHANISM_INVALID);
	return pss > 0;
}

static CK_ULONG
allowed_mechanisms(CK_SESSION_HANDLE session)
{
	CK_MECHANISM_TYPE list[SCHEMES];

	return get(session, find_one(session, CKO_PRIVATE_KEY), CKA_ALLOWED_MECHANISMS, list,
		   sizeof(list)) /
	       sizeof(list[0]);
}

static void
assert_pss_is_refused(enum jpki_role role, const char *quirk, const char *value)
{
	CK_MECHANISM mechanism = pkcs11_mechanism(CKM_SHA256_RSA_PKCS_PSS);
	CK_SESSION_HANDLE session;

	swap_card(quirk, value);
	session = open_user_session(role);
	assert_true(lists_pss(role));
	assert_int_equal(allowed_mechanisms(session), SCHEMES);
	assert_rv(sign_message(session, sha256_pss, signature), CKR_MECHANISM_INVALID);
	assert_false(lists_pss(role));
	assert_int_equal(allowed_mechanisms(session), SCHEMES - 2);
	assert_rv(p11->C_VerifyInit(session, &mechanism, find_one(session, CKO_PUBLIC_KEY)),
	    CKR_MECHANISM_INVALID);
	forget_exchanges();
	assert_rv(begin_signature(session, sha256_pss), CKR_MECHANISM_INVALID);
	assert_rv(begin_signature(session, raw_pss), CKR_MECHANISM_INVALID);
	assert_int_equal(exchanges(), 0);
	assert_signs(session, role, sha256_pkcs1);
	assert_int_equal(pins_sent(), 1);
}

/* They refuse it, or make it with another salt. */
static void
cards_without_pss(void **state)
{
	static const char *const kinds[][2] = {
	    {"sign-forms", "pkcs1"}, {"pss-salt", "0"}, {"pss-salt", "20"}, {"pss-salt", "222"}};

	for (int role = 0; role < JPKI_ROLES; role++)
		for (size_t i = 0; i < LENGTH_OF(kinds); i++)
			assert_pss_is_refused(role, kinds[i][0], kinds[i][1]);
}

/* A refusal is an answer: the login must not be spent on asking again. */
static void
refused_pss_keeps_the_login(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session;

	swap_card("sign-forms", "pkcs1");
	set_quirk("select-clears", "yes");
	session = open_user_session(role);
	assert_signs(session, role, sha256_pkcs1);
	assert_rv(sign_message(session, sha256_pss, signature), CKR_MECHANISM_INVALID);
	assert_true(user_session(session));
	assert_signs(session, role, sha256_pkcs1);
}

/* 9000 and nothing else, in place of any answer: what was learned from it is nothing. */
static void
bare_success_is_no_signature(void **state)
{
	static const char *const ways[] = {"known", "6a86", "6b00"};

	for (size_t i = 0; i < LENGTH_OF(ways); i++)
		for (int role = 0; role < JPKI_ROLES; role++)
			for (unsigned nth = 1; nth <= 4; nth++) {
				CK_BYTE made[SIGNATURE_SIZE];
				CK_SESSION_HANDLE session;
				CK_RV rv;

				start_over();
				swap_card("short-identifiers", ways[i]);
				session = open_user_session(role);
				assert_int_equal(
				    vcard_fault_add(card, VCARD_FAULT_SW, nth, 0x9000, NULL), 0);
				rv = sign_message(session, sha256_pkcs1, made);
				vcard_faults_clear(card);
				assert_true(rv == CKR_OK || rv == CKR_DEVICE_ERROR);
				assert_signs(session, role, sha256_pkcs1);
				assert_signs(session, role, sha256_pss);
				assert_int_equal(pins_sent(), 1);
			}
}

static X509 *
certificate_on(struct vcard *other, enum jpki_role role)
{
	return role_certificate(vcard_pki(other), role, JPKI_CERTIFICATE);
}

/*
 * Unplugged and plugged in again, with another card: it counts its cards from one again. It
 * takes hands a while.
 */
static void
replug_with(struct vcard *other)
{
	clock_skip_ms(3000);
	assert_int_equal(inprocess_remove_reader(READER), 0);
	assert_int_equal(inprocess_add_reader(READER), 0);
	assert_int_equal(inprocess_insert(READER, other), 0);
}

static void
assert_gone(CK_RV rv)
{
	if (rv != CKR_DEVICE_REMOVED && rv != CKR_SESSION_HANDLE_INVALID)
		fail_msg("0x%lx", rv);
}

static void
assert_works_with(struct vcard *other, enum jpki_role role)
{
	CK_SESSION_HANDLE session = open_session(role);
	CK_BYTE made[SIGNATURE_SIZE];

	assert_ok(login_with(session, pin_of(role)));
	assert_value(session, find_one(session, CKO_CERTIFICATE), certificate_on(other, role));
	assert_ok(sign_message(session, sha256_pkcs1, made));
	assert_true(signature_verifies(
	    sha256_pkcs1, certificate_on(other, role), message, sizeof(message), made));
}

/* A login of before, and its certificate; the card is locked, and nothing is connected. */
static void
unseen_exchange_of_cards_with_a_login(void **state)
{
	struct vcard *other = card_of_another_person();
	CK_BYTE made[SIGNATURE_SIZE];
	CK_SESSION_HANDLE session;
	CK_RV rv;

	set_window(0);
	session = open_user_session(JPKI_SIGNATURE);
	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_true(locked());
	replug_with(other);
	rv = context_login(session, PASSWORD);
	if (rv == CKR_OK)
		rv = finish_signature(session, made);
	assert_gone(rv);
	set_window(default_window());
	assert_works_with(other, JPKI_SIGNATURE);
	assert_works_with(other, JPKI_AUTHENTICATION);
}

/* A session without a login; its certificate has been read, or but for its first block not. */
static void
unseen_exchange_of_cards_before_the_login(void **state)
{
	struct vcard *other = card_of_another_person();
	CK_BYTE value[VALUE_ROOM];

	for (int role = 0; role < JPKI_ROLES; role++)
		for (int read = 0; read < 2; read++) {
			CK_SESSION_HANDLE session = open_session(role);

			if (role == JPKI_AUTHENTICATION && read)
				(void)get(session, find_one(session, CKO_CERTIFICATE), CKA_VALUE,
				    value, sizeof(value));
			replug_with(other);
			assert_gone(login_with(session, pin_of(role)));
			assert_int_equal(vcard_ledger_count(other, VCARD_EVENT_VERIFY), 0);
			(void)p11->C_CloseAllSessions(slot_of(role));
			assert_works_with(other, role);
			assert_int_equal(inprocess_remove_reader(READER), 0);
			start_over();
			other = card_of_another_person();
		}
}

/* A look that asks the card something proves nothing of whose card it is. */
static void
unseen_exchange_of_cards_before_a_look(void **state)
{
	struct vcard *other = card_of_another_person();
	CK_SESSION_HANDLE session = open_session(JPKI_SIGNATURE);

	replug_with(other);
	(void)token_flags(JPKI_SIGNATURE);
	assert_gone(login_with(session, PASSWORD));
	assert_int_equal(vcard_ledger_count(other, VCARD_EVENT_VERIFY), 0);
	assert_works_with(other, JPKI_SIGNATURE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ROLE_TEST(every_mechanism_signs),
	    TEST(parts_make_the_same_signature),
	    TEST(long_messages_cost_one_exchange),
	    TEST(empty_messages_can_be_hashed),
	    TEST(raw_pkcs1_takes_1_to_245_bytes),
	    TEST(raw_pss_takes_a_hash),
	    TEST(too_many_parts_end_the_operation),
	    TEST(one_operation_at_a_time),
	    TEST(mechanisms_are_checked),
	    TEST(pss_parameters_are_checked),
	    TEST(keys_are_checked),
	    TEST(misread_certificate_is_read_again),
	    TEST(wrong_signatures_are_kept_back),
	    TEST(cards_without_pss),
	    ROLE_TEST(refused_pss_keeps_the_login),
	    TEST(unseen_exchange_of_cards_with_a_login),
	    TEST(unseen_exchange_of_cards_before_the_login),
	    TEST(unseen_exchange_of_cards_before_a_look),
	    TEST(bare_success_is_no_signature),
	};

	return RUN(tests);
}
