/* SPDX-License-Identifier: BSD-2-Clause */

/* The one file that knows PC/SC (pcsc-lite). */

#include <jpki/transport.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <winscard.h>

#include "base/deadline.h"
#include "base/log.h"
#include "card/guard.h"
#include "card/pcscd.h"

/*
 * pcsc-lite holds a context's lock during a command and during a wait. So each connection and
 * each wait has a context of its own, and looking at the readers never waits for a card.
 */
struct waiter {
	SCARDCONTEXT context;
	atomic_bool cancelled;
	struct waiter *next;
};

struct jpki_service {
	pthread_mutex_t lock;
	SCARDCONTEXT context;
	bool connected;		/* the context is good, as far as we know */
	pthread_cond_t idle;	/* a wait has ended */
	struct waiter *waiters; /* the waits under way */
};

struct jpki_connection {
	SCARDCONTEXT context;
	SCARDHANDLE handle;
	DWORD protocol;
	char reader[JPKI_READER_NAME_SIZE];
	struct descriptor guard;      /* its channel */
	struct jpki_connection *next; /* that is guarded; under `talk` */
};

#define PROTOCOLS (SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)

static const struct {
	LONG code;
	int error;
} errors[] = {
    {SCARD_S_SUCCESS, JPKI_OK},
    {SCARD_E_NO_SERVICE, JPKI_ERR_NO_SERVICE},
    {SCARD_E_SERVICE_STOPPED, JPKI_ERR_NO_SERVICE},
    {SCARD_E_INVALID_HANDLE, JPKI_ERR_NO_SERVICE}, /* ours are right: the service forgot them */
    {SCARD_F_COMM_ERROR, JPKI_ERR_NO_SERVICE},
    {SCARD_F_INTERNAL_ERROR, JPKI_ERR_NO_SERVICE},
    {SCARD_E_UNKNOWN_READER, JPKI_ERR_NO_READER},
    {SCARD_E_READER_UNAVAILABLE, JPKI_ERR_NO_READER},
    {SCARD_E_NO_READERS_AVAILABLE, JPKI_ERR_NO_READER},
    {SCARD_E_NO_SMARTCARD, JPKI_ERR_NO_CARD},
    {SCARD_W_REMOVED_CARD, JPKI_ERR_NO_CARD},
    {SCARD_W_UNRESPONSIVE_CARD, JPKI_ERR_NO_CARD},
    {SCARD_W_UNPOWERED_CARD, JPKI_ERR_RESET},
    {SCARD_W_RESET_CARD, JPKI_ERR_RESET},
    {SCARD_E_SHARING_VIOLATION, JPKI_ERR_BUSY},
    {SCARD_E_TIMEOUT, JPKI_ERR_TIMEOUT},
    {SCARD_E_CANCELLED, JPKI_ERR_CANCELLED},
    {SCARD_E_NO_MEMORY, JPKI_ERR_MEMORY},
    {SCARD_E_INSUFFICIENT_BUFFER, JPKI_ERR_DATA},
};

static int
error_of(LONG code)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].code == code)
			return errors[i].error;
	return JPKI_ERR_IO;
}

/*
 * pcsc-lite has one mutex over all its contexts. Forked while another thread holds it, a child
 * finds it locked for ever. SCardEstablishContext holds it until the service has answered, and a
 * call on a context that another call is using until that one is done; the others do for less than
 * a microsecond when they begin. So the calls that the service answers at once take `talk`, and
 * so does whoever forks.
 *
 * Version 2 has one more, over what it knows of the readers: SCardListReaders, SCardGetStatusChange
 * and SCardStatus hold it until the service has answered. The last of them may wait for another
 * program's transaction, and must not keep the others from talking: `status` is shared by all who
 * are in it, and taken whole by whoever forks, before those who come later.
 *
 * What remains is that microsecond of the calls that may last (a command, another program's
 * transaction), a wait as it begins and as it hears of an event, and other users of pcsc-lite in
 * the program.
 */
static pthread_mutex_t talk = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t status = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pid_t owner; /* the process that they are of */
static struct jpki_connection *guarded;
static _Thread_local bool keeps_talk, keeps_status;

/* A service that hangs, or a long transaction, must not keep a program from forking. */
#define FORK_PATIENCE_MS 1000

static void
begin_talk(void)
{
	pthread_mutex_lock(&talk);
}

static void
end_talk(void)
{
	pthread_mutex_unlock(&talk);
}

static void
before_fork(void)
{
	struct timespec until = deadline_in(FORK_PATIENCE_MS);

	keeps_status = pthread_rwlock_timedwrlock(&status, &until) == 0;
	keeps_talk = pthread_mutex_timedlock(&talk, &until) == 0;
}

static void
after_fork_in_parent(void)
{
	if (keeps_talk)
		pthread_mutex_unlock(&talk);
	if (keeps_status)
		pthread_rwlock_unlock(&status);
}

/* What it inherits would keep a guard from hearing that its process has become another program. */
static void
after_fork_in_child(void)
{
	pthread_mutex_init(&talk, NULL);
	status = (pthread_rwlock_t)PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
	for (; guarded != NULL; guarded = guarded->next)
		descriptor_close(&guarded->guard);
	owner = getpid();
}

static bool
watch_forks(void)
{
	static bool watched;

	if (owner != getpid()) /* nobody's yet, or a fork without handlers */
		after_fork_in_child();
	if (!watched)
		watched =
		    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) == 0;
	return watched;
}

/*
 * Newer services ask polkit whom they serve, and with which reader. Programs then show what they
 * show without a reader or a card, so it is told here: again if the service let us in meanwhile,
 * but once for the readers, of which one may be refused and another one not.
 */
static atomic_bool told_of_service, told_of_reader;

static void
tell_refusal(atomic_bool *told, const char *missing)
{
	if (atomic_exchange(told, true))
		return;
	log_line(LOG_ERROR,
	    "%s: the PC/SC service refuses user %lu; a polkit rule for the actions "
	    "org.debian.pcsc-lite.access_pcsc and access_card lets in who is not logged in at the "
	    "machine itself (tools/doc/pcscd.md)",
	    missing, (unsigned long)geteuid());
}

/* Depending on who is quicker, the answer is that we may not, or that there is no service. */
static int
establish(SCARDCONTEXT *context)
{
	LONG code;
	int rv;

	begin_talk();
	code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, context);
	end_talk();
	rv = error_of(code);
	if (rv == JPKI_OK)
		told_of_service = false;
	else if ((code == SCARD_W_SECURITY_VIOLATION || rv == JPKI_ERR_NO_SERVICE) &&
		 !told_of_service && pcscd_hangs_up())
		tell_refusal(&told_of_service, "no readers");
	return rv;
}

static void
release(SCARDCONTEXT context)
{
	begin_talk();
	(void)SCardReleaseContext(context);
	end_talk();
}

static int
pcsc_start(struct jpki_service **out)
{
	struct jpki_service *service;

	if (!watch_forks())
		return JPKI_ERR_MEMORY;
	service = calloc(1, sizeof(*service));
	if (service == NULL)
		return JPKI_ERR_MEMORY;
	pthread_mutex_init(&service->lock, NULL);
	pthread_cond_init(&service->idle, NULL);
	told_of_service = told_of_reader = false;
	*out = service;
	return JPKI_OK;
}

static int
get_context(struct jpki_service *service, SCARDCONTEXT *context)
{
	int rv = JPKI_OK;

	pthread_mutex_lock(&service->lock);
	if (!service->connected)
		rv = establish(&service->context);
	service->connected = rv == JPKI_OK;
	*context = service->context;
	pthread_mutex_unlock(&service->lock);
	return rv;
}

/* After an error: was it the service? Then the next call looks for it again. */
static int
judge_context(struct jpki_service *service, SCARDCONTEXT context, LONG code)
{
	int rv = error_of(code);

	if (rv != JPKI_ERR_NO_SERVICE)
		return rv;
	pthread_mutex_lock(&service->lock);
	if (service->connected && service->context == context) {
		release(context);
		service->connected = false;
	}
	pthread_mutex_unlock(&service->lock);
	return rv;
}

/*
 * A wait may not have reached the service when it is cancelled, so it is told again until it
 * has come back.
 */
static void
pcsc_cancel(struct jpki_service *service)
{
	struct timespec soon;

	pthread_mutex_lock(&service->lock);
	while (service->waiters != NULL) {
		for (struct waiter *w = service->waiters; w != NULL; w = w->next) {
			w->cancelled = true;
			begin_talk();
			(void)SCardCancel(w->context);
			end_talk();
		}
		soon = deadline_in(10);
		(void)pthread_cond_timedwait(&service->idle, &service->lock, &soon);
	}
	pthread_mutex_unlock(&service->lock);
}

static void
pcsc_stop(struct jpki_service **service)
{
	if (*service == NULL)
		return;
	pcsc_cancel(*service);
	if ((*service)->connected)
		release((*service)->context);
	pthread_cond_destroy(&(*service)->idle);
	pthread_mutex_destroy(&(*service)->lock);
	free(*service);
	*service = NULL;
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
	SCARDCONTEXT context;
	LPSTR list = NULL;
	DWORD length = SCARD_AUTOALLOCATE;
	LONG code;
	int rv;

	*count = 0;
	rv = get_context(service, &context);
	if (rv != JPKI_OK)
		return rv;
	begin_talk();
	code = SCardListReaders(context, NULL, (LPSTR)&list, &length);
	end_talk();
	if (code == SCARD_E_NO_READERS_AVAILABLE)
		return JPKI_OK;
	if (code != SCARD_S_SUCCESS)
		return judge_context(service, context, code);
	*count = copy_names(list, names, size);
	begin_talk();
	(void)SCardFreeMemory(context, list);
	end_talk();
	return *count > size ? JPKI_ERR_BUFFER : JPKI_OK;
}

/*
 * A context outlives its service, and hears only at the next look that it has none. If the service
 * was started anew meanwhile, it has the answer: who is told once that there is no card (NSS) may
 * not ask again when it matters. So whoever looks does so twice.
 */
static int
pcsc_readers(
    struct jpki_service *service, char (*names)[JPKI_READER_NAME_SIZE], size_t size, size_t *count)
{
	int rv = list_readers(service, names, size, count);

	return rv == JPKI_ERR_NO_SERVICE ? list_readers(service, names, size, count) : rv;
}

static int
poll_once(struct jpki_service *service, struct jpki_reader_state *state)
{
	SCARD_READERSTATE pcsc = {.szReader = state->name, .dwCurrentState = SCARD_STATE_UNAWARE};
	SCARDCONTEXT context;
	LONG code;
	int rv;

	state->attached = state->present = false;
	if (state->name[0] == '\0') /* pcsc-lite has empty places, which that would find */
		return JPKI_OK;
	rv = get_context(service, &context);
	if (rv != JPKI_OK)
		return rv;
	begin_talk();
	code = SCardGetStatusChange(context, 0, &pcsc, 1);
	end_talk();
	rv = judge_context(service, context, code);
	if (rv == JPKI_ERR_NO_READER)
		return JPKI_OK;
	if (rv != JPKI_OK && rv != JPKI_ERR_TIMEOUT)
		return rv;
	if (pcsc.dwEventState & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE))
		return JPKI_OK;
	state->attached = true;
	state->present = (pcsc.dwEventState & SCARD_STATE_PRESENT) != 0 &&
			 (pcsc.dwEventState & SCARD_STATE_MUTE) == 0;
	state->events = (uint32_t)(pcsc.dwEventState >> 16) & 0xFFFF;
	return JPKI_OK;
}

static int
poll_one(struct jpki_service *service, struct jpki_reader_state *state)
{
	int rv = poll_once(service, state);

	return rv == JPKI_ERR_NO_SERVICE ? poll_once(service, state) : rv;
}

static int
pcsc_poll(struct jpki_service *service, struct jpki_reader_state *states, size_t count)
{
	int rv = JPKI_OK;

	for (size_t i = 0; i < count && rv == JPKI_OK; i++)
		rv = poll_one(service, &states[i]);
	return rv;
}

/* The readers that are attached, and the pseudo-reader that announces new ones. */
static size_t
watch_list(const struct jpki_reader_state *states, size_t count, SCARD_READERSTATE *watched)
{
	size_t length = 0;

	for (size_t i = 0; i < count; i++) {
		DWORD now = states[i].present ? SCARD_STATE_PRESENT : SCARD_STATE_EMPTY;

		if (!states[i].attached || length == PCSCLITE_MAX_READERS_CONTEXTS)
			continue;
		watched[length].szReader = states[i].name;
		watched[length++].dwCurrentState = now | (DWORD)states[i].events << 16;
	}
	watched[length++].szReader = "\\\\?PnP?\\Notification";
	return length;
}

/* Is there a reader that `states` does not know? */
static int
reader_came(
    struct jpki_service *service, const struct jpki_reader_state *states, size_t count, bool *came)
{
	char names[PCSCLITE_MAX_READERS_CONTEXTS][JPKI_READER_NAME_SIZE];
	size_t readers, i;
	int rv;

	rv = pcsc_readers(service, names, PCSCLITE_MAX_READERS_CONTEXTS, &readers);
	if (rv != JPKI_OK)
		return rv;
	for (size_t r = 0; r < readers && !*came; r++) {
		for (i = 0; i < count; i++)
			if (states[i].attached && strcmp(states[i].name, names[r]) == 0)
				break;
		*came = i == count;
	}
	return JPKI_OK;
}

static int
look_again(struct jpki_service *service, const struct jpki_reader_state *states, size_t count,
    bool *changed)
{
	int rv = JPKI_OK;

	*changed = false;
	for (size_t i = 0; i < count && rv == JPKI_OK && !*changed; i++) {
		struct jpki_reader_state now = states[i];

		rv = poll_one(service, &now);
		*changed = now.attached != states[i].attached || now.present != states[i].present ||
			   now.events != states[i].events;
	}
	if (rv == JPKI_OK && !*changed)
		rv = reader_came(service, states, count, changed);
	return rv;
}

/*
 * The service tells of a reader that comes only while we listen, so look again every second:
 * one that came between a look and the wait is not missed for long.
 */
#define WAIT_SLICE_MS 1000

static int
wait_in_slices(struct jpki_service *service, struct waiter *waiter,
    const struct jpki_reader_state *states, size_t count, int timeout_ms)
{
	SCARD_READERSTATE watched[PCSCLITE_MAX_READERS_CONTEXTS + 1] = {0};
	bool changed;
	int rv;

	for (;;) {
		DWORD slice = timeout_ms >= 0 && timeout_ms < WAIT_SLICE_MS ? (DWORD)timeout_ms
									    : WAIT_SLICE_MS;

		rv = look_again(service, states, count, &changed);
		if (rv != JPKI_OK || changed)
			return rv;
		if (timeout_ms == 0)
			return JPKI_ERR_TIMEOUT;
		rv = error_of(SCardGetStatusChange(
		    waiter->context, slice, watched, (DWORD)watch_list(states, count, watched)));
		if (waiter->cancelled)
			return JPKI_ERR_CANCELLED;
		if (rv != JPKI_OK && rv != JPKI_ERR_TIMEOUT && rv != JPKI_ERR_NO_READER)
			return rv;
		if (timeout_ms > 0)
			timeout_ms -= (int)slice;
	}
}

static void
add_waiter(struct jpki_service *service, struct waiter *waiter)
{
	pthread_mutex_lock(&service->lock);
	waiter->next = service->waiters;
	service->waiters = waiter;
	pthread_mutex_unlock(&service->lock);
}

static void
remove_waiter(struct jpki_service *service, struct waiter *waiter)
{
	struct waiter **place;

	pthread_mutex_lock(&service->lock);
	for (place = &service->waiters; *place != waiter; place = &(*place)->next)
		continue;
	*place = waiter->next;
	pthread_cond_broadcast(&service->idle);
	pthread_mutex_unlock(&service->lock);
}

static int
pcsc_wait(struct jpki_service *service, const struct jpki_reader_state *states, size_t count,
    int timeout_ms)
{
	struct waiter waiter = {0};
	int rv;

	rv = establish(&waiter.context);
	if (rv != JPKI_OK)
		return rv;
	add_waiter(service, &waiter);
	rv = wait_in_slices(service, &waiter, states, count, timeout_ms);
	remove_waiter(service, &waiter);
	release(waiter.context);
	return rv;
}

/*
 * Another program has cut the power, and yet another one has reconnected without a reset: then
 * pcsc-lite counts the card as in use, gives it no power, and refuses it to everybody.
 */
static LONG
connect_and_power(struct jpki_connection *connection, const char *reader)
{
	LONG code;

	code = SCardConnect(connection->context, reader, SCARD_SHARE_DIRECT, 0, &connection->handle,
	    &connection->protocol);
	if (code != SCARD_S_SUCCESS)
		return code;
	code = SCardReconnect(connection->handle, SCARD_SHARE_SHARED, PROTOCOLS, SCARD_UNPOWER_CARD,
	    &connection->protocol);
	if (code != SCARD_S_SUCCESS)
		(void)SCardDisconnect(connection->handle, SCARD_LEAVE_CARD);
	return code;
}

/* A service that ends in the middle seems to refuse; asked again, it is gone. */
static LONG
connect_shared(struct jpki_connection *connection, const char *reader)
{
	LONG code = SCARD_W_SECURITY_VIOLATION;

	for (int i = 0; i < 2 && code == SCARD_W_SECURITY_VIOLATION; i++)
		code = SCardConnect(connection->context, reader, SCARD_SHARE_SHARED, PROTOCOLS,
		    &connection->handle, &connection->protocol);
	return code;
}

static int
pcsc_open(struct jpki_service *service, const char *reader, struct jpki_connection **out)
{
	struct jpki_connection *connection;
	LONG code;
	int rv;

	(void)service;
	connection = calloc(1, sizeof(*connection));
	if (connection == NULL)
		return JPKI_ERR_MEMORY;
	strncpy(connection->reader, reader, sizeof(connection->reader) - 1);
	connection->guard = NO_DESCRIPTOR;
	rv = establish(&connection->context);
	if (rv != JPKI_OK)
		goto fail;
	code = connect_shared(connection, reader);
	if (code == SCARD_W_UNPOWERED_CARD)
		code = connect_and_power(connection, reader);
	if (code == SCARD_W_SECURITY_VIOLATION)
		tell_refusal(&told_of_reader, reader);
	rv = error_of(code);
	if (rv != JPKI_OK)
		goto fail;
	*out = connection;
	return JPKI_OK;
fail:
	if (connection->context != 0)
		release(connection->context);
	free(connection);
	return rv;
}

/*
 * Off and on again: left without power by SCardDisconnect, the card would stay so for a program
 * that is connected too, if it reconnects without a reset (as OpenSC does): pcsc-lite counts the
 * card as in use then, and gives it power for nobody. False if it did not come to power again.
 */
static bool
cut_power(struct jpki_connection *connection)
{
	return SCardReconnect(connection->handle, SCARD_SHARE_SHARED, PROTOCOLS, SCARD_UNPOWER_CARD,
		   &connection->protocol) == SCARD_S_SUCCESS;
}

static void
forget_guarded(const struct jpki_connection *connection)
{
	struct jpki_connection **place = &guarded;

	begin_talk();
	while (*place != NULL && *place != connection)
		place = &(*place)->next;
	if (*place != NULL)
		*place = connection->next;
	end_talk();
}

static int
pcsc_close(struct jpki_connection **connection, bool power_off)
{
	struct jpki_connection *old = *connection;
	bool cut;
	LONG code;

	if (old == NULL)
		return JPKI_OK;
	cut = power_off && cut_power(old);
	/* This ends a transaction of ours too, after the power is gone. */
	code =
	    SCardDisconnect(old->handle, power_off && !cut ? SCARD_UNPOWER_CARD : SCARD_LEAVE_CARD);
	release(old->context);
	forget_guarded(old);
	guard_stop(&old->guard, !power_off || cut || code == SCARD_S_SUCCESS);
	free(old);
	*connection = NULL;
	return cut ? JPKI_OK : error_of(code);
}

static void
pcsc_guard(struct jpki_connection *connection)
{
	if (connection->guard.number >= 0)
		return;
	connection->guard = guard_start(connection->reader);
	if (connection->guard.number < 0)
		return;
	begin_talk();
	connection->next = guarded;
	guarded = connection;
	end_talk();
}

static int
pcsc_check(struct jpki_connection *connection)
{
	DWORD name_length = 0, state, protocol, atr_length = 0;
	LONG code;

	pthread_rwlock_rdlock(&status);
	code = SCardStatus(
	    connection->handle, NULL, &name_length, &state, &protocol, NULL, &atr_length);
	pthread_rwlock_unlock(&status);
	return error_of(code);
}

static int
pcsc_begin(struct jpki_connection *connection)
{
	return error_of(SCardBeginTransaction(connection->handle));
}

static int
pcsc_end(struct jpki_connection *connection)
{
	return error_of(SCardEndTransaction(connection->handle, SCARD_LEAVE_CARD));
}

/*
 * T=0 has no Le beside data, and no command without a fifth byte (ISO 7816-3, 12.1): leave off
 * the one, add the other. A PIN is not copied for that.
 */
static const uint8_t *
for_t0(const uint8_t *command, size_t *length, uint8_t header[5])
{
	if (*length == 4) {
		memcpy(header, command, 4);
		header[4] = 0;
		*length = 5;
		return header;
	}
	if (*length == 6 + (size_t)command[4])
		(*length)--;
	return command;
}

static int
pcsc_transmit(struct jpki_connection *connection, const uint8_t *command, size_t length,
    uint8_t *response, size_t *response_length)
{
	const SCARD_IO_REQUEST *request = SCARD_PCI_T1;
	DWORD received = (DWORD)*response_length;
	uint8_t header[5];
	int rv;

	if (connection->protocol == SCARD_PROTOCOL_T0) {
		request = SCARD_PCI_T0;
		command = for_t0(command, &length, header);
	}
	rv = error_of(SCardTransmit(
	    connection->handle, request, command, (DWORD)length, NULL, response, &received));
	if (rv == JPKI_OK)
		*response_length = received;
	return rv;
}

const struct jpki_transport jpki_transport = {
    .start = pcsc_start,
    .stop = pcsc_stop,
    .readers = pcsc_readers,
    .poll = pcsc_poll,
    .wait = pcsc_wait,
    .cancel = pcsc_cancel,
    .open = pcsc_open,
    .close = pcsc_close,
    .guard = pcsc_guard,
    .check = pcsc_check,
    .begin = pcsc_begin,
    .end = pcsc_end,
    .transmit = pcsc_transmit,
};
