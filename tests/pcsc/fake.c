/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake.h"

#include <errno.h>
#include <reader.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/deadline.h"

struct fake fake = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static unsigned contexts;

const SCARD_IO_REQUEST g_rgSCardT0Pci, g_rgSCardT1Pci;

static void
enter(void)
{
	pthread_mutex_lock(&fake.lock);
}

static void
leave(void)
{
	pthread_cond_broadcast(&fake.changed);
	pthread_mutex_unlock(&fake.lock);
}

void
fake_reset(void)
{
	static const struct fake fresh;

	enter();
	memcpy((char *)&fake + offsetof(struct fake, readers),
	    (const char *)&fresh + offsetof(struct fake, readers),
	    sizeof(fake) - offsetof(struct fake, readers));
	fake.most_at_once = FAKE_READERS_MAX + 1;
	leave();
}

void
fake_hold(bool held)
{
	enter();
	fake.held = held;
	leave();
}

void
fake_sleep(bool sleepy)
{
	enter();
	fake.sleepy = sleepy;
	leave();
}

void
fake_answer(LONG answer)
{
	enter();
	fake.answer = answer;
	leave();
}

unsigned
fake_count(const unsigned *count)
{
	unsigned calls;

	enter();
	calls = *count;
	leave();
	return calls;
}

void
fake_await(const unsigned *count, unsigned calls)
{
	enter();
	while (*count < calls)
		pthread_cond_wait(&fake.changed, &fake.lock);
	leave();
}

void
fake_await_nobody(void)
{
	enter();
	while (contexts > 0)
		pthread_cond_wait(&fake.changed, &fake.lock);
	leave();
}

static LONG
count(unsigned *calls, bool waits)
{
	LONG answer;

	enter();
	while (waits && fake.held)
		pthread_cond_wait(&fake.changed, &fake.lock);
	++*calls;
	answer = fake.answer;
	leave();
	return answer;
}

LONG
SCardEstablishContext(DWORD scope, LPCVOID one, LPCVOID two, LPSCARDCONTEXT context)
{
	(void)scope;
	(void)one;
	(void)two;
	*context = 1;
	enter();
	contexts++;
	leave();
	return SCARD_S_SUCCESS;
}

LONG
SCardReleaseContext(SCARDCONTEXT context)
{
	(void)context;
	enter();
	contexts--;
	leave();
	return SCARD_S_SUCCESS;
}

LONG
SCardFreeMemory(SCARDCONTEXT context, LPCVOID memory)
{
	(void)context;
	free((void *)(uintptr_t)memory);
	return SCARD_S_SUCCESS;
}

LONG
SCardListReaders(SCARDCONTEXT context, LPCSTR groups, LPSTR names, LPDWORD length)
{
	char *list = calloc(FAKE_READERS_MAX + 1, 16), *at = list;

	(void)context;
	(void)groups;
	enter();
	for (unsigned i = 0; i < fake.readers; i++)
		if (fake.states[i] != 0)
			at += sprintf(at, "reader %u", i) + 1;
	leave();
	memcpy(names, &list, sizeof(list));
	*length = (DWORD)(at - list) + 1;
	return SCARD_S_SUCCESS;
}

/* What is said of the reader; 0: there is none. */
static DWORD
state_inlock(const char *name)
{
	unsigned i;

	if (sscanf(name, "reader %u", &i) != 1 || i >= fake.readers)
		return 0;
	return fake.states[i];
}

/* There is a card, but nothing that it has said. */
static bool
is_mute(DWORD state)
{
	return (state & SCARD_STATE_PRESENT) != 0 &&
	       (state & (SCARD_STATE_MUTE | SCARD_STATE_UNPOWERED)) != 0;
}

static void
sleep_inlock(const SCARD_READERSTATE *readers, DWORD length)
{
	for (DWORD i = 0; i < length; i++) {
		if (!is_mute(state_inlock(readers[i].szReader)))
			continue;
		fake.sleepers++;
		pthread_cond_broadcast(&fake.changed);
		while (fake.sleepy)
			pthread_cond_wait(&fake.changed, &fake.lock);
	}
}

static bool
is_new_inlock(const SCARD_READERSTATE *reader)
{
	DWORD state = state_inlock(reader->szReader);

	if (reader->szReader[0] == '\\')
		return false;
	return reader->dwCurrentState != (state & ~(DWORD)SCARD_STATE_INUSE);
}

static LONG
listen_inlock(const SCARD_READERSTATE *readers, DWORD length, const struct deadline *until)
{
	unsigned cancels = fake.cancels;

	for (;;) {
		for (DWORD i = 0; i < length; i++)
			if (is_new_inlock(&readers[i]))
				return SCARD_S_SUCCESS;
		if (fake.answer != SCARD_S_SUCCESS)
			return fake.answer;
		if (fake.cancels != cancels)
			return SCARD_E_CANCELLED;
		if (fake.restless)
			return SCARD_S_SUCCESS;
		if (deadline_wait(&fake.changed, &fake.lock, until) == ETIMEDOUT)
			return SCARD_E_TIMEOUT;
	}
}

LONG
SCardGetStatusChange(SCARDCONTEXT context, DWORD timeout, SCARD_READERSTATE *readers, DWORD length)
{
	struct deadline until = deadline_in((long)timeout);
	LONG code = SCARD_S_SUCCESS;

	(void)context;
	enter();
	if (length > fake.most_at_once)
		code = SCARD_E_INVALID_PARAMETER;
	for (DWORD i = 0; i < length && code == SCARD_S_SUCCESS; i++)
		if (readers[i].szReader[0] != '\\' && state_inlock(readers[i].szReader) == 0)
			code = SCARD_E_UNKNOWN_READER;
	sleep_inlock(readers, length);
	if (timeout == 0) {
		fake.polls++;
	} else if (code == SCARD_S_SUCCESS) {
		fake.waits++;
		fake.watched = length;
		fake.waiting++;
		pthread_cond_broadcast(&fake.changed);
		code = listen_inlock(readers, length, &until);
		fake.waiting--;
	}
	for (DWORD i = 0; i < length && code == SCARD_S_SUCCESS; i++) {
		DWORD state = state_inlock(readers[i].szReader);

		readers[i].dwEventState = state | SCARD_STATE_CHANGED;
		readers[i].cbAtr = (state & SCARD_STATE_PRESENT) != 0 && !is_mute(state) ? 2 : 0;
	}
	leave();
	return code;
}

LONG
SCardCancel(SCARDCONTEXT context)
{
	(void)context;
	enter();
	while (fake.sleepy)
		pthread_cond_wait(&fake.changed, &fake.lock);
	fake.cancels++;
	leave();
	return SCARD_S_SUCCESS;
}

LONG
SCardConnect(SCARDCONTEXT context, LPCSTR reader, DWORD share, DWORD protocols, LPSCARDHANDLE card,
    LPDWORD protocol)
{
	(void)context;
	(void)reader;
	(void)share;
	(void)protocols;
	*card = 1;
	*protocol = fake.protocol != 0 ? fake.protocol : SCARD_PROTOCOL_T1;
	return count(&fake.connected, true);
}

LONG
SCardReconnect(SCARDHANDLE card, DWORD share, DWORD protocols, DWORD what, LPDWORD protocol)
{
	(void)card;
	(void)share;
	(void)protocols;
	(void)what;
	(void)protocol;
	return count(&fake.cuts, true);
}

LONG
SCardDisconnect(SCARDHANDLE card, DWORD what)
{
	(void)card;
	return count(&fake.disconnected, what != SCARD_LEAVE_CARD);
}

LONG
SCardBeginTransaction(SCARDHANDLE card)
{
	(void)card;
	return count(&fake.begun, true);
}

LONG
SCardEndTransaction(SCARDHANDLE card, DWORD what)
{
	(void)card;
	(void)what;
	return count(&fake.ended, false);
}

LONG
SCardStatus(SCARDHANDLE card, LPSTR name, LPDWORD name_length, LPDWORD state, LPDWORD protocol,
    LPBYTE atr, LPDWORD atr_length)
{
	(void)card;
	(void)name;
	(void)name_length;
	(void)state;
	(void)protocol;
	(void)atr;
	(void)atr_length;
	return fake.answer;
}

LONG
SCardTransmit(SCARDHANDLE card, const SCARD_IO_REQUEST *request, LPCBYTE command, DWORD length,
    SCARD_IO_REQUEST *received, LPBYTE response, LPDWORD response_length)
{
	(void)card;
	(void)request;
	(void)command;
	(void)length;
	(void)received;
	(void)response;
	*response_length = 0;
	return fake.answer;
}

LONG
SCardControl(SCARDHANDLE card, DWORD code, LPCVOID question, DWORD question_length, LPVOID answer,
    DWORD size, LPDWORD length)
{
	bool features = code == CM_IOCTL_GET_FEATURE_REQUEST;

	(void)card;
	(void)question;
	(void)question_length;
	*length = 0;
	if (!features && code != fake.properties_code)
		return SCARD_E_UNSUPPORTED_FEATURE;
	*length = features ? fake.features_length : fake.properties_length;
	if (*length <= FAKE_CONTROL_MAX && *length <= size)
		memcpy(answer, features ? fake.features : fake.properties, *length);
	return count(&fake.controls, false);
}
