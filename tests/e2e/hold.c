/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Keeps a module loaded and does what it is told, a line a call, until there are no more lines.
 * To each it answers with one line, the code in hexadecimal and what the call gave.
 * tests/e2e/test_faults.py talks to it while card and service go and come.
 */

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "load.h"

#define SLOTS_MAX 64

static CK_SESSION_HANDLE session;
static CK_BYTE signature[SIGNATURE_SIZE];

static void
say(CK_RV rv, const char *more)
{
	printf("%lx%s%s\n", rv, more[0] != '\0' ? " " : "", more);
}

static void
initialize(const char *argument)
{
	(void)argument;
	say(p11->C_Initialize(NULL), "");
}

static void
finalize(const char *argument)
{
	(void)argument;
	say(p11->C_Finalize(NULL), "");
}

/* How many tokens there are. */
static void
tokens(const char *argument)
{
	CK_ULONG count = 0;
	char number[32];
	CK_RV rv;

	(void)argument;
	(void)p11->C_GetSlotList(CK_FALSE, NULL, &count); /* look for readers */
	rv = p11->C_GetSlotList(CK_TRUE, NULL, &count);
	snprintf(number, sizeof(number), "%lu", count);
	say(rv, number);
}

/* How many slots there are and, of these, tokens; asked with a buffer that is ready, and never what
 * size it must have. */
static void
ready(const char *argument)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG all = SLOTS_MAX, with_token = SLOTS_MAX;
	char numbers[64];
	CK_RV rv = p11->C_GetSlotList(CK_FALSE, slots, &all);

	(void)argument;
	if (rv == CKR_OK)
		rv = p11->C_GetSlotList(CK_TRUE, slots, &with_token);
	snprintf(numbers, sizeof(numbers), "%lu %lu", all, with_token);
	say(rv, numbers);
}

/* The slot is given as a digit. */
static void
open_slot(const char *argument)
{
	CK_SLOT_ID slot = (CK_SLOT_ID)(argument[0] - '0');

	say(pkcs11_open_session(p11, slot, 0, &session), "");
}

static void
login(const char *argument)
{
	say(pkcs11_login(p11, session, CKU_USER, argument), "");
}

static void
state(const char *argument)
{
	CK_SESSION_INFO info;
	CK_RV rv = p11->C_GetSessionInfo(session, &info);

	(void)argument;
	say(rv, rv != CKR_OK ? "" : info.state == CKS_RO_USER_FUNCTIONS ? "user" : "public");
}

static CK_RV
make_signature(void)
{
	CK_OBJECT_HANDLE key;
	CK_RV rv = pkcs11_find_class(p11, session, CKO_PRIVATE_KEY, &key);

	return rv != CKR_OK ? rv : sign_text(session, key, signature);
}

static void
sign(const char *argument)
{
	char hex[2 * SIGNATURE_SIZE + 1] = "";
	CK_RV rv = make_signature();

	(void)argument;
	for (size_t i = 0; rv == CKR_OK && i < sizeof(signature); i++)
		snprintf(hex + 2 * i, 3, "%02x", signature[i]);
	say(rv, hex);
}

/* Two lines: one when it has begun, one when something has gone wrong. */
static void
sign_until_trouble(const char *argument)
{
	CK_RV rv = make_signature();

	(void)argument;
	say(rv, "");
	while (rv == CKR_OK)
		rv = make_signature();
	say(rv, "");
}

static pthread_t waiter;
static CK_RV waited;

static void *
wait_for_event(void *context)
{
	CK_SLOT_ID slot;

	(void)context;
	waited = p11->C_WaitForSlotEvent(0, &slot, NULL);
	return NULL;
}

static void
begin_waiting(const char *argument)
{
	(void)argument;
	say(pthread_create(&waiter, NULL, wait_for_event, NULL) == 0 ? CKR_OK : CKR_HOST_MEMORY,
	    "");
}

/* What the wait came to. */
static void
end_waiting(const char *argument)
{
	(void)argument;
	(void)pthread_join(waiter, NULL);
	say(waited, "");
}

static const struct {
	const char *name;
	void (*call)(const char *argument);
} calls[] = {
    {"initialize", initialize},
    {"finalize", finalize},
    {"tokens", tokens},
    {"ready", ready},
    {"open", open_slot},
    {"login", login},
    {"state", state},
    {"sign", sign},
    {"sign-until-trouble", sign_until_trouble},
    {"begin-waiting", begin_waiting},
    {"end-waiting", end_waiting},
};

static void
obey(char *line)
{
	char *argument = strchr(line, ' ');

	if (argument != NULL)
		*argument++ = '\0';
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, line) == 0) {
			calls[i].call(argument != NULL ? argument : "");
			return;
		}
	printf("unknown: %s\n", line);
}

int
main(int argc, char **argv)
{
	char line[128];

	if (argc != 2) {
		fprintf(stderr, "usage: hold MODULE\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	(void)load(argv[1]);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		obey(line);
	}
	return 0;
}
