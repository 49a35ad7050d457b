/* SPDX-License-Identifier: BSD-2-Clause */

/* What comes of the settings in a file. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../common/module.h"
#include "reader/settings.h"

static char path[] = "/tmp/jpki-conf-XXXXXX";

static int
make_file(void **state)
{
	int file = mkstemp(path);

	return file < 0 || close(file) != 0 ? -1 : make_pki(state);
}

static int
drop_file(void **state)
{
	return unlink(path) | drop_pki(state);
}

/* The module started anew with that file. */
static void
restart_with(const char *text)
{
	write_file_text(path, text);
	assert_ok(p11->C_Finalize(NULL));
	setenv("JPKI_CONFIG", path, 1);
	assert_ok(p11->C_Initialize(NULL));
	setenv("JPKI_CONFIG", "", 1);
}

static CK_RV
sign_pss(enum jpki_role role)
{
	CK_SESSION_HANDLE session = open_session(role);
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_ULONG length = sizeof(signature);

	(void)login_with(session, pin_of(role));
	return pkcs11_sign(pkcs11_list(p11), session, CKM_SHA256_RSA_PKCS_PSS,
	    find_one(session, CKO_PRIVATE_KEY), "abc", 3, signature, &length);
}

static CK_RV
begin_pss(enum jpki_role role)
{
	CK_SESSION_HANDLE session = open_session(role);

	(void)login_with(session, pin_of(role));
	return pkcs11_sign_init(
	    pkcs11_list(p11), session, CKM_SHA256_RSA_PKCS_PSS, find_one(session, CKO_PRIVATE_KEY));
}

static CK_ULONG
mechanism_count(enum jpki_role role)
{
	CK_ULONG count = 0;

	assert_ok(p11->C_GetMechanismList(slot_of(role), NULL, &count));
	return count;
}

static void
pss_can_be_turned_off(void **state)
{
	CK_MECHANISM_INFO info;
	CK_ULONG count = mechanism_count(JPKI_AUTHENTICATION);

	restart_with("[token]\npss = off\n");
	assert_int_equal(mechanism_count(JPKI_AUTHENTICATION), count - 2);
	assert_rv(p11->C_GetMechanismInfo(slot_of(JPKI_AUTHENTICATION), CKM_RSA_PKCS_PSS, &info),
	    CKR_MECHANISM_INVALID);
	assert_rv(begin_pss(JPKI_AUTHENTICATION), CKR_MECHANISM_INVALID); /* the card could */
	assert_int_equal(signatures_made(), 0);
}

/* A card that refuses it is asked each time, where a person says that it does know it. */
static void
pss_can_be_insisted_on(void **state)
{
	CK_ULONG count = mechanism_count(JPKI_AUTHENTICATION);

	set_quirk("sign-forms", "pkcs1");
	restart_with("[token]\npss = on\n");
	assert_rv(sign_pss(JPKI_AUTHENTICATION), CKR_MECHANISM_INVALID);
	assert_int_equal(mechanism_count(JPKI_AUTHENTICATION), count);
	set_quirk("sign-forms", "all");
	assert_ok(sign_pss(JPKI_AUTHENTICATION));
}

static bool
has_profile(enum jpki_role role, CK_ULONG profile)
{
	CK_OBJECT_CLASS class = CKO_PROFILE;
	CK_ATTRIBUTE template[] = {
	    {CKA_CLASS, &class, sizeof(class)}, {CKA_PROFILE_ID, &profile, sizeof(profile)}};
	CK_OBJECT_HANDLE found[2];

	return find(open_session(role), template, 2, found, 2) == 1;
}

static void
the_profile_can_be_taken_away(void **state)
{
	assert_true(has_profile(JPKI_SIGNATURE, CKP_PUBLIC_CERTIFICATES_TOKEN));
	restart_with("[signature]\npublic-certificates-profile = no\n");
	assert_false(has_profile(JPKI_SIGNATURE, CKP_PUBLIC_CERTIFICATES_TOKEN));
	assert_true(has_profile(JPKI_SIGNATURE, CKP_BASELINE_PROVIDER));
	/* the authentication token's certificate is public: there it is the truth */
	assert_true(has_profile(JPKI_AUTHENTICATION, CKP_PUBLIC_CERTIFICATES_TOKEN));
}

static bool guarded; /* when the PIN came to the card */

static void
look_for_guard(void *context)
{
	guarded = inprocess_guarded(READER);
}

/* The card has somebody who locks it before it is unlocked, and only for as long as it is. */
static void
a_guard_can_be_forbidden(void **state)
{
	static const struct {
		const char *text;
		bool guard;
	} files[] = {
	    {"", true}, {"[token]\nguard = no\n", false}, {"[token]\nguard = yes\n", true}};

	for (size_t i = 0; i < LENGTH_OF(files); i++) {
		CK_SESSION_HANDLE session;

		restart_with(files[i].text);
		session = open_session(JPKI_AUTHENTICATION);
		assert_false(inprocess_guarded(READER));
		guarded = false;
		/* select, PIN */
		inprocess_plan(INPROCESS_TRANSMIT, 2, JPKI_OK, look_for_guard, NULL);
		assert_ok(login_with(session, PIN));
		assert_int_equal(inprocess_calls(INPROCESS_TRANSMIT) >= 2, true);
		assert_int_equal(guarded, files[i].guard);
		assert_int_equal(inprocess_guarded(READER), files[i].guard);
		assert_ok(p11->C_Logout(session));
		assert_false(inprocess_guarded(READER));
	}
}

static void
the_window_is_the_file_s(void **state)
{
	restart_with("[signature]\nwindow = 3\n");
	assert_int_equal(settings_now.signature_window_ms, 3000);
	restart_with("");
	assert_int_equal(settings_now.signature_window_ms, 10000);
}

static void
assert_labels(const char *text, const char *authentication, const char *signature)
{
	const char *const labels[] = {
	    [JPKI_AUTHENTICATION] = authentication, [JPKI_SIGNATURE] = signature};
	CK_TOKEN_INFO info;

	restart_with(text);
	for (int role = 0; role < JPKI_ROLES; role++) {
		char padded[sizeof(info.label) + 1];

		assert_ok(p11->C_GetTokenInfo(slot_of((enum jpki_role)role), &info));
		memset(padded, ' ', sizeof(padded));
		assert_true(strlen(labels[role]) <= sizeof(info.label));
		memcpy(padded, labels[role], strlen(labels[role]));
		assert_memory_equal(info.label, padded, sizeof(info.label));
	}
}

static void
tokens_are_named_in_a_language(void **state)
{
	static const char english[] = "JPKI User Authentication",
			  english_sign[] = "JPKI Digital Signature";

	assert_labels("", english, english_sign);
	assert_labels("[token]\nlabels = ja\n", "利用者証明用(数字4桁)", "署名用(英数字6-16文字)");
	assert_labels("[token firefox]\nlabels = ja\n", english, english_sign);
	assert_labels("[token]\nlabels = en\n", english, english_sign);
}

/* The name of this test's own file. */
static void
a_program_may_have_its_own(void **state)
{
	char text[SETTINGS_PROGRAM_SIZE + 64];

	assert_non_null(strstr(settings_now.program, "settings"));
	snprintf(text, sizeof(text), "[signature %s]\nwindow = 60\n[signature]\nwindow = 3\n",
	    settings_now.program);
	restart_with(text);
	assert_int_equal(settings_now.signature_window_ms, 60000);
	restart_with("[signature soffice.bin]\nwindow = 60\n");
	assert_int_equal(settings_now.signature_window_ms, 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(pss_can_be_turned_off),
	    TEST(pss_can_be_insisted_on),
	    TEST(the_profile_can_be_taken_away),
	    TEST(a_guard_can_be_forbidden),
	    TEST(the_window_is_the_file_s),
	    TEST(a_program_may_have_its_own),
	    TEST(tokens_are_named_in_a_language),
	};

	return cmocka_run_group_tests(tests, make_file, drop_file);
}
