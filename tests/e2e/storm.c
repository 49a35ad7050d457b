/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Eight threads that open sessions, find the key, log in, sign and close, while somebody pulls
 * the card and puts it back. Prints a line as soon as a signature has been made, and at the end
 * how many there were; anything that may not happen ends it with status 1.
 * tests/e2e/test_storm.py runs it under ThreadSanitizer.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../common/tsan.h"
#include "load.h"

#define THREADS 8

static char *pin;
static time_t end;
static atomic_ulong rounds, signatures;

/* What may come of a call while the card goes and comes and others log out. */
static const CK_RV weather[] = {
    CKR_OK,
    CKR_DEVICE_REMOVED,
    CKR_DEVICE_ERROR,
    CKR_SESSION_HANDLE_INVALID,
    CKR_TOKEN_NOT_PRESENT,
    CKR_USER_ALREADY_LOGGED_IN,
    CKR_USER_NOT_LOGGED_IN,
    CKR_KEY_HANDLE_INVALID,
};

static bool
went(const char *what, CK_RV rv)
{
	for (size_t i = 0; i < sizeof(weather) / sizeof(weather[0]); i++)
		if (rv == weather[i])
			return rv == CKR_OK;
	printf("%s answered 0x%lx\n", what, rv);
	fflush(stdout);
	_Exit(1);
}

static void
do_round(CK_SLOT_ID slot, unsigned number)
{
	CK_SESSION_HANDLE session;
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_OBJECT_HANDLE key;
	CK_TOKEN_INFO info;

	(void)went("C_GetTokenInfo", p11->C_GetTokenInfo(slot, &info));
	if (!went("C_OpenSession", pkcs11_open_session(p11, slot, 0, &session)))
		return;
	(void)went("C_Login", pkcs11_login(p11, session, CKU_USER, pin));
	if (went("finding", pkcs11_find_class(p11, session, CKO_PRIVATE_KEY, &key)) &&
	    key != CK_INVALID_HANDLE && went("signing", sign_text(session, key, signature)) &&
	    atomic_fetch_add(&signatures, 1) == 0) {
		puts("signed");
		fflush(stdout);
	}
	if (number % 4 == 0)
		(void)went("C_Logout", p11->C_Logout(session));
	(void)went("C_CloseSession", p11->C_CloseSession(session));
	atomic_fetch_add(&rounds, 1);
}

static void *
work(void *slot)
{
	for (unsigned number = 1; time(NULL) < end; number++)
		do_round(*(CK_SLOT_ID *)slot, number);
	return NULL;
}

int
main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	CK_SLOT_ID slot = 0;

	if (argc != 4) {
		fprintf(stderr, "usage: storm MODULE PIN SECONDS\n");
		return 2;
	}
	(void)load(argv[1]);
	pin = argv[2];
	end = time(NULL) + atoi(argv[3]);
	(void)went("C_Initialize", p11->C_Initialize(NULL));
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, &slot) != 0)
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	(void)went("C_Finalize", p11->C_Finalize(NULL));
	printf("%lu rounds, %lu signatures\n", rounds, signatures);
	return signatures > 0 ? 0 : 1;
}
