/* SPDX-License-Identifier: BSD-2-Clause */

/* The main job on cards with each of the ways that real ones may have. */

#include "../common/scheme.h"

/* Ways that hinder nothing. */
static const struct {
	const char *quirk, *value;
} harmless[] = {
    {"blocked-verify", "63c0"},
    {"blocked-count", "6984"},
    {"verified-count", "9000"},
    {"select-clears", "yes"},
    {"reset-clears", "yes"},
    {"wrong-pin", "keeps"},
    {"pin-length", "6700"},
    {"presence", "missing"},
    {"label", "android"},
    {"label", "iphone"},
    {"token-info", "binary"},
    {"token-info", "blank"},
    {"token-info", "short"},
    {"token-info", "missing"},
    {"first-command", "6f00"},
    {"short-identifiers", "6a86"},
    {"short-identifiers", "6b00"},
    {"short-identifiers", "6a82"},
    {"short-identifiers", "6982"},
    {"short-identifiers", "6985"},
    {"short-identifiers", "6986"},
    {"short-identifiers", "6a80"},
    {"read-limit", "128"},
    {"read-limit", "100"},
    {"sign-length", "6700"},
    {"chaining", "all"},
    {"chaining", "half"},
    {"wrong-le", "6cxx"},
    {"wrong-le", "6700"},
    {"end-of-file", "6282"},
    {"preselected", "input-aid"},
    {"preselected", "jpki"},
    {"atr", "contactless"},
    {"authentication-certificate", "present"},
    {"ca-certificates", "large"},
    {"ca-certificates", "absent"},
    {"ca-certificates", "empty"},
};
#define HARMLESS LENGTH_OF(harmless)

/* Whatever the answer, it is one for that function, and the session is of use. */
static void
read_ca(CK_SESSION_HANDLE session)
{
	CK_BYTE value[VALUE_ROOM];
	CK_ATTRIBUTE attribute = {CKA_VALUE, value, sizeof(value)};
	CK_RV rv = p11->C_GetAttributeValue(session, find_ca(session), &attribute, 1);

	if (rv != CKR_OK && rv != CKR_DEVICE_ERROR)
		fail_msg("0x%lx", rv);
}

static void
assert_main_job(enum jpki_role role)
{
	CK_SESSION_HANDLE session = open_session(role);

	assert_ok(login_with(session, pin_of(role)));
	assert_value(session, find_one(session, CKO_CERTIFICATE), certificate_of(role));
	assert_signs(session, role, sha256_pkcs1);
	read_ca(session);
	assert_signs(session, role, sha256_pss);
	assert_int_equal(pins_sent(), 1);
	assert_ok(p11->C_Logout(session));
	assert_true(locked());
	assert_ok(p11->C_CloseSession(session));
}

static void
harmless_ways(void **state)
{
	for (size_t i = 0; i < HARMLESS; i++)
		for (int role = 0; role < JPKI_ROLES; role++) {
			print_message("# %s=%s\n", harmless[i].quirk, harmless[i].value);
			start_over();
			swap_card(harmless[i].quirk, harmless[i].value);
			assert_main_job(role);
		}
}

/* Two at a time, since real cards do not come with one each. */
static void
harmless_ways_in_pairs(void **state)
{
	for (size_t i = 0; i < HARMLESS; i++)
		for (size_t j = i + 1; j < HARMLESS; j++) {
			if (strcmp(harmless[i].quirk, harmless[j].quirk) == 0)
				continue;
			print_message("# %s=%s %s=%s\n", harmless[i].quirk, harmless[i].value,
			    harmless[j].quirk, harmless[j].value);
			start_over();
			swap_card(harmless[i].quirk, harmless[i].value);
			set_quirk(harmless[j].quirk, harmless[j].value);
			reinsert();
			assert_main_job((enum jpki_role)(j % JPKI_ROLES));
		}
}

/* However the file that says it has to be read. */
static void
serial_number_is_shown(void **state)
{
	static const char *const limits[] = {"none", "128", "100"};

	for (size_t i = 0; i < HARMLESS; i++) {
		if (strcmp(harmless[i].quirk, "token-info") == 0)
			continue;
		for (size_t j = 0; j < LENGTH_OF(limits); j++)
			for (int role = 0; role < JPKI_ROLES; role++) {
				CK_TOKEN_INFO info;

				swap_card(harmless[i].quirk, harmless[i].value);
				set_quirk("read-limit", limits[j]);
				assert_ok(p11->C_GetTokenInfo(slot_of(role), &info));
				assert_padded(info.serialNumber, SERIAL);
				assert_padded(info.model, "JPKI-TEST");
				assert_int_equal(info.hardwareVersion.minor, 3);
				assert_int_equal(info.firmwareVersion.minor, 1);
			}
		start_over();
	}
}

/* Where selecting costs a login, other things are read without. */
static void
login_outlives_reading_of_the_other_token(void **state)
{
	CK_SESSION_HANDLE sign, auth;

	swap_card("select-clears", "yes");
	auth = open_session(JPKI_AUTHENTICATION);
	sign = open_user_session(JPKI_SIGNATURE);
	assert_value(auth, find_one(auth, CKO_CERTIFICATE), certificate_of(JPKI_AUTHENTICATION));
	assert_signs(sign, JPKI_SIGNATURE, sha256_pkcs1);
	assert_value(auth, find_ca(auth), ca_of(JPKI_AUTHENTICATION));
	assert_value(sign, find_ca(sign), ca_of(JPKI_SIGNATURE));
	assert_signs(sign, JPKI_SIGNATURE, sha256_pss);
	assert_int_equal(pins_sent(), 1);
}

/* The other token's tries are not known: nobody has asked. */
static void
login_outlives_a_question_for_tries(void **state)
{
	CK_SESSION_HANDLE sign;
	unsigned before;

	swap_card("select-clears", "yes");
	sign = open_user_session(JPKI_SIGNATURE);
	before = exchanges();
	assert_int_equal(token_flags(JPKI_AUTHENTICATION) & CKF_USER_PIN_COUNT_LOW, 0);
	assert_true(exchanges() > before);
	assert_signs(sign, JPKI_SIGNATURE, sha256_pkcs1);
	assert_int_equal(pins_sent(), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(harmless_ways),
	    TEST(harmless_ways_in_pairs),
	    TEST(serial_number_is_shown),
	    TEST(login_outlives_reading_of_the_other_token),
	    TEST(login_outlives_a_question_for_tries),
	};

	return RUN(tests);
}
