/* SPDX-License-Identifier: BSD-2-Clause */

/* What is logged, and what never is, at the highest level. */

#include <stdlib.h>
#include <unistd.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/log.h"
#include "../common/clock.h"
#include "../common/module.h"
#include "reader/settings.h"
#include "../common/scheme.h"
#include "token/rv.h"

static char path[] = "/tmp/jpki-log-XXXXXX";
static char *text; /* all that has been logged */
static size_t length;

/* What the module is asked to log, in the way a person asks. */
static int
make_log(void **state)
{
	int file = mkstemp(path);

	if (file < 0)
		return -1;
	close(file);
	setenv("JPKI_LOG", "trace", 1);
	setenv("JPKI_LOG_FILE", path, 1);
	return make_pki(state);
}

static int
drop_log(void **state)
{
	free(text);
	(void)unlink(path);
	return drop_pki(state);
}

static int
set_up_with_log(void **state)
{
	return truncate(path, 0) != 0 ? -1 : set_up(state);
}

static void
read_log(void)
{
	free(text);
	text = read_file_text(path, &length);
}

#define assert_logged(what, times) assert_int_equal(times_in(text, what), times)

/* ------------------------------------------------------------------ what it never says */

/* In hexadecimal, as traces have it. */
static size_t
to_hex(const uint8_t *bytes, size_t size, const char *digits, const char *separator, char *hex)
{
	size_t used = 0;

	for (size_t i = 0; i < size; i++) {
		if (i > 0 && separator[0] != '\0')
			hex[used++] = separator[0];
		hex[used++] = digits[bytes[i] >> 4];
		hex[used++] = digits[bytes[i] & 0xF];
	}
	return used;
}

static void
assert_not_logged(const char *what, const uint8_t *bytes, size_t size)
{
	static const char *const digits[] = {"0123456789abcdef", "0123456789ABCDEF"};
	static const char *const separators[] = {"", " ", ":"};
	char hex[1024];

	assert_true(size > 0 && 3 * size < sizeof(hex));
	if (memmem(text, length, bytes, size) != NULL)
		fail_msg("%s is in the log:\n%s", what, text);
	for (size_t i = 0; i < 2 * 3; i++)
		if (memmem(text, length, hex,
			to_hex(bytes, size, digits[i % 2], separators[i / 2], hex)) != NULL)
			fail_msg("%s is in the log:\n%s", what, text);
}

/* Of longer ones no 16 bytes in a row: shorter words (authentication) are in both. */
static void
assert_no_part_logged(const char *what, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i + 16 <= size; i++)
		assert_not_logged(what, bytes + i, 16);
}

static void
assert_text_not_logged(const char *secret)
{
	assert_not_logged(secret, (const uint8_t *)secret, strlen(secret));
}

/* The citizen's four attributes, as the certificate has them. */
static void
assert_person_not_logged(void)
{
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(certificate_of(JPKI_SIGNATURE), NID_subject_alt_name, NULL, NULL);
	int checked = 0;

	assert_non_null(names);
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		const ASN1_UTF8STRING *value;

		if (name->type != GEN_OTHERNAME)
			continue;
		value = name->d.otherName->value->value.utf8string;
		if (ASN1_STRING_length(value) < 4) /* the sex is one digit */
			continue;
		assert_not_logged("an attribute of the citizen", ASN1_STRING_get0_data(value),
		    (size_t)ASN1_STRING_length(value));
		checked++;
	}
	assert_true(checked >= 3);
	GENERAL_NAMES_free(names);
}

static void
assert_certificate_not_logged(enum jpki_role role)
{
	unsigned char *der = NULL;
	int size = i2d_X509(certificate_of(role), &der);

	assert_true(size > 0);
	/* the header, four bytes, may be */
	assert_no_part_logged("a certificate", der + 4, (size_t)size - 4);
	OPENSSL_free(der);
}

/* ---------------------------------------------------------------------- everything there is */

#define DATA "what is to be signed is not for others"

static void
sign_something(CK_SESSION_HANDLE session, CK_BYTE signature[256])
{
	CK_ULONG size = 256;

	assert_ok(pkcs11_sign(pkcs11_list(p11), session, CKM_RSA_PKCS,
	    find_one(session, CKO_PRIVATE_KEY), DATA, sizeof(DATA) - 1, signature, &size));
}

static void
read_all_certificates(CK_SESSION_HANDLE session)
{
	CK_OBJECT_HANDLE found[2];
	CK_BYTE value[4096];
	size_t count = find_class(session, CKO_CERTIFICATE, found, 2);

	for (size_t i = 0; i < count; i++) {
		CK_ATTRIBUTE attribute = {CKA_VALUE, value, sizeof(value)};

		assert_ok(p11->C_GetAttributeValue(session, found[i], &attribute, 1));
	}
}

struct secret_pins {
	const char *right, *wrong, *malformed, *new_one;
};
static const struct secret_pins pins[JPKI_ROLES] = {
    [JPKI_AUTHENTICATION] = {"7391", "8264", "93x5", "5937"},
    [JPKI_SIGNATURE] = {"XK47QZ93VB", "YJ58WP62NM", "ZH69 RT71", "QW83ER64TY"},
};

static void
give(CK_SESSION_HANDLE session, const char *pin, CK_RV expected)
{
	assert_rv(login_with(session, pin), expected);
}

static void
change(CK_SESSION_HANDLE session, const char *old, const char *new_pin, CK_RV expected)
{
	CK_UTF8CHAR from[VCARD_PIN_MAX], to[VCARD_PIN_MAX];

	memcpy(from, old, strlen(old));
	memcpy(to, new_pin, strlen(new_pin));
	assert_rv(p11->C_SetPIN(session, from, strlen(old), to, strlen(new_pin)), expected);
}

/* All that a PIN can meet with, at one token. */
static void
live_through_everything(enum jpki_role role, CK_BYTE signature[256])
{
	const struct secret_pins *p = &pins[role];
	CK_SESSION_HANDLE session = open_rw_session(role);

	clock_stop();
	give(session, p->malformed, CKR_PIN_INCORRECT);
	give(session, p->wrong, CKR_PIN_INCORRECT);
	change(session, p->wrong, p->new_one, CKR_FUNCTION_CANCELED); /* at once after it */
	give(session, p->right, CKR_OK);
	read_all_certificates(session);
	sign_something(session, signature);
	change(session, p->right, p->new_one, CKR_OK);
	assert_ok(p11->C_Logout(session));
	assert_int_equal(
	    vcard_fault_add(card, VCARD_FAULT_EMPTY, 3, 0, NULL), 0); /* the answer to a PIN */
	(void)login_with(session, p->new_one);
	vcard_faults_clear(card);
	reinsert();
}

static void
no_secret_is_logged(void **state)
{
	CK_BYTE signature[JPKI_ROLES][256];

	for (int role = 0; role < JPKI_ROLES; role++) {
		assert_int_equal(
		    vcard_pin_set(card, card_pin_of((enum jpki_role)role), pins[role].right, NULL),
		    0);
		live_through_everything((enum jpki_role)role, signature[role]);
	}
	assert_ok(p11->C_Finalize(NULL));
	read_log();
	assert_true(length > 5000);
	for (int role = 0; role < JPKI_ROLES; role++) {
		assert_text_not_logged(pins[role].right);
		assert_text_not_logged(pins[role].wrong);
		assert_text_not_logged(pins[role].malformed);
		assert_text_not_logged(pins[role].new_one);
		assert_no_part_logged("a signature", signature[role], sizeof(signature[role]));
		assert_certificate_not_logged((enum jpki_role)role);
	}
	assert_no_part_logged("data", (const uint8_t *)DATA, sizeof(DATA) - 1);
	assert_person_not_logged();
	assert_text_not_logged(SERIAL);
}

/* A card that sends back what it was sent is no way for a PIN into the log. */
static void
an_echo_is_not_logged(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_SIGNATURE);

	assert_int_equal(vcard_fault_add(card, VCARD_FAULT_OVERLONG, 2, 0, NULL), 0);
	(void)login_with(session, PASSWORD);
	read_log();
	assert_text_not_logged(PASSWORD);
}

/* -------------------------------------------------------------------------- what it says */

/* Every exchange is there, so that a report tells what happened. */
static void
every_exchange_is_logged(void **state)
{
	CK_BYTE signature[256];
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	uint64_t exchanges;

	sign_something(session, signature);
	assert_ok(p11->C_Logout(session));
	exchanges = vcard_ledger_totals(card).exchanges;
	read_log();
	assert_logged(": > ", exchanges);
	assert_logged(": < ", exchanges);
	assert_logged("> 00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01\n",
	    vcard_ledger_count(card, VCARD_EVENT_SELECT));
	assert_logged("> 00 20 00 98 (a PIN, not shown)\n", 1);
	assert_logged("> 80 2A 00 97 (38 bytes, not shown)\n", 1);
	assert_logged("(3 bytes: 8F 8F 00)", 1);
}

static void
what_happens_is_logged(void **state)
{
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	clock_stop();
	give(session, "9999", CKR_PIN_INCORRECT);
	give(session, "9999", CKR_FUNCTION_CANCELED);
	give(session, PIN, CKR_OK);
	assert_int_equal(inprocess_warm_reset(READER), 0);
	assert_rv(sign_message(session, sha256_pkcs1, signature), CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(state_of(session), CKS_RO_PUBLIC_SESSION);
	assert_int_equal(inprocess_eject(READER), 0);
	assert_rv(p11->C_Logout(session), CKR_DEVICE_REMOVED);
	read_log();
	assert_logged("version " JPKI_VERSION " starts", 1);
	assert_logged("label 'JPKIAPICCTOKEN2'", 1);
	assert_logged("PIN of JPKI User Authentication: ", 3);
	assert_logged("called wrong a moment ago, and given again", 1);
	assert_logged("not sent to the card: this PIN was found wrong before, and was not sent to "
		      "the card again (JPKI_ERR_PIN_REFUSED) -> CKR_FUNCTION_CANCELED\n",
	    1);
	assert_logged("it was cancelled", 0);
	assert_logged("another program reset the card", 1);
	assert_logged("there is no card any more", 1);
	assert_logged("C_Login: CKR_PIN_INCORRECT (0xA0)\n", 1);
	assert_logged("C_Login: CKR_OK (0x0)\n", 1);
	assert_logged("C_Logout: CKR_DEVICE_REMOVED (0x32)\n", 1);
}

/* What became of the card is there beside what the application is told. */
static void
a_cause_is_logged(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	inprocess_plan(INPROCESS_TRANSMIT, 2, JPKI_ERR_IO, NULL, NULL); /* the PIN */
	give(session, PIN, CKR_DEVICE_ERROR);
	read_log();
	assert_logged("the way to the card: the reader and the card do not understand each "
		      "other (JPKI_ERR_IO) -> CKR_DEVICE_ERROR\n",
	    1);
	assert_logged("C_Login: CKR_DEVICE_ERROR (0x30)\n", 1);
}

/* What is unreadable is something else than the signature that was asked for. */
static void
a_certificate_that_is_none_is_logged_as_the_cause(void **state)
{
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_SESSION_HANDLE session;

	swap_card("authentication-certificate", "not-a-certificate");
	session = open_user_session(JPKI_AUTHENTICATION);
	assert_rv(sign_message(session, sha256_pkcs1, signature), CKR_DEVICE_ERROR);
	read_log();
	assert_logged("what was read as a certificate is none, ", 1);
	assert_logged("(JPKI_ERR_DATA, told as JPKI_ERR_STATUS)\n", 1);
}

static CK_RV
try_to_open(enum jpki_role role)
{
	CK_SESSION_HANDLE session;

	return p11->C_OpenSession(slot_of(role), CKF_SERIAL_SESSION, NULL, NULL, &session);
}

static void
no_token_is_logged_with_why(void **state)
{
	CK_TOKEN_INFO info;
	CK_ULONG slots;

	swap_card("signature-certificate", "absent");
	assert_rv(p11->C_GetTokenInfo(slot_of(JPKI_SIGNATURE), &info), CKR_TOKEN_NOT_PRESENT);
	assert_int_equal(inprocess_eject(READER), 0);
	assert_rv(p11->C_GetTokenInfo(slot_of(JPKI_SIGNATURE), &info), CKR_TOKEN_NOT_PRESENT);
	assert_rv(try_to_open(JPKI_SIGNATURE), CKR_TOKEN_NOT_PRESENT);
	assert_int_equal(inprocess_remove_reader(READER), 0);
	assert_rv(try_to_open(JPKI_SIGNATURE), CKR_TOKEN_NOT_PRESENT);
	inprocess_service(false);
	assert_ok(p11->C_GetSlotList(CK_FALSE, NULL, &slots));
	assert_rv(try_to_open(JPKI_SIGNATURE), CKR_TOKEN_NOT_PRESENT);
	read_log();
	assert_logged("(JPKI_ERR_NO_KEY) -> CKR_TOKEN_NOT_PRESENT\n", 1);
	assert_logged("(JPKI_ERR_NO_CARD) -> CKR_TOKEN_NOT_PRESENT\n", 2);
	assert_logged("(JPKI_ERR_NO_READER) -> CKR_TOKEN_NOT_PRESENT\n", 1);
	assert_logged("(JPKI_ERR_NO_SERVICE) -> CKR_TOKEN_NOT_PRESENT\n", 1);
}

/* Of this call's look at the reader, whatever the last list of readers has said. */
static void
no_reader_is_logged_with_why_it_is_not_there(void **state)
{
	CK_ULONG slots;

	inprocess_service(false);
	assert_rv(try_to_open(JPKI_AUTHENTICATION), CKR_TOKEN_NOT_PRESENT);
	read_log();
	assert_logged("(JPKI_ERR_NO_SERVICE) -> CKR_TOKEN_NOT_PRESENT\n", 1);
	assert_ok(p11->C_GetSlotList(CK_FALSE, NULL, &slots));
	inprocess_service(true);
	assert_ok(try_to_open(JPKI_AUTHENTICATION));
	assert_int_equal(inprocess_remove_reader(READER), 0);
	assert_rv(try_to_open(JPKI_AUTHENTICATION), CKR_TOKEN_NOT_PRESENT);
	read_log();
	assert_logged("(JPKI_ERR_NO_SERVICE) -> CKR_TOKEN_NOT_PRESENT\n", 1);
	assert_logged("(JPKI_ERR_NO_READER) -> CKR_TOKEN_NOT_PRESENT\n", 1);
}

/* Of another kind of card it says that, and of no error that nobody is told. */
static void
a_card_of_another_kind_is_logged_as_the_cause(void **state)
{
	reinsert();
	assert_int_equal(vcard_fault_add(card, VCARD_FAULT_SW, 1, 0x6999, NULL), 0);
	assert_rv(try_to_open(JPKI_AUTHENTICATION), CKR_TOKEN_NOT_PRESENT);
	read_log();
	assert_logged("(JPKI_ERR_NOT_JPKI) -> CKR_TOKEN_NOT_PRESENT\n", 1);
	assert_logged("status word ", 0);
}

static void
an_odd_answer_about_tries_is_logged_once(void **state)
{
	CK_TOKEN_INFO info;

	assert_true(token_present(JPKI_AUTHENTICATION));
	/* the question follows a SELECT */
	assert_int_equal(vcard_fault_add(card, VCARD_FAULT_SW, 2, 0x6F42, NULL), 0);
	assert_ok(p11->C_GetTokenInfo(slot_of(JPKI_AUTHENTICATION), &info));
	read_log();
	assert_logged("> 00 20 00 98\n", 1);
	assert_logged("< 6F 42\n", 1);
	assert_logged("status word 6F42 (JPKI_ERR_STATUS)\n", 1);
}

static void
a_refused_signature_is_logged_with_its_status_word(void **state)
{
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);

	/* in both forms of the command; a SELECT comes between them */
	for (unsigned nth = 1; nth <= 3; nth += 2)
		assert_int_equal(
		    vcard_fault_add_from(card, VCARD_FAULT_SW, 0x2A, nth, 0x6985, NULL), 0);
	assert_rv(sign_message(session, sha256_pkcs1, signature), CKR_DEVICE_ERROR);
	vcard_faults_clear(card);
	assert_ok(sign_message(session, sha256_pkcs1, signature));
	read_log();
	assert_logged("status word 6985 (JPKI_ERR_LENGTH)\n", 1);
	assert_logged("status word ", 1);
	assert_logged("(JPKI_ERR_LENGTH) -> CKR_DEVICE_ERROR\n", 1);
}

static void
a_refused_pin_command_is_logged_with_its_status_word(void **state)
{
	static const struct {
		uint16_t sw;
		const char *line;
	} words[] = {
	    {0x6700, "status word 6700 (JPKI_ERR_LENGTH)\n"},
	    {0x6A86, "status word 6A86 (JPKI_ERR_UNSUPPORTED)\n"},
	    {0x6A82, "status word 6A82 (JPKI_ERR_NOT_FOUND, told as JPKI_ERR_RESET)\n"},
	    {0x6982, "status word 6982 (JPKI_ERR_NOT_VERIFIED, told as JPKI_ERR_STATUS)\n"},
	};
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	for (size_t i = 0; i < LENGTH_OF(words); i++) {
		assert_int_equal(
		    vcard_fault_add_from(card, VCARD_FAULT_SW, 0x20, 1, words[i].sw, NULL), 0);
		give(session, PIN, CKR_DEVICE_ERROR);
	}
	read_log();
	for (size_t i = 0; i < LENGTH_OF(words); i++)
		assert_logged(words[i].line, 1);
	assert_logged("status word ", LENGTH_OF(words));
}

/* In normal use a card refuses what it does not have, or knows in another form. */
static void
no_status_word_is_logged_in_normal_use(void **state)
{
	static const char *const quirks[][2] = {{NULL, NULL}, {"short-identifiers", "6a86"},
	    {"short-identifiers", "6982"}, {"short-identifiers", "6985"},
	    {"signature-certificate", "absent"}};
	CK_BYTE signature[256];

	for (size_t i = 0; i < LENGTH_OF(quirks); i++) {
		swap_card(quirks[i][0], quirks[i][1]);
		for (int role = 0; role < JPKI_ROLES; role++) {
			CK_SESSION_HANDLE session;

			if (!token_present((enum jpki_role)role))
				continue;
			session = open_session((enum jpki_role)role);
			read_all_certificates(session);
			give(session, pin_of((enum jpki_role)role), CKR_OK);
			read_all_certificates(session);
			sign_something(session, signature);
			assert_ok(p11->C_Logout(session));
		}
	}
	read_log();
	assert_logged("C_Logout: CKR_OK (0x0)\n", 2 * LENGTH_OF(quirks) - 1);
	assert_logged("status word ", 0);
}

/* The card says that it is there, but what is read of it is none. */
static void
a_certificate_that_lies_is_logged_with_why(void **state)
{
	swap_card("authentication-certificate", "length-huge");
	assert_rv(try_to_open(JPKI_AUTHENTICATION), CKR_TOKEN_NOT_PRESENT);
	read_log();
	assert_logged("the certificate for User Authentication: the card's answer "
		      "makes no sense (JPKI_ERR_DATA, told as JPKI_ERR_NO_KEY)\n",
	    2); /* such a card is asked twice */
	assert_logged("(JPKI_ERR_NO_KEY) -> CKR_TOKEN_NOT_PRESENT\n", 1);
}

static void
what_the_program_may_not_is_logged_with_why(void **state)
{
	CK_RSA_PKCS_PSS_PARAMS parameters = {CKM_SHA256, CKG_MGF1_SHA256, 20};
	CK_MECHANISM raw = {CKM_RSA_X_509, NULL, 0}, pkcs1 = {CKM_RSA_PKCS, NULL, 0},
		     pss = {CKM_SHA256_RSA_PKCS_PSS, &parameters, sizeof(parameters)};
	CK_SESSION_HANDLE session = open_user_session(JPKI_SIGNATURE);
	CK_OBJECT_HANDLE key = find_one(session, CKO_PRIVATE_KEY);
	CK_BYTE data[246] = {0}, signature[SIGNATURE_SIZE];
	CK_ULONG room = 255;

	clock_stop();
	assert_rv(p11->C_SignInit(session, &raw, key), CKR_MECHANISM_INVALID);
	assert_rv(p11->C_SignInit(session, &pss, key), CKR_MECHANISM_PARAM_INVALID);
	parameters.sLen = 32;
	settings_now.pss = PSS_OFF;
	assert_rv(p11->C_SignInit(session, &pss, key), CKR_MECHANISM_INVALID);
	assert_rv(p11->C_VerifyInit(session, &pss, find_one(session, CKO_PUBLIC_KEY)),
	    CKR_MECHANISM_INVALID);
	assert_ok(p11->C_SignInit(session, &pkcs1, key));
	assert_rv(p11->C_Sign(session, data, 1, signature, &room), CKR_BUFFER_TOO_SMALL);
	assert_rv(p11->C_Sign(session, data, sizeof(data), signature, &room), CKR_DATA_LEN_RANGE);
	assert_rv(p11->C_Login(session, CKU_USER, NULL, 4), CKR_ARGUMENTS_BAD);
	clock_skip_ms(settings_now.signature_window_ms + 1);
	assert_rv(sign_message(session, raw_pkcs1, signature), CKR_USER_NOT_LOGGED_IN);
	read_log();
	assert_logged("the program: mechanism 0x3 is not one that this can do -> "
		      "CKR_MECHANISM_INVALID\n",
	    1);
	assert_logged("a salt of 32 bytes alone -> CKR_MECHANISM_PARAM_INVALID\n", 1);
	assert_logged("no RSA-PSS: the setting pss is off -> CKR_MECHANISM_INVALID\n", 2);
	assert_logged(
	    "256 bytes are to come back, and there is room for 255 -> CKR_BUFFER_TOO_SMALL\n", 1);
	assert_logged("246 bytes of data; the mechanism takes 245 -> CKR_DATA_LEN_RANGE\n", 1);
	assert_logged("or a length is none -> CKR_ARGUMENTS_BAD\n", 1);
	assert_logged("the login is too old, or the card was locked: no PIN was given since "
		      "-> CKR_USER_NOT_LOGGED_IN\n",
	    1);
}

/* How long a signature may take that has a PIN of its own. */
#define SIGNATURE_MS 600000

static void
a_signature_that_no_pin_covers_is_logged_with_why(void **state)
{
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_SESSION_HANDLE session;

	clock_stop();
	set_window(0);
	session = open_user_session(JPKI_SIGNATURE);
	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_rv(finish_signature(session, signature), CKR_USER_NOT_LOGGED_IN);
	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_ok(context_login(session, PASSWORD));
	clock_skip_ms(SIGNATURE_MS + 1);
	assert_rv(finish_signature(session, signature), CKR_USER_NOT_LOGGED_IN);
	read_log();
	assert_logged("the program: each signature needs a PIN of its own: the setting window is 0 "
		      "-> CKR_USER_NOT_LOGGED_IN\n",
	    1);
	assert_logged("the program: the PIN of this signature is too old, or the card was locked "
		      "since -> CKR_USER_NOT_LOGGED_IN\n",
	    1);
}

/* The login that the key was found in is lost, and there is another one by now. */
static void
a_signature_of_another_login_is_logged_with_why(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_SESSION_HANDLE other = open_session(JPKI_AUTHENTICATION);
	CK_BYTE signature[SIGNATURE_SIZE];

	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_int_equal(inprocess_warm_reset(READER), 0);
	assert_rv(sign_message(other, sha256_pkcs1, signature), CKR_USER_NOT_LOGGED_IN);
	give(other, PIN, CKR_OK);
	assert_rv(finish_signature(session, signature), CKR_USER_NOT_LOGGED_IN);
	read_log();
	assert_logged("the program: the key was found in a login that has ended "
		      "-> CKR_USER_NOT_LOGGED_IN\n",
	    1);
}

static void
a_refusal_of_pss_is_logged_as_the_cause(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_BYTE signature[SIGNATURE_SIZE];

	set_quirk("sign-forms", "pkcs1");
	assert_rv(sign_message(session, sha256_pss, signature), CKR_MECHANISM_INVALID);
	assert_rv(sign_message(session, sha256_pss, signature), CKR_MECHANISM_INVALID);
	read_log();
	assert_logged("(JPKI_ERR_UNSUPPORTED) -> CKR_MECHANISM_INVALID\n", 1);
	assert_logged("no RSA-PSS: cards of this model have refused it -> "
		      "CKR_MECHANISM_INVALID\n",
	    1);
}

/* The short form of the command was refused before. */
static void
another_salt_is_no_status_word(void **state)
{
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);

	set_quirk("pss-salt", "20");
	assert_int_equal(vcard_fault_add_from(card, VCARD_FAULT_SW, 0x2A, 1, 0x6A86, NULL), 0);
	assert_rv(sign_message(session, sha256_pss, signature), CKR_MECHANISM_INVALID);
	read_log();
	assert_logged("< 6A 86\n", 1);
	assert_logged("(JPKI_ERR_UNSUPPORTED) -> CKR_MECHANISM_INVALID\n", 1);
	assert_logged("status word ", 0);
}

/* Each call's answer once, whatever it is refused for; the one that the application has got. */
static void
refused_calls_are_logged(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	CK_C_INITIALIZE_ARGS reserved = {.pReserved = &session};
	CK_C_INITIALIZE_ARGS callbacks = {.CreateMutex = NULL};

	assert_rv(p11->C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	assert_rv(p11->C_GetSlotList(CK_FALSE, NULL, NULL), CKR_ARGUMENTS_BAD);
	assert_rv(p11->C_Login(session, CKU_USER, NULL, 4), CKR_ARGUMENTS_BAD);
	assert_rv(p11->C_Logout(session + 1), CKR_SESSION_HANDLE_INVALID);
	assert_rv(p11->C_SignUpdate(session, NULL, 1), CKR_ARGUMENTS_BAD);
	assert_rv(p11->C_SignUpdate(session + 1, NULL, 1), CKR_ARGUMENTS_BAD);
	assert_rv(p11->C_Finalize(&session), CKR_ARGUMENTS_BAD);
	assert_ok(p11->C_Finalize(NULL));
	assert_rv(p11->C_Initialize(&reserved), CKR_ARGUMENTS_BAD);
	inprocess_plan(INPROCESS_START, 1, JPKI_ERR_MEMORY, NULL, NULL);
	assert_rv(C_Initialize(NULL), CKR_HOST_MEMORY); /* which the table has for all functions */
	assert_ok(p11->C_Initialize(&callbacks));
	read_log();
	assert_logged("C_Initialize: ", 5); /* the first is that of the test's set-up */
	assert_logged("C_Initialize: CKR_OK (0x0)\n", 2);
	assert_logged("C_Initialize: CKR_CRYPTOKI_ALREADY_INITIALIZED (0x191)\n", 1);
	assert_logged("C_Initialize: CKR_ARGUMENTS_BAD (0x7)\n", 1);
	assert_logged("C_Initialize: CKR_HOST_MEMORY (0x2)\n", 1);
	assert_logged("C_GetSlotList: CKR_ARGUMENTS_BAD (0x7)\n", 1);
	assert_logged("C_Login: CKR_ARGUMENTS_BAD (0x7)\n", 1);
	assert_logged("C_Logout: CKR_SESSION_HANDLE_INVALID (0xB3)\n", 1);
	assert_logged("C_SignUpdate: ", 2);
	assert_logged("C_SignUpdate: CKR_ARGUMENTS_BAD (0x7)\n", 2);
	assert_logged("C_Finalize: CKR_ARGUMENTS_BAD (0x7)\n", 1);
	assert_logged("C_Finalize: CKR_OK (0x0)\n", 1);
}

static void
codes_have_their_names(void **state)
{
	assert_string_equal(rv_name(CKR_OK), "CKR_OK");
	assert_string_equal(rv_name(CKR_GENERAL_ERROR), "CKR_GENERAL_ERROR");
	assert_string_equal(rv_name(CKR_OPERATION_CANCEL_FAILED), "CKR_OPERATION_CANCEL_FAILED");
	assert_string_equal(rv_name(0x4), "no code of PKCS#11");
	assert_string_equal(rv_name(CKR_VENDOR_DEFINED | 1), "no code of PKCS#11");
}

#define LOGGED_TEST(test) cmocka_unit_test_setup_teardown(test, set_up_with_log, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    LOGGED_TEST(no_secret_is_logged),
	    LOGGED_TEST(an_echo_is_not_logged),
	    LOGGED_TEST(every_exchange_is_logged),
	    LOGGED_TEST(what_happens_is_logged),
	    LOGGED_TEST(a_cause_is_logged),
	    LOGGED_TEST(a_certificate_that_is_none_is_logged_as_the_cause),
	    LOGGED_TEST(no_token_is_logged_with_why),
	    LOGGED_TEST(no_reader_is_logged_with_why_it_is_not_there),
	    LOGGED_TEST(a_card_of_another_kind_is_logged_as_the_cause),
	    LOGGED_TEST(an_odd_answer_about_tries_is_logged_once),
	    LOGGED_TEST(a_refused_signature_is_logged_with_its_status_word),
	    LOGGED_TEST(another_salt_is_no_status_word),
	    LOGGED_TEST(a_refused_pin_command_is_logged_with_its_status_word),
	    LOGGED_TEST(no_status_word_is_logged_in_normal_use),
	    LOGGED_TEST(a_certificate_that_lies_is_logged_with_why),
	    LOGGED_TEST(what_the_program_may_not_is_logged_with_why),
	    LOGGED_TEST(a_signature_that_no_pin_covers_is_logged_with_why),
	    LOGGED_TEST(a_signature_of_another_login_is_logged_with_why),
	    LOGGED_TEST(a_refusal_of_pss_is_logged_as_the_cause),
	    LOGGED_TEST(refused_calls_are_logged),
	    cmocka_unit_test(codes_have_their_names),
	};

	return cmocka_run_group_tests(tests, make_log, drop_log);
}
