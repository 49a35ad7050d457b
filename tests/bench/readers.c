/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A PC/SC library in place of libpcsclite, found by LD_LIBRARY_PATH: pcscd serves sixteen readers
 * at most, this one as many as JPKI_BENCH_READERS says. If JPKI_BENCH_PKI names the state folder of
 * a virtual card, a card with its keys is in each of them. At the end it writes to standard error
 * how many calls there were, and how many commands for cards.
 */

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

#include "vcard.h"

#define READERS_MAX 100
#define NAME_SIZE sizeof("reader 00")
#define CONTEXT 1

PCSC_API const SCARD_IO_REQUEST g_rgSCardT0Pci = {SCARD_PROTOCOL_T0, sizeof(SCARD_IO_REQUEST)};
PCSC_API const SCARD_IO_REQUEST g_rgSCardT1Pci = {SCARD_PROTOCOL_T1, sizeof(SCARD_IO_REQUEST)};
PCSC_API const SCARD_IO_REQUEST g_rgSCardRawPci = {SCARD_PROTOCOL_RAW, sizeof(SCARD_IO_REQUEST)};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t cancelled;
	unsigned long readers, calls, commands, cancels;
	struct vcard *cards[READERS_MAX]; /* NULL: there is none */
} service = {.lock = PTHREAD_MUTEX_INITIALIZER, .cancelled = PTHREAD_COND_INITIALIZER};

static void
count(unsigned long *what)
{
	(void)pthread_mutex_lock(&service.lock);
	++*what;
	(void)pthread_mutex_unlock(&service.lock);
}

static void
die(const char *why)
{
	fprintf(stderr, "readers: %s\n", why);
	exit(2);
}

static void __attribute__((constructor)) begin(void)
{
	const char *readers = getenv("JPKI_BENCH_READERS"), *folder = getenv("JPKI_BENCH_PKI");
	struct vcard_options options = {0};
	struct vcard_error error;

	service.readers = readers != NULL ? strtoul(readers, NULL, 10) : 2;
	if (service.readers > READERS_MAX)
		die("too many readers");
	if (folder == NULL)
		return;
	if (vcard_pki_open(&options.pki, folder, NULL, &error) != 0)
		die(error.text);
	for (unsigned long i = 0; i < service.readers; i++)
		if (vcard_new(&service.cards[i], &options, &error) != 0)
			die(error.text);
	vcard_pki_free(&options.pki);
}

static void __attribute__((destructor)) end(void)
{
	fprintf(stderr, "readers: %lu calls, %lu commands\n", service.calls, service.commands);
	for (unsigned long i = 0; i < service.readers; i++)
		vcard_free(&service.cards[i]);
}

/* ---------------------------------------------------------------------------- contexts */

PCSC_API LONG
SCardEstablishContext(DWORD scope, LPCVOID one, LPCVOID two, LPSCARDCONTEXT context)
{
	(void)scope;
	(void)one;
	(void)two;
	count(&service.calls);
	*context = CONTEXT;
	return SCARD_S_SUCCESS;
}

PCSC_API LONG
SCardReleaseContext(SCARDCONTEXT context)
{
	(void)context;
	count(&service.calls);
	return SCARD_S_SUCCESS;
}

PCSC_API LONG
SCardIsValidContext(SCARDCONTEXT context)
{
	return context == CONTEXT ? SCARD_S_SUCCESS : SCARD_E_INVALID_HANDLE;
}

PCSC_API LONG
SCardCancel(SCARDCONTEXT context)
{
	(void)context;
	(void)pthread_mutex_lock(&service.lock);
	service.cancels++;
	(void)pthread_cond_broadcast(&service.cancelled);
	(void)pthread_mutex_unlock(&service.lock);
	return SCARD_S_SUCCESS;
}

PCSC_API LONG
SCardFreeMemory(SCARDCONTEXT context, LPCVOID memory)
{
	union {
		LPCVOID given;
		void *ours;
	} pointer = {.given = memory};

	(void)context;
	free(pointer.ours);
	return SCARD_S_SUCCESS;
}

/* ----------------------------------------------------------------------------- readers */

static void
name_of(unsigned long reader, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "reader %02u", (unsigned)(reader % READERS_MAX));
}

/* READERS_MAX if there is none of that name. */
static unsigned long
find(const char *wanted)
{
	char name[NAME_SIZE];

	for (unsigned long i = 0; i < service.readers; i++) {
		name_of(i, name);
		if (strcmp(name, wanted) == 0)
			return i;
	}
	return READERS_MAX;
}

static void
fill_list(char *list)
{
	for (unsigned long i = 0; i < service.readers; i++) {
		name_of(i, list);
		list += strlen(list) + 1;
	}
	*list = '\0';
}

PCSC_API LONG
SCardListReaders(SCARDCONTEXT context, LPCSTR groups, LPSTR names, LPDWORD length)
{
	static char list[READERS_MAX * NAME_SIZE + 1];
	DWORD size = (DWORD)service.readers * NAME_SIZE + 1;
	bool allocate = *length == SCARD_AUTOALLOCATE;
	char *copy = names;

	(void)context;
	(void)groups;
	count(&service.calls);
	if (service.readers == 0)
		return SCARD_E_NO_READERS_AVAILABLE;
	if (names != NULL && !allocate && *length < size)
		return SCARD_E_INSUFFICIENT_BUFFER;
	*length = size;
	fill_list(list);
	if (names == NULL)
		return SCARD_S_SUCCESS;
	if (allocate) {
		copy = malloc(size);
		*(char **)names = copy;
	}
	if (copy == NULL)
		return SCARD_E_NO_MEMORY;
	memcpy(copy, list, size);
	return SCARD_S_SUCCESS;
}

/* Whether any differs from what the caller knows. */
static bool
look(SCARD_READERSTATE *states, DWORD length)
{
	bool changed = false;

	for (DWORD i = 0; i < length; i++) {
		SCARD_READERSTATE *state = &states[i];
		unsigned long reader = find(state->szReader);
		DWORD is = SCARD_STATE_UNKNOWN;

		if (strncmp(state->szReader, "\\\\?PnP?\\", 8) == 0)
			is = state->dwCurrentState;
		else if (reader < READERS_MAX)
			is =
			    service.cards[reader] != NULL ? SCARD_STATE_PRESENT : SCARD_STATE_EMPTY;
		state->dwEventState = is;
		if (((is ^ state->dwCurrentState) & (SCARD_STATE_PRESENT | SCARD_STATE_EMPTY)) == 0)
			continue;
		state->dwEventState |= SCARD_STATE_CHANGED;
		changed = true;
		if (is == SCARD_STATE_PRESENT)
			state->cbAtr = (DWORD)vcard_atr(service.cards[reader], state->rgbAtr);
	}
	return changed;
}

/* Nothing ever changes here. */
static LONG
wait_for_nothing(DWORD milliseconds)
{
	struct timespec until;
	unsigned long before;
	int error = 0;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += milliseconds == INFINITE ? 86400 : (time_t)(milliseconds / 1000);
	until.tv_nsec += (long)(milliseconds % 1000) * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	(void)pthread_mutex_lock(&service.lock);
	before = service.cancels;
	while (error != ETIMEDOUT && service.cancels == before)
		error = pthread_cond_timedwait(&service.cancelled, &service.lock, &until);
	(void)pthread_mutex_unlock(&service.lock);
	return error == ETIMEDOUT ? SCARD_E_TIMEOUT : SCARD_E_CANCELLED;
}

PCSC_API LONG
SCardGetStatusChange(
    SCARDCONTEXT context, DWORD milliseconds, SCARD_READERSTATE *states, DWORD length)
{
	(void)context;
	count(&service.calls);
	if (look(states, length))
		return SCARD_S_SUCCESS;
	return milliseconds == 0 ? SCARD_E_TIMEOUT : wait_for_nothing(milliseconds);
}

/* ------------------------------------------------------------------------------- cards */

/* A handle is the number of a reader, from 1. */
static struct vcard *
card_of(SCARDHANDLE handle)
{
	return handle >= 1 && (unsigned long)handle <= service.readers
		   ? service.cards[(unsigned long)handle - 1]
		   : NULL;
}

PCSC_API LONG
SCardConnect(SCARDCONTEXT context, LPCSTR name, DWORD share, DWORD protocols, LPSCARDHANDLE handle,
    LPDWORD protocol)
{
	unsigned long reader = find(name);

	(void)context;
	(void)share;
	(void)protocols;
	count(&service.calls);
	if (reader == READERS_MAX)
		return SCARD_E_UNKNOWN_READER;
	if (service.cards[reader] == NULL)
		return SCARD_E_NO_SMARTCARD;
	vcard_power_on(service.cards[reader]);
	*handle = (SCARDHANDLE)reader + 1;
	*protocol = SCARD_PROTOCOL_T1;
	return SCARD_S_SUCCESS;
}

static LONG
end_with(SCARDHANDLE handle, DWORD action)
{
	struct vcard *card = card_of(handle);

	count(&service.calls);
	if (card == NULL)
		return SCARD_E_INVALID_HANDLE;
	if (action == SCARD_UNPOWER_CARD)
		vcard_power_off(card);
	else if (action == SCARD_RESET_CARD)
		vcard_warm_reset(card);
	return SCARD_S_SUCCESS;
}

PCSC_API LONG
SCardReconnect(SCARDHANDLE handle, DWORD share, DWORD protocols, DWORD action, LPDWORD protocol)
{
	LONG code = end_with(handle, action);

	(void)share;
	(void)protocols;
	if (code != SCARD_S_SUCCESS)
		return code;
	vcard_power_on(card_of(handle));
	*protocol = SCARD_PROTOCOL_T1;
	return SCARD_S_SUCCESS;
}

PCSC_API LONG
SCardDisconnect(SCARDHANDLE handle, DWORD action)
{
	return end_with(handle, action);
}

PCSC_API LONG
SCardBeginTransaction(SCARDHANDLE handle)
{
	return end_with(handle, SCARD_LEAVE_CARD);
}

PCSC_API LONG
SCardEndTransaction(SCARDHANDLE handle, DWORD action)
{
	return end_with(handle, action);
}

PCSC_API LONG
SCardStatus(SCARDHANDLE handle, LPSTR name, LPDWORD name_length, LPDWORD state, LPDWORD protocol,
    LPBYTE atr, LPDWORD atr_length)
{
	struct vcard *card = card_of(handle);
	uint8_t answer[VCARD_ATR_MAX];
	size_t length;

	(void)name;
	count(&service.calls);
	if (card == NULL)
		return SCARD_E_INVALID_HANDLE;
	length = vcard_atr(card, answer);
	if (name_length != NULL)
		*name_length = NAME_SIZE;
	if (state != NULL)
		*state = SCARD_PRESENT | SCARD_POWERED | SCARD_NEGOTIABLE;
	if (protocol != NULL)
		*protocol = SCARD_PROTOCOL_T1;
	if (atr != NULL && atr_length != NULL && *atr_length >= length)
		memcpy(atr, answer, length);
	if (atr_length != NULL)
		*atr_length = (DWORD)length;
	return SCARD_S_SUCCESS;
}

PCSC_API LONG
SCardTransmit(SCARDHANDLE handle, const SCARD_IO_REQUEST *send, LPCBYTE command, DWORD length,
    SCARD_IO_REQUEST *received, LPBYTE response, LPDWORD response_length)
{
	struct vcard *card = card_of(handle);
	uint8_t answer[VCARD_RESPONSE_MAX];
	size_t answer_length;

	(void)send;
	(void)received;
	count(&service.commands);
	if (card == NULL)
		return SCARD_E_INVALID_HANDLE;
	if (vcard_exchange(card, command, length, answer, &answer_length) != VCARD_ANSWERED)
		return SCARD_E_NOT_TRANSACTED;
	if (answer_length > *response_length)
		return SCARD_E_INSUFFICIENT_BUFFER;
	memcpy(response, answer, answer_length);
	*response_length = (DWORD)answer_length;
	return SCARD_S_SUCCESS;
}

PCSC_API LONG
SCardGetAttrib(SCARDHANDLE handle, DWORD attribute, LPBYTE value, LPDWORD length)
{
	(void)handle;
	(void)attribute;
	(void)value;
	(void)length;
	return SCARD_E_UNSUPPORTED_FEATURE;
}

PCSC_API LONG
SCardControl(SCARDHANDLE handle, DWORD code, LPCVOID sent, DWORD sent_length, LPVOID response,
    DWORD size, LPDWORD length)
{
	(void)handle;
	(void)code;
	(void)sent;
	(void)sent_length;
	(void)response;
	(void)size;
	(void)length;
	return SCARD_E_UNSUPPORTED_FEATURE;
}
