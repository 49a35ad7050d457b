/* SPDX-License-Identifier: BSD-2-Clause */

/* Memory that runs out, at every point of what an application commonly does. */

#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "../common/module.h"
#include "../common/scheme.h"

/* The linker puts __wrap_f where f is called, and f where __real_f is. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
enum vcard_answer __real_vcard_exchange(struct vcard *its, const uint8_t *command, size_t length,
    uint8_t *response, size_t *response_length);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
enum vcard_answer __wrap_vcard_exchange(struct vcard *its, const uint8_t *command, size_t length,
    uint8_t *response, size_t *response_length);

/* Armed in calls of the module: allocation `point` of a run fails, or all from there on do. */
static bool armed, lasting, failed;
static size_t allocations, point;

static bool
refused(void)
{
	bool refuse;

	if (!armed)
		return false;
	allocations++;
	refuse = allocations == point || (lasting && failed);
	failed = failed || refuse;
	return refuse;
}

void *
__wrap_malloc(size_t size)
{
	return refused() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return refused() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return refused() ? NULL : __real_realloc(old, size);
}

/* The card has memory of its own. */
enum vcard_answer
__wrap_vcard_exchange(struct vcard *its, const uint8_t *command, size_t length, uint8_t *response,
    size_t *response_length)
{
	bool was_armed = armed;
	enum vcard_answer answer;

	armed = false;
	answer = __real_vcard_exchange(its, command, length, response, response_length);
	armed = was_armed;
	return answer;
}

static void *
openssl_malloc(size_t size, const char *file, int line)
{
	return __wrap_malloc(size);
}

static void *
openssl_realloc(void *old, size_t size, const char *file, int line)
{
	return __wrap_realloc(old, size);
}

static void
openssl_free(void *old, const char *file, int line)
{
	free(old);
}

#ifdef __SANITIZE_ADDRESS__
/* OpenSSL 3.0 loses some of its own when it lacks memory. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libcrypto.so\n";
}
#endif

static bool
is_call(const char *call, const char *function)
{
	return strncmp(call, function, strlen(function)) == 0;
}

/*
 * Only the lack of memory may be the matter. A card that could not be looked at is not there; a
 * certificate that OpenSSL could not take apart looks like one that is none.
 */
static bool
may_answer(const char *call, CK_RV rv)
{
	switch (rv) {
	case CKR_HOST_MEMORY:
		return true;
	case CKR_TOKEN_NOT_PRESENT:
		return is_call(call, "C_OpenSession(");
	case CKR_DEVICE_ERROR:
		return is_call(call, "C_Sign(") || is_call(call, "C_GetAttributeValue(") ||
		       is_call(call, "C_Verify(");
	default:
		return false;
	}
}

static CK_RV
answered(const char *call, CK_RV rv)
{
	armed = false;
	if (rv == CKR_OK || (failed && may_answer(call, rv)))
		return rv;
	fail_msg("allocation %zu%s: 0x%lx from %s", point, lasting ? " and on" : "", rv, call);
	return rv;
}

static void
arm(void)
{
	armed = true;
}

/* Not through what records the answers: these are not of the table. */
#define CALL(call) (arm(), answered(#call, own_list->call))

static size_t logins;

/* What is signed is right, and is called right. */
static void
sign_and_verify(CK_SESSION_HANDLE session, enum jpki_role role, const struct scheme *scheme,
    CK_OBJECT_HANDLE key, CK_OBJECT_HANDLE public_key)
{
	CK_MECHANISM mechanism = pkcs11_mechanism(scheme->type);
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_ULONG length = sizeof(signature);

	if (CALL(C_SignInit(session, &mechanism, key)) != CKR_OK ||
	    CALL(C_Sign(session, message_copy(), sizeof(message), signature, &length)) != CKR_OK)
		return;
	assert_int_equal(length, sizeof(signature));
	assert_true(
	    signature_verifies(scheme, certificate_of(role), message, sizeof(message), signature));
	if (CALL(C_VerifyInit(session, &mechanism, public_key)) == CKR_OK)
		(void)CALL(C_Verify(session, message_copy(), sizeof(message), signature, length));
}

static CK_OBJECT_HANDLE
look_for(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class)
{
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof(class)};
	CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
	CK_ULONG count = 0;

	if (CALL(C_FindObjectsInit(session, &template, 1)) != CKR_OK)
		return CK_INVALID_HANDLE;
	(void)CALL(C_FindObjects(session, &object, 1, &count));
	(void)CALL(C_FindObjectsFinal(session));
	return count == 1 ? object : CK_INVALID_HANDLE;
}

static void
use_token(enum jpki_role role)
{
	CK_BYTE value[VALUE_ROOM], hash[20], pin[16];
	CK_ATTRIBUTE attributes[] = {
	    {CKA_VALUE, value, sizeof(value)}, {CKA_HASH_OF_ISSUER_PUBLIC_KEY, hash, sizeof(hash)}};
	CK_OBJECT_HANDLE key, public_key, certificate;
	CK_ULONG length = strlen(pin_of(role));
	CK_SESSION_HANDLE session;

	if (CALL(C_OpenSession(slot_of(role), CKF_SERIAL_SESSION, NULL, NULL, &session)) != CKR_OK)
		return;
	memcpy(pin, pin_of(role), length);
	logins++;
	if (CALL(C_Login(session, CKU_USER, pin, length)) != CKR_OK)
		return;
	key = look_for(session, CKO_PRIVATE_KEY);
	public_key = look_for(session, CKO_PUBLIC_KEY);
	certificate = look_for(session, CKO_CERTIFICATE);
	if (certificate != CK_INVALID_HANDLE)
		(void)CALL(C_GetAttributeValue(session, certificate, attributes, 2));
	if (key == CK_INVALID_HANDLE || public_key == CK_INVALID_HANDLE)
		return;
	sign_and_verify(session, role, sha256_pkcs1, key, public_key);
	sign_and_verify(session, role, sha256_pss, key, public_key);
}
/* Is PSS still offered? Nobody has said that the card does not know it. */
static bool
pss_listed(enum jpki_role role)
{
	CK_MECHANISM_TYPE types[64];
	CK_ULONG count = LENGTH_OF(types);

	assert_ok(own_list->C_GetMechanismList(slot_of(role), types, &count));
	for (CK_ULONG i = 0; i < count; i++)
		if (types[i] == CKM_SHA256_RSA_PKCS_PSS)
			return true;
	return false;
}

static void
use_tokens(void)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		use_token((enum jpki_role)role);
}

/* No PIN is sent but those given, none stays verified, and no errors are left with OpenSSL. */
static void
run(size_t fail_at, bool from_there_on)
{
	size_t sent = pins_sent();

	allocations = logins = 0;
	failed = false;
	point = fail_at;
	lasting = from_there_on;
	if (CALL(C_Initialize(NULL)) == CKR_OK) {
		use_tokens();
		for (int role = 0; role < JPKI_ROLES; role++)
			assert_true(pss_listed((enum jpki_role)role));
		assert_ok(CALL(C_Finalize(NULL)));
	}
	assert_true(pins_sent() - sent <= logins);
	for (int role = 0; role < JPKI_ROLES; role++)
		assert_false(vcard_pin_verified(card, card_pin_of((enum jpki_role)role)));
	assert_int_equal(ERR_peek_error(), 0);
}

/* Each point of a run, or some, and after it a run in which nothing fails. */
static void
sweep(size_t step, bool from_there_on)
{
	size_t total;

	assert_ok(own_list->C_Finalize(NULL));
	run(0, false); /* what OpenSSL keeps is allocated now */
	assert_int_equal(signatures_made(), JPKI_ROLES * 2);
	run(0, false);
	total = allocations;
	for (size_t n = 1; n <= total; n += step) {
		run(n, from_there_on);
		assert_true(failed);
		run(0, false);
	}
}

/* Every so many points; all of them with JPKI_MEMORY_STEP=1 in the environment (a minute). */
static size_t
step_of(size_t usual)
{
	const char *given = getenv("JPKI_MEMORY_STEP");

	return given != NULL ? strtoul(given, NULL, 10) : usual;
}

static void
one_allocation_fails(void **state)
{
	sweep(step_of(7), false);
}

static void
no_more_memory_from_some_point_on(void **state)
{
	sweep(step_of(29), true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(one_allocation_fails),
	    TEST(no_more_memory_from_some_point_on),
	};

	if (CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) != 1)
		return 1;
	return RUN(tests);
}
