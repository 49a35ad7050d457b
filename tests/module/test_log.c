/* SPDX-License-Identifier: BSD-2-Clause */

/* The log: what it says, and what it never says, at its highest level. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/log.h"
#include "clock.h"
#include "fixture.h"
#include "reader/settings.h"
#include "scheme.h"
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
make_world_with_log(void **state)
{
	return truncate(path, 0) != 0 ? -1 : make_world(state);
}

static void
read_log(void)
{
	FILE *file = fopen(path, "r");
	struct stat info;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &info), 0);
	free(text);
	text = malloc((size_t)info.st_size + 1);
	assert_non_null(text);
	length = fread(text, 1, (size_t)info.st_size, file);
	text[length] = '\0';
	fclose(file);
}

static unsigned
count_of(const char *what)
{
	unsigned n = 0;

	for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

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
	CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
	CK_BYTE data[] = DATA;
	CK_ULONG size = 256;

	assert_ok(p11->C_SignInit(session, &mechanism, find_one(session, CKO_PRIVATE_KEY)));
	assert_ok(p11->C_Sign(session, data, sizeof(data) - 1, signature, &size));
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

	(void)state;
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

	(void)state;
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

	(void)state;
	sign_something(session, signature);
	assert_ok(p11->C_Logout(session));
	exchanges = vcard_ledger_totals(card).exchanges;
	read_log();
	assert_int_equal(count_of(": > "), exchanges);
	assert_int_equal(count_of(": < "), exchanges);
	assert_int_equal(count_of("> 00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01\n"),
	    vcard_ledger_count(card, VCARD_EVENT_SELECT));
	assert_int_equal(count_of("> 00 20 00 98 (a PIN, not shown)\n"), 1);
	assert_int_equal(count_of("> 80 2A 00 97 (38 bytes, not shown)\n"), 1);
	assert_int_equal(count_of("(3 bytes: 8F 8F 00)"), 1);
}

static void
what_happens_is_logged(void **state)
{
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	(void)state;
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
	assert_int_equal(count_of("version " JPKI_VERSION " starts"), 1);
	assert_int_equal(count_of("label 'JPKIAPICCTOKEN2'"), 1);
	assert_int_equal(count_of("PIN of JPKI User Authentication: "), 3);
	assert_int_equal(count_of("called wrong a moment ago, and given again"), 1);
	assert_int_equal(count_of("another program reset the card"), 1);
	assert_int_equal(count_of("there is no card any more"), 1);
	assert_int_equal(count_of("C_Login: CKR_PIN_INCORRECT (0xA0)\n"), 1);
	assert_int_equal(count_of("C_Login: CKR_OK (0x0)\n"), 1);
	assert_int_equal(count_of("C_Logout: CKR_DEVICE_REMOVED (0x32)\n"), 1);
}

/* What became of the card is there beside what the application is told. */
static void
a_cause_is_logged(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	(void)state;
	inprocess_plan(INPROCESS_TRANSMIT, 2, JPKI_ERR_IO, NULL, NULL); /* the PIN */
	give(session, PIN, CKR_DEVICE_ERROR);
	read_log();
	assert_int_equal(count_of(" -> CKR_DEVICE_ERROR\n"), 1);
	assert_non_null(strstr(text, jpki_strerror(JPKI_ERR_IO)));
	assert_int_equal(count_of("C_Login: CKR_DEVICE_ERROR (0x30)\n"), 1);
}

/* Each call's answer once, whatever it is refused for; the one that the application has got. */
static void
refused_calls_are_logged(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	CK_C_INITIALIZE_ARGS reserved = {.pReserved = &session};
	CK_C_INITIALIZE_ARGS callbacks = {.CreateMutex = NULL};

	(void)state;
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
	assert_int_equal(
	    count_of("C_Initialize: "), 5); /* the first is that of the test's set-up */
	assert_int_equal(count_of("C_Initialize: CKR_OK (0x0)\n"), 2);
	assert_int_equal(count_of("C_Initialize: CKR_CRYPTOKI_ALREADY_INITIALIZED (0x191)\n"), 1);
	assert_int_equal(count_of("C_Initialize: CKR_ARGUMENTS_BAD (0x7)\n"), 1);
	assert_int_equal(count_of("C_Initialize: CKR_HOST_MEMORY (0x2)\n"), 1);
	assert_int_equal(count_of("C_GetSlotList: CKR_ARGUMENTS_BAD (0x7)\n"), 1);
	assert_int_equal(count_of("C_Login: CKR_ARGUMENTS_BAD (0x7)\n"), 1);
	assert_int_equal(count_of("C_Logout: CKR_SESSION_HANDLE_INVALID (0xB3)\n"), 1);
	assert_int_equal(count_of("C_SignUpdate: "), 2);
	assert_int_equal(count_of("C_SignUpdate: CKR_ARGUMENTS_BAD (0x7)\n"), 2);
	assert_int_equal(count_of("C_Finalize: CKR_ARGUMENTS_BAD (0x7)\n"), 1);
	assert_int_equal(count_of("C_Finalize: CKR_OK (0x0)\n"), 1);
}

static void
codes_have_their_names(void **state)
{
	(void)state;
	assert_string_equal(rv_name(CKR_OK), "CKR_OK");
	assert_string_equal(rv_name(CKR_GENERAL_ERROR), "CKR_GENERAL_ERROR");
	assert_string_equal(rv_name(CKR_OPERATION_CANCEL_FAILED), "CKR_OPERATION_CANCEL_FAILED");
	assert_string_equal(rv_name(0x4), "no code of PKCS#11");
	assert_string_equal(rv_name(CKR_VENDOR_DEFINED | 1), "no code of PKCS#11");
}

/* ------------------------------------------------------------------------ the log itself */

static void
levels(void **state)
{
	(void)state;
	assert_int_equal(log_level_of("trace"), LOG_TRACE);
	assert_int_equal(log_level_of("TRACE"), -1);
	assert_int_equal(log_level_of(""), -1);
	for (enum log_level level = LOG_OFF; level < LOG_LEVELS; level++) {
		assert_int_equal(truncate(path, 0), 0);
		log_start(level, path);
		log_line(LOG_ERROR, "one");
		log_line(LOG_INFO, "two");
		log_line(LOG_TRACE, "three");
		read_log();
		assert_int_equal(count_of("\n"), level);
		log_stop();
	}
}

static void
lines_are_short_and_harmless(void **state)
{
	char long_text[2000];

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_int_equal(truncate(path, 0), 0);
	log_start(LOG_INFO, path);
	log_line(LOG_INFO, "%s", long_text);
	log_line(LOG_INFO, "a\nb\x1b[31m\x7f\xc2\x9b利用者");
	log_stop();
	read_log();
	assert_int_equal(count_of("\n"), 2);
	assert_true(strchr(text, '\n') - text <= 500);
	assert_int_equal(count_of("a?b?[31m???利用者\n"), 1);
}

/* A daemon closes all files, and opens its own: those are not ours to write to, or to close. */
static void
another_s_file_is_left_alone(void **state)
{
	char other[] = "/tmp/jpki-other-XXXXXX";
	struct stat info;
	int file, first = dup(STDERR_FILENO);

	(void)state;
	assert_true(first >= 0);
	assert_int_equal(close(first), 0);
	log_start(LOG_INFO, path);
	assert_int_equal(close(first), 0); /* the lowest number that is free was the log's */
	file = mkstemp(other);
	assert_int_equal(file, first);
	log_line(LOG_INFO, "a line");
	log_stop();
	assert_int_equal(fstat(file, &info), 0);
	assert_int_equal(info.st_size, 0);
	assert_int_equal(close(file), 0);
	assert_int_equal(unlink(other), 0);
}

static void
a_new_file_is_its_owner_s(void **state)
{
	struct stat info;

	(void)state;
	assert_int_equal(unlink(path), 0);
	log_start(LOG_INFO, path);
	log_stop();
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
}

#define LOGGED_TEST(test) cmocka_unit_test_setup_teardown(test, make_world_with_log, drop_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    LOGGED_TEST(no_secret_is_logged),
	    LOGGED_TEST(an_echo_is_not_logged),
	    LOGGED_TEST(every_exchange_is_logged),
	    LOGGED_TEST(what_happens_is_logged),
	    LOGGED_TEST(a_cause_is_logged),
	    LOGGED_TEST(refused_calls_are_logged),
	    cmocka_unit_test(codes_have_their_names),
	    cmocka_unit_test(levels),
	    cmocka_unit_test(lines_are_short_and_harmless),
	    cmocka_unit_test(another_s_file_is_left_alone),
	    cmocka_unit_test(a_new_file_is_its_owner_s),
	};

	return cmocka_run_group_tests(tests, make_log, drop_log);
}
