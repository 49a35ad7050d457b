/* SPDX-License-Identifier: BSD-2-Clause */

/* C_Initialize, C_Finalize, C_GetInfo, function lists and interfaces. */

#include <sys/wait.h>
#include <unistd.h>

#include "../common/scheme.h"

static CK_RV
create_mutex(void **mutex)
{
	return CKR_GENERAL_ERROR;
}

static CK_RV
use_mutex(void *mutex)
{
	return CKR_GENERAL_ERROR;
}

/* The callbacks whose bit is set. */
static CK_C_INITIALIZE_ARGS
callbacks(unsigned mask, CK_FLAGS flags)
{
	return (CK_C_INITIALIZE_ARGS){
	    .CreateMutex = mask & 1 ? create_mutex : NULL,
	    .DestroyMutex = mask & 2 ? use_mutex : NULL,
	    .LockMutex = mask & 4 ? use_mutex : NULL,
	    .UnlockMutex = mask & 8 ? use_mutex : NULL,
	    .flags = flags,
	};
}

static void
initialise_twice(void **state)
{
	CK_C_INITIALIZE_ARGS wrong = callbacks(1, 0);

	assert_rv(p11->C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	assert_rv(p11->C_Initialize(&wrong), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	assert_ok(p11->C_Finalize(NULL));
	assert_rv(p11->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void
reserved_arguments_are_null(void **state)
{
	CK_C_INITIALIZE_ARGS arguments = callbacks(0, CKF_OS_LOCKING_OK);
	char not_a_string;

	arguments.pReserved = &not_a_string;
	assert_rv(p11->C_Initialize(&arguments), CKR_ARGUMENTS_BAD);
	arguments.pReserved = NULL;
	assert_ok(p11->C_Initialize(&arguments));
	assert_rv(p11->C_Finalize(&not_a_string), CKR_ARGUMENTS_BAD);
	assert_ok(p11->C_Finalize(NULL));
}

static void
some_callbacks_are_wrong(void **state)
{
	for (unsigned mask = 1; mask < 15; mask++) {
		CK_C_INITIALIZE_ARGS arguments = callbacks(mask, CKF_OS_LOCKING_OK);

		assert_rv(p11->C_Initialize(&arguments), CKR_ARGUMENTS_BAD);
		arguments.flags = 0;
		assert_rv(p11->C_Initialize(&arguments), CKR_ARGUMENTS_BAD);
	}
}

static void
callbacks_alone_cannot_lock(void **state)
{
	CK_C_INITIALIZE_ARGS arguments = callbacks(15, 0);

	assert_rv(p11->C_Initialize(&arguments), CKR_CANT_LOCK);
	arguments.flags = CKF_OS_LOCKING_OK;
	assert_ok(p11->C_Initialize(&arguments));
	assert_ok(p11->C_Finalize(NULL));
	arguments = callbacks(0, CKF_LIBRARY_CANT_CREATE_OS_THREADS);
	assert_ok(p11->C_Initialize(&arguments));
}

static void
again_after_finalize(void **state)
{
	CK_SESSION_HANDLE old = open_user_session(JPKI_AUTHENTICATION), session;
	CK_OBJECT_HANDLE key = find_one(old, CKO_PRIVATE_KEY);
	CK_SESSION_INFO info;
	CK_BYTE value[1];
	CK_ATTRIBUTE attribute = {CKA_SIGN, value, sizeof(value)};

	assert_ok(p11->C_Finalize(NULL));
	assert_true(start_module());
	assert_rv(p11->C_GetSessionInfo(old, &info), CKR_SESSION_HANDLE_INVALID);
	session = open_session(JPKI_AUTHENTICATION);
	assert_int_not_equal(session, old);
	assert_false(user_session(session));
	assert_ok(login_with(session, PIN));
	assert_rv(p11->C_GetAttributeValue(session, key, &attribute, 1), CKR_OBJECT_HANDLE_INVALID);
	assert_signs(session, JPKI_AUTHENTICATION, sha256_pkcs1);
}

static void
service_comes_later(void **state)
{
	CK_ULONG count;

	assert_int_equal(inprocess_add_reader(READER), 0);
	assert_int_equal(inprocess_insert(READER, card), 0);
	inprocess_service(false);
	for (int round = 0; round < 2; round++) {
		assert_ok(p11->C_Initialize(NULL));
		assert_ok(p11->C_GetSlotList(CK_FALSE, NULL, &count));
		assert_int_equal(count, 2);
		assert_false(token_present(JPKI_AUTHENTICATION));
		if (round == 0)
			assert_ok(p11->C_Finalize(NULL));
	}
	inprocess_service(true);
	assert_true(token_present(JPKI_AUTHENTICATION));
	assert_signs(open_user_session(JPKI_AUTHENTICATION), JPKI_AUTHENTICATION, sha256_pkcs1);
}

static void
service_restarts(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_SESSION_INFO info;

	inprocess_service(false);
	assert_rv(p11->C_GetSessionInfo(session, &info), CKR_DEVICE_REMOVED);
	assert_rv(p11->C_GetSessionInfo(session, &info), CKR_SESSION_HANDLE_INVALID);
	assert_false(token_present(JPKI_AUTHENTICATION));
	inprocess_service(true);
	assert_true(token_present(JPKI_AUTHENTICATION));
	assert_signs(open_user_session(JPKI_AUTHENTICATION), JPKI_AUTHENTICATION, sha256_pkcs1);
}

static void
service_restarts_unseen(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_SESSION_INFO info;

	inprocess_service(false);
	inprocess_service(true);
	assert_rv(p11->C_GetSessionInfo(session, &info), CKR_DEVICE_REMOVED);
	session = open_session(JPKI_AUTHENTICATION);
	assert_false(user_session(session));
	assert_ok(login_with(session, PIN));
	assert_signs(session, JPKI_AUTHENTICATION, sha256_pkcs1);
}

static bool
uninitialised(CK_SESSION_HANDLE session)
{
	CK_SESSION_INFO info;
	CK_ULONG count;

	return p11->C_GetSlotList(CK_FALSE, NULL, &count) == CKR_CRYPTOKI_NOT_INITIALIZED &&
	       p11->C_GetSessionInfo(session, &info) == CKR_CRYPTOKI_NOT_INITIALIZED &&
	       p11->C_Logout(session) == CKR_CRYPTOKI_NOT_INITIALIZED &&
	       p11->C_Finalize(NULL) == CKR_CRYPTOKI_NOT_INITIALIZED;
}

/* Without assertions, which would go on with the parent's tests. */
static bool
child_works(CK_SESSION_HANDLE parents)
{
	const CK_FUNCTION_LIST *list = pkcs11_list(p11);
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_ULONG length = sizeof(signature);
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;

	return uninitialised(parents) && start_module() &&
	       p11->C_Logout(parents) == CKR_SESSION_HANDLE_INVALID &&
	       pkcs11_open_session(list, 0, 0, &session) == CKR_OK &&
	       pkcs11_login(list, session, CKU_USER, PIN) == CKR_OK &&
	       pkcs11_find_class(list, session, CKO_PRIVATE_KEY, &key) == CKR_OK &&
	       pkcs11_sign(list, session, CKM_SHA256_RSA_PKCS, key, message, sizeof(message),
		   signature, &length) == CKR_OK &&
	       signature_verifies(sha256_pkcs1, certificate_of(JPKI_AUTHENTICATION), message,
		   sizeof(message), signature) &&
	       p11->C_Finalize(NULL) == CKR_OK;
}

static void
assert_child_works(CK_SESSION_HANDLE parents)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(child_works(parents) ? 0 : 1);
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
child_begins_anew(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);

	assert_child_works(session);
	assert_true(user_session(session));
	assert_signs(session, JPKI_AUTHENTICATION, sha256_pkcs1);
}

static void
child_of_uninitialised_parent_begins(void **state)
{
	assert_ok(p11->C_Finalize(NULL));
	assert_child_works(CK_INVALID_HANDLE);
}

static void
info_names_the_module(void **state)
{
	CK_INFO info;

	memset(&info, 0xff, sizeof(info));
	assert_ok(p11->C_GetInfo(&info));
	assert_int_equal(info.cryptokiVersion.major, 3);
	assert_int_equal(info.cryptokiVersion.minor, 0);
	assert_int_equal(info.flags, 0);
	assert_padded(info.manufacturerID, "jpki-pkcs11");
	assert_padded(info.libraryDescription, "JPKI PKCS#11 module");
	assert_int_equal(info.libraryVersion.major, JPKI_VERSION_MAJOR);
	assert_int_equal(info.libraryVersion.minor, JPKI_VERSION_MINOR);
	assert_rv(p11->C_GetInfo(NULL), CKR_ARGUMENTS_BAD);
}

static void
function_list_is_2_40(void **state)
{
	CK_FUNCTION_LIST *list;
	CK_INFO info;

	assert_rv(p11->C_GetFunctionList(NULL), CKR_ARGUMENTS_BAD);
	assert_ok(p11->C_GetFunctionList(&list));
	assert_int_equal(list->version.major, 2);
	assert_int_equal(list->version.minor, 40);
	assert_ok(p11->C_Initialize(NULL));
	assert_ok(list->C_GetInfo(&info));
	assert_int_equal(info.cryptokiVersion.major, 2);
	assert_int_equal(info.cryptokiVersion.minor, 40);
	assert_rv(list->C_GetInfo(NULL), CKR_ARGUMENTS_BAD);
	assert_ptr_equal(list->C_GetFunctionList, C_GetFunctionList);
}

static void
interfaces_are_listed(void **state)
{
	CK_INTERFACE interfaces[3];
	CK_ULONG count = 0;

	assert_rv(p11->C_GetInterfaceList(interfaces, NULL), CKR_ARGUMENTS_BAD);
	assert_ok(p11->C_GetInterfaceList(NULL, &count));
	assert_int_equal(count, 2);
	count = 1;
	assert_rv(p11->C_GetInterfaceList(interfaces, &count), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(count, 2);
	count = 3;
	assert_ok(p11->C_GetInterfaceList(interfaces, &count));
	assert_int_equal(count, 2);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(interfaces[i].pInterfaceName, "PKCS 11");
		assert_int_equal(interfaces[i].flags, 0);
	}
	assert_ptr_equal(interfaces[0].pFunctionList, own_list);
}

/* The version that C_GetInterface finds, 0 if none fits. */
static unsigned
interface_found(const char *name, CK_VERSION *version, CK_FLAGS flags)
{
	CK_UTF8CHAR text[32] = "";
	CK_INTERFACE *interface;
	CK_VERSION *found;
	CK_RV rv;

	if (name != NULL)
		memcpy(text, name, strlen(name) + 1);
	rv = p11->C_GetInterface(name != NULL ? text : NULL, version, &interface, flags);
	if (rv != CKR_OK) {
		assert_int_equal(rv, CKR_ARGUMENTS_BAD);
		return 0;
	}
	found = interface->pFunctionList;
	return found->major * 100u + found->minor;
}

static void
interfaces_are_chosen(void **state)
{
	CK_VERSION v2 = {2, 40}, v3 = {3, 0}, v3_2 = {3, 2}, v2_20 = {2, 20};

	assert_rv(p11->C_GetInterface(NULL, NULL, NULL, 0), CKR_ARGUMENTS_BAD);
	assert_int_equal(interface_found(NULL, NULL, 0), 300);
	assert_int_equal(interface_found("PKCS 11", NULL, 0), 300);
	assert_int_equal(interface_found("PKCS 11", &v2, 0), 240);
	assert_int_equal(interface_found(NULL, &v2, 0), 240);
	assert_int_equal(interface_found("PKCS 11", &v3, 0), 300);
	assert_int_equal(interface_found(NULL, &v3_2, 0), 0);
	assert_int_equal(interface_found(NULL, &v2_20, 0), 0);
	assert_int_equal(interface_found("Vendor JPKI", NULL, 0), 0);
	assert_int_equal(interface_found("PKCS 1", NULL, 0), 0);
	assert_int_equal(interface_found(NULL, NULL, CKF_INTERFACE_FORK_SAFE), 0);
}

static void
both_lists_have_the_same_functions(void **state)
{
	CK_FUNCTION_LIST *list;

	assert_ok(p11->C_GetFunctionList(&list));
#define SAME(name, ...)                                                                            \
	if (strcmp(#name, "C_GetInfo") != 0)                                                       \
		assert_ptr_equal(list->name, own_list->name);
	PKCS11_FUNCTIONS_2_40(SAME, SAME)
#undef SAME
#define THERE(name, ...) assert_non_null(own_list->name);
	PKCS11_FUNCTIONS_3_0(THERE, THERE)
#undef THERE
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(initialise_twice),
	    TEST_STOPPED(reserved_arguments_are_null),
	    TEST_STOPPED(some_callbacks_are_wrong),
	    TEST_STOPPED(callbacks_alone_cannot_lock),
	    TEST(again_after_finalize),
	    TEST_STOPPED(service_comes_later),
	    TEST(service_restarts),
	    TEST(service_restarts_unseen),
	    TEST(child_begins_anew),
	    TEST(child_of_uninitialised_parent_begins),
	    TEST(info_names_the_module),
	    TEST_STOPPED(function_list_is_2_40),
	    TEST_STOPPED(interfaces_are_listed),
	    TEST_STOPPED(interfaces_are_chosen),
	    TEST_STOPPED(both_lists_have_the_same_functions),
	};

	return RUN(tests);
}
