/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Files of the card that are not what they should be: whether there is a token, what reading its
 * certificate gives, what a login and a signature, and that the other token does not care.
 */

#include "../common/scheme.h"

/* CKR_TOKEN_NOT_PRESENT in the first column: there is no such token. */
struct certificate_row {
	const char *value;
	CK_RV open, read, login, sign;
};

#define NO_TOKEN CKR_TOKEN_NOT_PRESENT, 0, 0, 0
#define NO_USE CKR_OK, CKR_DEVICE_ERROR, CKR_OK, CKR_DEVICE_ERROR
#define BUT_ITS_KEY CKR_OK, CKR_DEVICE_ERROR, CKR_OK, CKR_OK /* no more is read to sign */
#define WORKS CKR_OK, CKR_OK, CKR_OK, CKR_OK
#define NOT_ITS_KEY CKR_OK, CKR_OK, CKR_OK, CKR_DEVICE_ERROR

/* EF 000A, whose first block is read when the card is first looked at. */
static const struct certificate_row authentication[] = {
    {"present", WORKS},
    {"large", WORKS}, /* nearly 8 kB */
    {"absent", NO_TOKEN},
    {"claimed", NO_TOKEN}, /* EF 0008 says so, and there is filler */
    {"empty", NO_TOKEN},
    {"length-indefinite", NO_TOKEN}, /* 30 80 */
    {"length-4-bytes", NO_TOKEN},    /* 30 84 FF FF FF FF */
    {"length-huge", NO_TOKEN},	     /* 30 82 FF FF */
    {"length-8193", NO_TOKEN},	     /* more than is taken */
    {"length-8192", BUT_ITS_KEY},    /* as much as is taken, and filler at the end */
    {"length-longer", BUT_ITS_KEY},  /* ends in the filler */
    {"length-shorter", BUT_ITS_KEY},
    {"not-der", NO_USE},
    {"not-a-certificate", NO_USE},
    {"rsa-1024", NO_USE},
    {"rsa-4096", NO_USE},
    {"ec", NO_USE},
    {"other-key", NOT_ITS_KEY},
};

/* EF 0001, which nobody can read before the login. */
static const struct certificate_row signature[] = {
    {"present", WORKS},
    {"large", WORKS},
    {"absent", NO_TOKEN},
    {"claimed", NO_USE},
    {"empty", NO_USE},
    {"length-indefinite", NO_USE},
    {"length-4-bytes", NO_USE},
    {"length-huge", NO_USE},
    {"length-8193", NO_USE},
    {"length-8192", BUT_ITS_KEY},
    {"length-longer", BUT_ITS_KEY},
    {"length-shorter", BUT_ITS_KEY},
    {"not-der", NO_USE},
    {"not-a-certificate", NO_USE},
    {"rsa-1024", NO_USE},
    {"rsa-4096", NO_USE},
    {"ec", NO_USE},
    {"other-key", NOT_ITS_KEY},
};

static CK_RV
read_value(CK_SESSION_HANDLE session)
{
	static CK_BYTE value[VALUE_ROOM];
	CK_ATTRIBUTE attribute = {CKA_VALUE, value, sizeof(value)};

	return p11->C_GetAttributeValue(session, find_one(session, CKO_CERTIFICATE), &attribute, 1);
}

/* The keys are there, whatever the certificate: they are not made of it. */
static void
assert_objects(CK_SESSION_HANDLE session, enum jpki_role role)
{
	size_t expected =
	    role == JPKI_AUTHENTICATION ? 2 : 1; /* its own, unless private; its CA's */

	assert_int_equal(find_class(session, CKO_CERTIFICATE, NULL, 0), expected);
}

/* Each time the same; nothing stays unlocked that is no login, and no try is lost. */
static void
assert_login_and_signature(
    const struct certificate_row *row, CK_SESSION_HANDLE session, enum jpki_role role)
{
	CK_BYTE bytes[SIGNATURE_SIZE];

	for (size_t round = 1; round <= 2; round++) {
		assert_rv(login_with(session, pin_of(role)), row->login);
		assert_int_equal(pins_sent(), round);
		assert_int_equal(user_session(session), row->login == CKR_OK);
		if (row->login != CKR_OK) {
			assert_true(locked());
			continue;
		}
		assert_rv(read_value(session), row->read);
		assert_rv(sign_message(session, sha256_pkcs1, bytes), row->sign);
		assert_rv(sign_message(session, sha256_pss, bytes), row->sign);
		assert_true(user_session(session));
		assert_ok(p11->C_Logout(session));
		assert_true(locked());
	}
}

static void
assert_row(const struct certificate_row *row, enum jpki_role role, const char *quirk)
{
	CK_SESSION_HANDLE session;
	CK_RV rv;

	print_message("# %s=%s\n", quirk, row->value);
	start_over();
	swap_card(quirk, row->value);
	assert_int_equal(token_present(role), row->open == CKR_OK);
	rv = pkcs11_open_session(pkcs11_list(p11), slot_of(role), 0, &session);
	assert_rv(rv, row->open);
	if (rv == CKR_OK) {
		assert_objects(session, role);
		if (role == JPKI_AUTHENTICATION)
			assert_rv(read_value(session), row->read);
		assert_login_and_signature(row, session, role);
	}
	assert_int_equal(
	    vcard_pin_tries(card, card_pin_of(role)), vcard_pin_tries_max(card_pin_of(role)));
	assert_signs(open_user_session(1 - role), 1 - role, sha256_pkcs1);
}

static void
certificate_files(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(authentication); i++)
		assert_row(&authentication[i], JPKI_AUTHENTICATION, "authentication-certificate");
	for (size_t i = 0; i < LENGTH_OF(signature); i++)
		assert_row(&signature[i], JPKI_SIGNATURE, "signature-certificate");
}

/* A CA's certificate has a key of any kind; without one everything else works. */
static void
ca_certificate_files(void **state)
{
	static const struct {
		const char *value;
		CK_RV read;
	} rows[] = {
	    {"present", CKR_OK},
	    {"large", CKR_OK},
	    {"rsa-1024", CKR_OK},
	    {"rsa-4096", CKR_OK},
	    {"ec", CKR_OK},
	    {"other-key", CKR_OK},
	    {"absent", CKR_DEVICE_ERROR},
	    {"empty", CKR_DEVICE_ERROR},
	    {"length-indefinite", CKR_DEVICE_ERROR},
	    {"length-4-bytes", CKR_DEVICE_ERROR},
	    {"length-huge", CKR_DEVICE_ERROR},
	    {"length-8193", CKR_DEVICE_ERROR},
	    {"length-8192", CKR_DEVICE_ERROR},
	    {"length-longer", CKR_DEVICE_ERROR},
	    {"length-shorter", CKR_DEVICE_ERROR},
	    {"not-der", CKR_DEVICE_ERROR},
	    {"not-a-certificate", CKR_DEVICE_ERROR},
	};

	for (size_t i = 0; i < LENGTH_OF(rows); i++)
		for (int role = 0; role < JPKI_ROLES; role++) {
			static CK_BYTE value[VALUE_ROOM];
			CK_ATTRIBUTE attribute = {CKA_VALUE, value, sizeof(value)};
			CK_SESSION_HANDLE session;

			print_message("# ca-certificates=%s\n", rows[i].value);
			start_over();
			swap_card("ca-certificates", rows[i].value);
			session = open_user_session(role);
			assert_rv(
			    p11->C_GetAttributeValue(session, find_ca(session), &attribute, 1),
			    rows[i].read);
			assert_signs(session, role, sha256_pss);
			assert_int_equal(pins_sent(), 1);
		}
}

/* Which tokens there are, by what EF 0008 says and what there is. */
static void
presence_and_certificates(void **state)
{
	static const struct {
		const char *presence, *authentication, *signature;
		bool tokens[JPKI_ROLES];
	} rows[] = {
	    {"present", "present", "present", {true, true}},
	    {"present", "present", "absent", {true, false}},
	    {"present", "absent", "present", {false, true}},
	    {"present", "absent", "absent", {false, false}},
	    {"present", "claimed", "present", {false, true}},
	    /* what is said of nobody is seen for oneself */
	    {"missing", "present", "present", {true, true}},
	    {"missing", "absent", "present", {false, true}},
	    {"missing", "present", "empty", {true, true}}, /* 6982 before there is anything */
	    {"short", "present", "present", {true, true}},
	    {"short", "absent", "present", {false, true}},
	    {"none", "present", "present", {false, false}},
	};

	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		print_message(
		    "# %s %s %s\n", rows[i].presence, rows[i].authentication, rows[i].signature);
		start_over();
		swap_card("presence", rows[i].presence);
		set_quirk("authentication-certificate", rows[i].authentication);
		set_quirk("signature-certificate", rows[i].signature);
		for (int role = 0; role < JPKI_ROLES; role++)
			assert_int_equal(token_present(role), rows[i].tokens[role]);
		assert_int_equal(pins_sent(), 0);
	}
}

static void
token_information(void **state)
{
	static const struct {
		const char *value, *manufacturer, *model, *serial;
	} rows[] = {
	    {"sane", "JPKI-TEST", "JPKI-TEST", SERIAL},
	    {"binary", "JPKI", "", ""},
	    {"blank", "JPKI", "", ""},
	    {"short", "JPKI", "", ""},
	    {"missing", "JPKI", "", ""},
	};
	static const char *const labels[] = {"JPKI User Authentication", "JPKI Digital Signature"};

	for (size_t i = 0; i < LENGTH_OF(rows); i++)
		for (int role = 0; role < JPKI_ROLES; role++) {
			CK_TOKEN_INFO info;

			start_over();
			swap_card("token-info", rows[i].value);
			assert_ok(p11->C_GetTokenInfo(slot_of(role), &info));
			assert_padded(info.label, labels[role]);
			assert_padded(info.manufacturerID, rows[i].manufacturer);
			assert_padded(info.model, rows[i].model);
			assert_padded(info.serialNumber, rows[i].serial);
			assert_signs(open_user_session(role), role, sha256_pkcs1);
		}
}

static void
select_aid(void *aid)
{
	others_select(aid);
}

/* Others select theirs before the call: it is noticed, and no PIN or key of theirs is used. */
static void
wrong_application_answers(void **state)
{
	static char applications[][21] = {
	    "D3921000310001010408", /* card-surface input aid */
	    "D3921000310001010402", /* card surface */
	    "D3921000310001010401", /* resident register */
	};
	CK_BYTE bytes[SIGNATURE_SIZE];

	for (size_t i = 0; i < LENGTH_OF(applications); i++)
		for (int role = 0; role < JPKI_ROLES; role++) {
			CK_SESSION_HANDLE session;

			start_over();
			session = open_session(role);
			inprocess_plan(INPROCESS_BEGIN, 1, JPKI_OK, select_aid, applications[i]);
			assert_ok(login_with(session, pin_of(role)));
			inprocess_plan(INPROCESS_BEGIN, 1, JPKI_OK, select_aid, applications[i]);
			assert_ok(sign_message(session, sha256_pkcs1, bytes));
			assert_true(signature_verifies(
			    sha256_pkcs1, certificate_of(role), message, sizeof(message), bytes));
			assert_int_equal(pins_sent(), 1);
			for (int pin = 0; pin < VCARD_PINS; pin++)
				assert_int_equal(
				    vcard_pin_tries(card, pin), vcard_pin_tries_max(pin));
		}
}

/* A card that says yes to the selection of anything is looked at once, and left alone. */
static void
card_that_agrees_to_anything(void **state)
{
	static const char *const kinds[] = {"absent", "foreign"};

	for (size_t i = 0; i < LENGTH_OF(kinds); i++) {
		unsigned before;

		start_over();
		swap_card("application", kinds[i]);
		if (i == 0) /* it has said yes, and knows nothing of what follows */
			assert_int_equal(vcard_fault_add(card, VCARD_FAULT_SW, 1, 0x9000, NULL), 0);
		for (int role = 0; role < JPKI_ROLES; role++)
			assert_false(token_present(role));
		before = exchanges();
		assert_in_range(before, 1, 12);
		for (int round = 0; round < 20; round++)
			assert_false(token_present(JPKI_AUTHENTICATION));
		assert_int_equal(exchanges(), before);
		assert_int_equal(pins_sent(), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(certificate_files),
	    TEST(ca_certificate_files),
	    TEST(presence_and_certificates),
	    TEST(token_information),
	    TEST(wrong_application_answers),
	    TEST(card_that_agrees_to_anything),
	};

	return RUN(tests);
}
