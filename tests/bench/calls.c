/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A program that does one thing with a module, for tests/bench:
 *
 *   calls MODULE tokens                     what is told of each slot and token
 *   calls MODULE objects TOKEN              each object of a token, and its label and value
 *   calls MODULE sign TOKEN PIN TIMES       log in, and sign a short text so many times
 *   calls MODULE update TOKEN PIN PIECE TOTAL
 *                                           log in, and sign TOTAL bytes given PIECE by PIECE
 *   calls MODULE sessions COUNT             open so many, find some of them, close some and the
 * rest
 *
 * The last two, and "tokens", print the time of the processor that the parts took, a line each: a
 * name and nanoseconds. Ends with status 1, having said why, if a call fails.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../e2e/load.h"

#define SLOTS_MAX 256
#define OBJECTS_MAX 32
#define VALUE_MAX 8192
/* Looks at a session, and times that one is replaced, spread over all that there are. */
#define SAMPLES 1000

static _Noreturn void
die(const char *why)
{
	puts(why);
	exit(1);
}

static long long
cpu_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (long long)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Print what passed since *begun, and begin anew. */
static void
tell(const char *what, long long *begun)
{
	printf("%s %lld\n", what, cpu_ns() - *begun);
	*begun = cpu_ns();
}

static unsigned long
number(const char *text)
{
	return strtoul(text, NULL, 10);
}

static void
look_at_tokens(char **words)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG count = SLOTS_MAX;
	CK_SLOT_INFO slot;
	CK_TOKEN_INFO token;
	long long begun = cpu_ns();

	(void)words;
	expect("C_GetSlotList", p11->C_GetSlotList(CK_FALSE, slots, &count));
	for (CK_ULONG i = 0; i < count; i++) {
		expect("C_GetSlotInfo", p11->C_GetSlotInfo(slots[i], &slot));
		if ((slot.flags & CKF_TOKEN_PRESENT) != 0)
			expect("C_GetTokenInfo", p11->C_GetTokenInfo(slots[i], &token));
	}
	tell("tokens", &begun);
}

/* The label of a token, which blanks fill up. */
static int
is_called(const CK_TOKEN_INFO *token, const char *label)
{
	size_t length = strlen(label);

	return length <= sizeof(token->label) && memcmp(token->label, label, length) == 0 &&
	       (length == sizeof(token->label) || token->label[length] == ' ');
}

static CK_SLOT_ID
find_token(const char *label)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG count = SLOTS_MAX;
	CK_TOKEN_INFO token;

	expect("C_GetSlotList", p11->C_GetSlotList(CK_TRUE, slots, &count));
	for (CK_ULONG i = 0; i < count; i++) {
		expect("C_GetTokenInfo", p11->C_GetTokenInfo(slots[i], &token));
		if (is_called(&token, label))
			return slots[i];
	}
	die(label);
}

static void
look_at_objects(char **words)
{
	CK_SESSION_HANDLE session = open_session(find_token(words[0]));
	CK_OBJECT_HANDLE objects[OBJECTS_MAX];
	static CK_BYTE label[VALUE_MAX], value[VALUE_MAX];
	CK_ULONG total;

	expect("finding", pkcs11_find_objects(p11, session, NULL, 0, objects, OBJECTS_MAX, &total));
	for (CK_ULONG i = 0; i < total && i < OBJECTS_MAX; i++) {
		CK_ATTRIBUTE wanted[] = {
		    {CKA_LABEL, label, sizeof(label)}, {CKA_VALUE, value, sizeof(value)}};

		/* one that has no value says so */
		(void)p11->C_GetAttributeValue(session, objects[i], wanted, 2);
	}
}

static void
sign(char **words)
{
	CK_SESSION_HANDLE session = open_user_session(find_token(words[0]), words[1]);
	CK_OBJECT_HANDLE key = private_key(session);
	CK_BYTE signature[SIGNATURE_SIZE];

	for (unsigned long i = number(words[2]); i > 0; i--)
		expect("a signature", sign_text(session, key, signature));
}

static void
update(char **words)
{
	CK_SESSION_HANDLE session = open_user_session(find_token(words[0]), words[1]);
	CK_ULONG piece = number(words[2]), length = SIGNATURE_SIZE;
	CK_BYTE *data = calloc(1, piece), signature[SIGNATURE_SIZE];
	long long begun;

	if (data == NULL || piece == 0)
		die("no room for data");
	expect("C_SignInit",
	    pkcs11_sign_init(p11, session, CKM_SHA256_RSA_PKCS, private_key(session)));
	begun = cpu_ns();
	for (unsigned long left = number(words[3]); left > 0; left -= piece < left ? piece : left)
		expect(
		    "C_SignUpdate", p11->C_SignUpdate(session, data, piece < left ? piece : left));
	tell("update", &begun);
	expect("C_SignFinal", p11->C_SignFinal(session, signature, &length));
	free(data);
}

/* Each of them is closed, and another one opened in its place. */
static void
replace_sessions(CK_SLOT_ID slot, CK_SESSION_HANDLE *sessions, CK_ULONG count)
{
	for (CK_ULONG i = 0; i < SAMPLES; i++) {
		CK_ULONG which = i * count / SAMPLES;

		expect("C_CloseSession", p11->C_CloseSession(sessions[which]));
		sessions[which] = open_session(slot);
	}
}

static void
look_at_sessions(const CK_SESSION_HANDLE *sessions, CK_ULONG count)
{
	CK_SESSION_INFO info;

	for (CK_ULONG i = 0; i < SAMPLES; i++)
		expect("C_GetSessionInfo",
		    p11->C_GetSessionInfo(sessions[i * count / SAMPLES], &info));
}

/* One session is kept open throughout, so that what ends with the last one does not count. */
static void
use_sessions(char **words)
{
	CK_SLOT_ID slot = find_token(words[0]);
	CK_SESSION_HANDLE kept = open_session(slot);
	CK_ULONG count = number(words[1]);
	CK_SESSION_HANDLE *sessions = calloc(count, sizeof(*sessions));
	long long begun;

	if (sessions == NULL || count == 0)
		die("no room for sessions");
	begun = cpu_ns();
	for (CK_ULONG i = 0; i < count; i++)
		sessions[i] = open_session(slot);
	tell("open", &begun);
	look_at_sessions(sessions, count);
	tell("find", &begun);
	replace_sessions(slot, sessions, count);
	tell("replace", &begun);
	expect("C_CloseSession", p11->C_CloseSession(kept));
	expect("C_CloseAllSessions", p11->C_CloseAllSessions(slot));
	tell("close-all", &begun);
	free(sessions);
}

static const struct {
	const char *word;
	int arguments;
	void (*function)(char **words);
} verbs[] = {
    {"tokens", 0, look_at_tokens},
    {"objects", 1, look_at_objects},
    {"sign", 3, sign},
    {"update", 4, update},
    {"sessions", 2, use_sessions},
};

int
main(int argc, char **argv)
{
	long long begun = cpu_ns();

	for (size_t i = 0; argc > 2 && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(argv[2], verbs[i].word) != 0 || argc != 3 + verbs[i].arguments)
			continue;
		(void)load(argv[1]);
		expect("C_Initialize", p11->C_Initialize(NULL));
		tell("initialize", &begun);
		verbs[i].function(argv + 3);
		expect("C_Finalize", p11->C_Finalize(NULL));
		return 0;
	}
	fputs("usage: calls MODULE tokens|objects|sign|update|sessions [ARGUMENT]...\n", stderr);
	return 2;
}
