/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/service.h"

#include <stdlib.h>
#include <string.h>

#include "pcsc/context.h"
#include "pcsc/error.h"
#include "pcsc/fork.h"
#include "pcsc/mute.h"
#include "pcsc/pcscd.h"

int
service_start(struct jpki_service **out)
{
	struct jpki_service *service;

	if (!fork_watch())
		return JPKI_ERR_MEMORY;
	service = calloc(1, sizeof(*service));
	if (service == NULL)
		return JPKI_ERR_MEMORY;
	service->mute = mute_new();
	if (service->mute == NULL) {
		free(service);
		return JPKI_ERR_MEMORY;
	}
	pthread_mutex_init(&service->lock, NULL);
	pthread_cond_init(&service->changed, NULL);
	context_forget_refusals();
	*out = service;
	return JPKI_OK;
}

void
service_free(struct jpki_service **service)
{
	if ((*service)->connected)
		context_release((*service)->context);
	mute_free(&(*service)->mute);
	pthread_cond_destroy(&(*service)->changed);
	pthread_mutex_destroy(&(*service)->lock);
	free(*service);
	*service = NULL;
}

static int
get_context(struct jpki_service *service, SCARDCONTEXT *context)
{
	int rv = JPKI_OK;

	pthread_mutex_lock(&service->lock);
	if (!service->connected)
		rv = context_establish(&service->context);
	service->connected = rv == JPKI_OK;
	*context = service->context;
	pthread_mutex_unlock(&service->lock);
	return rv;
}

/* After an error: is the service gone? Then the next call looks for it again. */
static int
judge_context(struct jpki_service *service, SCARDCONTEXT context, int error)
{
	if (error != JPKI_ERR_NO_SERVICE)
		return error;
	mute_forget(service->mute);
	pthread_mutex_lock(&service->lock);
	if (service->connected && service->context == context) {
		context_release(context);
		service->connected = false;
	}
	pthread_mutex_unlock(&service->lock);
	return error;
}

static size_t
copy_names(const char *list, char (*names)[JPKI_READER_NAME_SIZE], size_t size)
{
	size_t count = 0;

	for (const char *name = list; *name != '\0'; name += strlen(name) + 1) {
		if (strlen(name) >= JPKI_READER_NAME_SIZE)
			continue; /* longer than PC/SC allows */
		if (count < size)
			strcpy(names[count], name);
		count++;
	}
	return count;
}

static int
list_readers(
    struct jpki_service *service, char (*names)[JPKI_READER_NAME_SIZE], size_t size, size_t *count)
{
	static atomic_long last;
	SCARDCONTEXT context;
	LPSTR list = NULL;
	DWORD length = SCARD_AUTOALLOCATE;
	LONG code;
	int rv;

	*count = 0;
	rv = get_context(service, &context);
	if (rv != JPKI_OK)
		return rv;
	fork_begin_request();
	code = SCardListReaders(context, NULL, (LPSTR)&list, &length);
	fork_end_request();
	rv = error_told_once("SCardListReaders", code, &last);
	if (code == SCARD_E_NO_READERS_AVAILABLE)
		return JPKI_OK;
	if (rv != JPKI_OK)
		return judge_context(service, context, rv);
	*count = copy_names(list, names, size);
	mute_keep(service->mute, list);
	fork_begin_request();
	(void)SCardFreeMemory(context, list);
	fork_end_request();
	return *count > size ? JPKI_ERR_BUFFER : JPKI_OK;
}

/*
 * A context outlives its service, and notices only at the next call that it is gone. By then a
 * restarted service may have the answer, and a program that is told once that there is no card
 * (NSS) may not ask again in time. So every poll is tried twice.
 */
int
service_readers(
    struct jpki_service *service, char (*names)[JPKI_READER_NAME_SIZE], size_t size, size_t *count)
{
	int rv = list_readers(service, names, size, count);

	return rv == JPKI_ERR_NO_SERVICE ? list_readers(service, names, size, count) : rv;
}

static void
note(struct jpki_reader_state *state, DWORD event_state)
{
	state->raw = (uint32_t)event_state & ~(uint32_t)SCARD_STATE_CHANGED;
	if ((event_state & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) != 0)
		return;
	state->attached = true;
	state->events = (uint32_t)(event_state >> 16) & 0xFFFF;
	if ((event_state & SCARD_STATE_PRESENT) == 0)
		return;
	state->mute = (event_state & SCARD_STATE_MUTE) != 0;
	state->present = !state->mute;
	if (state->present)
		state->insertion = pcscd_insertion(state->name, state->events);
}

/* The most readers in one call of pcsc-lite before 2.0. */
#define ASKED_MAX 16

/*
 * Ask for the state of the readers that are `known` (NULL: of all), except those known to be mute.
 */
static int
ask(struct jpki_service *service, SCARDCONTEXT context, struct jpki_reader_state *states,
    const bool *known, size_t count)
{
	static atomic_long last;
	SCARD_READERSTATE asked[ASKED_MAX] = {0};
	struct jpki_reader_state *about[ASKED_MAX];
	DWORD length = 0;
	DWORD event_state;
	LONG code;

	for (size_t i = 0; i < count; i++) {
		/* pcsc-lite would find one of its empty places by an empty name */
		if (states[i].name[0] == '\0' || (known != NULL && !known[i]))
			continue;
		event_state = mute_recall(service->mute, states[i].name);
		if (event_state != 0) {
			note(&states[i], event_state);
			continue;
		}
		asked[length].szReader = states[i].name;
		asked[length].dwCurrentState = SCARD_STATE_UNAWARE;
		about[length++] = &states[i];
	}
	if (length == 0)
		return JPKI_OK;
	fork_begin_request();
	code = SCardGetStatusChange(context, 0, asked, length);
	fork_end_request();
	for (DWORD i = 0; i < length && (code == SCARD_S_SUCCESS || code == SCARD_E_TIMEOUT); i++) {
		note(about[i], asked[i].dwEventState);
		mute_note(service->mute, &asked[i]);
	}
	return code == SCARD_E_TIMEOUT ? JPKI_OK
				       : error_told_once("SCardGetStatusChange", code, &last);
}

/*
 * A reader that pcsc-lite does not know makes the whole call fail: ask only about those that it
 * lists.
 */
static int
ask_those_known(struct jpki_service *service, SCARDCONTEXT context,
    struct jpki_reader_state *states, size_t count)
{
	char names[JPKI_READERS_MAX][JPKI_READER_NAME_SIZE];
	bool known[ASKED_MAX] = {false};
	size_t readers;
	int rv;

	rv = list_readers(service, names, JPKI_READERS_MAX, &readers);
	if (rv != JPKI_OK && rv != JPKI_ERR_BUFFER)
		return rv;
	for (size_t i = 0; i < count; i++)
		for (size_t r = 0; r < readers && r < JPKI_READERS_MAX && !known[i]; r++)
			known[i] = strcmp(names[r], states[i].name) == 0;
	return ask(service, context, states, known, count);
}

static int
poll_some(struct jpki_service *service, struct jpki_reader_state *states, size_t count)
{
	SCARDCONTEXT context;
	int rv;

	rv = get_context(service, &context);
	if (rv != JPKI_OK)
		return rv;
	rv = ask(service, context, states, NULL, count);
	for (int i = 0; i < 2 && rv == JPKI_ERR_NO_READER && count > 1; i++)
		rv = ask_those_known(service, context, states, count);
	if (rv == JPKI_ERR_NO_READER) /* the only one, or one that has just gone */
		return JPKI_OK;
	return judge_context(service, context, rv);
}

int
service_poll(struct jpki_service *service, struct jpki_reader_state *states, size_t count)
{
	int rv = JPKI_OK;

	for (size_t i = 0; i < count; i++) {
		states[i].attached = states[i].present = states[i].mute = false;
		states[i].insertion = states[i].raw = 0;
	}
	for (size_t i = 0; i < count && rv == JPKI_OK; i += ASKED_MAX) {
		size_t some = count - i < ASKED_MAX ? count - i : ASKED_MAX;

		rv = poll_some(service, &states[i], some);
		if (rv == JPKI_ERR_NO_SERVICE)
			rv = poll_some(service, &states[i], some);
	}
	return rv;
}
