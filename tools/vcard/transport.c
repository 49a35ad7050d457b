/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "simulated_pcsc.h"

/*
 * Lock order: the simulated service's lock, then a card's. An exchange with a card, which may be
 * slow, runs without the simulated service's lock; reader->busy keeps the card from being taken
 * away.
 */

/* Count the call and carry out its plan. Returns the plan's error; JPKI_OK: go on with the call. */
static int
arrive(enum inprocess_call call)
{
	struct plan due = {.left = 0};
	struct plan *plan = &pcsc.plans[call];

	pthread_mutex_lock(&pcsc.lock);
	pcsc.calls[call]++;
	if (plan->left > 0 && --plan->left == 0)
		due = *plan;
	pthread_mutex_unlock(&pcsc.lock);
	if (due.run != NULL)
		due.run(due.context);
	return due.error;
}

static void
leave(void)
{
	pthread_cond_broadcast(&pcsc.changed);
	pthread_mutex_unlock(&pcsc.lock);
}

static int
service_status_inlock(void)
{
	return pcsc.stopped ? JPKI_ERR_NO_SERVICE : JPKI_OK;
}

static int
inprocess_start(struct jpki_service **out)
{
	struct jpki_service *service;
	int result = arrive(INPROCESS_START);

	*out = NULL;
	if (result != JPKI_OK)
		return result;
	service = calloc(1, sizeof(*service));
	if (service == NULL)
		return JPKI_ERR_MEMORY;
	*out = service;
	return JPKI_OK;
}

/* End the connection's transaction, whatever its depth. */
static void
release_inlock(struct jpki_connection *connection)
{
	struct reader *reader = connection->reader;

	if (reader->holder != connection)
		return;
	reader->holder = NULL;
	reader->depth = 0;
}

static void
inprocess_stop(struct jpki_service **service)
{
	struct jpki_service *old = service != NULL ? *service : NULL;

	if (old == NULL)
		return;
	*service = NULL;
	pthread_mutex_lock(&pcsc.lock);
	for (struct jpki_connection *c = pcsc.connections; c != NULL; c = c->next) {
		if (c->service != old)
			continue;
		release_inlock(c);
		c->service = NULL;
	}
	old->stopping = true;
	pthread_cond_broadcast(&pcsc.changed);
	while (old->waiters > 0)
		pthread_cond_wait(&pcsc.changed, &pcsc.lock);
	pthread_mutex_unlock(&pcsc.lock);
	free(old);
}

static int
inprocess_readers(
    struct jpki_service *service, char (*names)[JPKI_READER_NAME_SIZE], size_t size, size_t *count)
{
	int result = arrive(INPROCESS_READERS_CALL);

	(void)service;
	*count = 0;
	if (result != JPKI_OK)
		return result;
	pthread_mutex_lock(&pcsc.lock);
	result = service_status_inlock();
	for (size_t i = 0; result == JPKI_OK && i < INPROCESS_READERS; i++) {
		if (!pcsc.readers[i].attached)
			continue;
		if (*count < size)
			memcpy(names[*count], pcsc.readers[i].name, JPKI_READER_NAME_SIZE);
		++*count;
	}
	if (*count > size)
		result = JPKI_ERR_BUFFER;
	pthread_mutex_unlock(&pcsc.lock);
	return result;
}

/* FNV-1a. */
static void
hash(uint64_t *sum, const void *data, size_t length)
{
	for (const unsigned char *byte = data; length > 0; length--)
		*sum = (*sum ^ *byte++) * 0x100000001B3;
}

static uint64_t
insertion_inlock(const struct reader *reader)
{
	uint64_t sum = 0xCBF29CE484222325;
	pid_t process = getpid();

	hash(&sum, &process, sizeof(process));
	hash(&sum, &pcsc.number, sizeof(pcsc.number));
	hash(&sum, &pcsc.generation, sizeof(pcsc.generation));
	hash(&sum, reader->name, strlen(reader->name));
	hash(&sum, &reader->events, sizeof(reader->events));
	return sum != 0 ? sum : 1;
}

static struct jpki_reader_state
state_now_inlock(const char *name)
{
	const struct reader *reader = reader_find_inlock(name);
	struct jpki_reader_state now = {.attached = reader != NULL};

	memcpy(now.name, name, strnlen(name, sizeof(now.name) - 1));
	if (reader != NULL) {
		now.present = reader->card != NULL;
		now.mute = reader->occupied && reader->card == NULL;
		now.events = reader->events;
		now.insertion = now.present ? insertion_inlock(reader) : 0;
	}
	return now;
}

static int
inprocess_poll(struct jpki_service *service, struct jpki_reader_state *states, size_t count)
{
	int result = arrive(INPROCESS_POLL);

	(void)service;
	if (result != JPKI_OK)
		return result;
	pthread_mutex_lock(&pcsc.lock);
	result = service_status_inlock();
	for (size_t i = 0; result == JPKI_OK && i < count; i++)
		states[i] = state_now_inlock(states[i].name);
	pthread_mutex_unlock(&pcsc.lock);
	return result;
}

/* Has a reader changed since `states`, or is one attached that is not in `states`? */
static bool
differs_inlock(const struct jpki_reader_state *states, size_t count)
{
	size_t attached = 0, known = 0;

	for (size_t i = 0; i < count; i++) {
		struct jpki_reader_state now = state_now_inlock(states[i].name);

		if (now.attached != states[i].attached || now.present != states[i].present ||
		    now.mute != states[i].mute || now.events != states[i].events)
			return true;
		known += now.attached;
	}
	for (size_t i = 0; i < INPROCESS_READERS; i++)
		attached += pcsc.readers[i].attached;
	return attached != known;
}

static struct timespec
deadline(int timeout_ms)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += timeout_ms / 1000;
	at.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_nsec -= 1000000000;
		at.tv_sec++;
	}
	return at;
}

/* Wait for a change. Returns false if none came before the deadline (NULL: no deadline). */
static bool
wait_for_change_inlock(const struct timespec *until)
{
	if (until != NULL)
		return pthread_cond_clockwait(&pcsc.changed, &pcsc.lock, CLOCK_MONOTONIC, until) !=
		       ETIMEDOUT;
	pthread_cond_wait(&pcsc.changed, &pcsc.lock);
	return true;
}

static int
wait_inlock(const struct jpki_service *service, const struct jpki_reader_state *states,
    size_t count, int timeout_ms)
{
	uint64_t cancels = service->cancels, generation = pcsc.generation;
	struct timespec until = deadline(timeout_ms < 0 ? 0 : timeout_ms);
	bool late = false;

	for (;;) {
		if (service->stopping || service->cancels != cancels)
			return JPKI_ERR_CANCELLED;
		if (service_status_inlock() != JPKI_OK || generation != pcsc.generation)
			return JPKI_ERR_NO_SERVICE;
		if (differs_inlock(states, count))
			return JPKI_OK;
		if (late)
			return JPKI_ERR_TIMEOUT;
		late = !wait_for_change_inlock(timeout_ms < 0 ? NULL : &until);
	}
}

static int
inprocess_wait(struct jpki_service *service, const struct jpki_reader_state *states, size_t count,
    int timeout_ms)
{
	int result = arrive(INPROCESS_WAIT);

	if (result != JPKI_OK)
		return result;
	pthread_mutex_lock(&pcsc.lock);
	service->waiters++;
	result = wait_inlock(service, states, count, timeout_ms);
	service->waiters--;
	leave();
	return result;
}

static void
inprocess_cancel(struct jpki_service *service)
{
	pthread_mutex_lock(&pcsc.lock);
	service->cancels++;
	leave();
}

static int
open_inlock(struct jpki_service *service, const char *name, struct jpki_connection *connection)
{
	struct reader *reader = reader_find_inlock(name);

	if (service_status_inlock() != JPKI_OK)
		return JPKI_ERR_NO_SERVICE;
	if (reader == NULL)
		return JPKI_ERR_NO_READER;
	if (reader->card == NULL)
		return reader->occupied ? JPKI_ERR_MUTE : JPKI_ERR_NO_CARD;
	if (reader->exclusive)
		return JPKI_ERR_BUSY;
	vcard_power_on(reader->card);
	*connection = (struct jpki_connection){
	    .service = service,
	    .generation = pcsc.generation,
	    .reader = reader,
	    .attachment = reader->attachment,
	    .events = reader->events,
	    .resets = reader->resets,
	    .next = pcsc.connections,
	};
	pcsc.connections = connection;
	return JPKI_OK;
}

/* Connect. Waits while another connection is in a transaction with the card, as pcscd does. */
static int
open_in_time_inlock(struct jpki_service *service, const char *name, int patience_ms,
    struct jpki_connection *connection)
{
	struct timespec until = deadline(patience_ms < 0 ? 0 : patience_ms);
	const struct reader *reader;

	while ((reader = reader_find_inlock(name)) != NULL && reader->holder != NULL &&
	       service_status_inlock() == JPKI_OK)
		if (!wait_for_change_inlock(patience_ms < 0 ? NULL : &until))
			return JPKI_ERR_HELD;
	return open_inlock(service, name, connection);
}

static int
inprocess_open(
    struct jpki_service *service, const char *reader, int patience_ms, struct jpki_connection **out)
{
	struct jpki_connection *connection;
	int result = arrive(INPROCESS_OPEN);

	*out = NULL;
	if (result != JPKI_OK)
		return result;
	connection = calloc(1, sizeof(*connection));
	if (connection == NULL)
		return JPKI_ERR_MEMORY;
	pthread_mutex_lock(&pcsc.lock);
	result = open_in_time_inlock(service, reader, patience_ms, connection);
	leave();
	if (result != JPKI_OK)
		free(connection);
	else
		*out = connection;
	return result;
}

static int
status_inlock(const struct jpki_connection *connection)
{
	const struct reader *reader = connection->reader;

	if (connection->service == NULL || pcsc.stopped ||
	    connection->generation != pcsc.generation)
		return JPKI_ERR_NO_SERVICE;
	if (!reader->attached || reader->attachment != connection->attachment)
		return JPKI_ERR_NO_READER;
	if (reader->card == NULL || reader->events != connection->events)
		return JPKI_ERR_NO_CARD;
	return reader->resets != connection->resets ? JPKI_ERR_RESET : JPKI_OK;
}

/* Is the connection's card still in the reader? It may have been reset. */
static bool
same_card_inlock(const struct jpki_connection *connection)
{
	int status = status_inlock(connection);

	return status == JPKI_OK || status == JPKI_ERR_RESET;
}

/*
 * Wait while another connection is in a transaction with the card. Returns true if none is any
 * more, false after the patience.
 */
static bool
wait_for_turn_inlock(const struct jpki_connection *connection, int patience_ms)
{
	struct timespec until = deadline(patience_ms < 0 ? 0 : patience_ms);
	const struct reader *reader = connection->reader;

	while (
	    same_card_inlock(connection) && reader->holder != NULL && reader->holder != connection)
		if (!wait_for_change_inlock(patience_ms < 0 ? NULL : &until))
			return false;
	return true;
}

static void
forget_inlock(const struct jpki_connection *connection)
{
	struct jpki_connection **at = &pcsc.connections;

	while (*at != connection)
		at = &(*at)->next;
	*at = connection->next;
}

/* Take the mark off the file: the owner's permission to execute it. */
static void
unmark(int file)
{
	struct stat info;

	if (fstat(file, &info) == 0)
		(void)fchmod(file, info.st_mode & ~(mode_t)S_IXUSR);
}

/*
 * Cut the power of the connection's card if the card is still there, and take the mark off the
 * file `held` (-1: none).
 */
static void
cut_power_inlock(struct jpki_connection *connection, int held)
{
	if (!same_card_inlock(connection))
		return;
	reader_cut_power_inlock(connection->reader);
	if (held >= 0)
		unmark(held);
}

static void
give_back_inlock(struct jpki_connection *connection, int held)
{
	release_inlock(connection);
	forget_inlock(connection);
	if (held >= 0)
		(void)close(held);
	free(connection->share);
	free(connection);
}

/* A close that goes on in a thread of its own. */
struct attempt {
	struct jpki_connection *connection;
	int held;
};

static void *
go_on_closing(void *context)
{
	struct attempt *attempt = context;

	pthread_mutex_lock(&pcsc.lock);
	(void)wait_for_turn_inlock(attempt->connection, -1);
	cut_power_inlock(attempt->connection, attempt->held);
	give_back_inlock(attempt->connection, attempt->held);
	leave();
	free(attempt);
	return NULL;
}

/* Continue the close in a thread. Returns false if none could be started. */
static bool
close_later(struct jpki_connection *connection, int held)
{
	struct attempt *attempt = malloc(sizeof(*attempt));
	pthread_t thread;

	if (attempt == NULL)
		return false;
	*attempt = (struct attempt){connection, held};
	if (pthread_create(&thread, NULL, go_on_closing, attempt) != 0) {
		free(attempt);
		return false;
	}
	(void)pthread_detach(thread);
	return true;
}

#define CLOSE_PATIENCE_MS 1500

/* Returns JPKI_ERR_HELD if a thread goes on with the close: it owns the connection then. */
static int
close_inlock(struct jpki_connection *connection, bool power_off, int held)
{
	int result = JPKI_OK;

	if (power_off && !wait_for_turn_inlock(connection, CLOSE_PATIENCE_MS)) {
		if (close_later(connection, held))
			return JPKI_ERR_HELD;
		(void)wait_for_turn_inlock(connection, -1);
	}
	if (power_off) {
		if (!same_card_inlock(connection))
			result = status_inlock(connection);
		cut_power_inlock(connection, held);
	}
	give_back_inlock(connection, held);
	return result;
}

static int
inprocess_close(struct jpki_connection **connection, bool power_off, int held)
{
	struct jpki_connection *old = connection != NULL ? *connection : NULL;
	int planned, result;

	if (old == NULL) {
		if (held >= 0)
			(void)close(held);
		return JPKI_OK;
	}
	*connection = NULL;
	planned = arrive(INPROCESS_CLOSE);
	pthread_mutex_lock(&pcsc.lock);
	result = close_inlock(old, power_off && planned == JPKI_OK, held);
	leave();
	return planned != JPKI_OK ? planned : result;
}

static void
inprocess_guard(struct jpki_connection *connection, const char *share, uint32_t events)
{
	(void)events;
	pthread_mutex_lock(&pcsc.lock);
	free(connection->share);
	connection->share = share != NULL ? strdup(share) : NULL;
	connection->guarded = true;
	pthread_mutex_unlock(&pcsc.lock);
}

static void
inprocess_guard_until(struct jpki_connection *connection, uint64_t moment)
{
	pthread_mutex_lock(&pcsc.lock);
	connection->guarded_until = moment;
	pthread_mutex_unlock(&pcsc.lock);
}

static int
inprocess_check(struct jpki_connection *connection)
{
	int result = arrive(INPROCESS_CHECK);

	if (result != JPKI_OK)
		return result;
	pthread_mutex_lock(&pcsc.lock);
	result = status_inlock(connection);
	pthread_mutex_unlock(&pcsc.lock);
	return result;
}

static int
inprocess_atr(struct jpki_connection *connection, uint8_t atr[JPKI_ATR_MAX], size_t *length)
{
	int result;

	pthread_mutex_lock(&pcsc.lock);
	result = status_inlock(connection);
	if (result == JPKI_OK)
		*length = vcard_atr(connection->reader->card, atr);
	pthread_mutex_unlock(&pcsc.lock);
	return result;
}

static size_t
inprocess_longest_of(struct jpki_connection *connection)
{
	size_t longest;

	(void)arrive(INPROCESS_LONGEST);
	pthread_mutex_lock(&pcsc.lock);
	longest = connection->reader->longest;
	pthread_mutex_unlock(&pcsc.lock);
	return longest;
}

static int
inprocess_reset_card(struct jpki_connection *connection)
{
	int result;

	pthread_mutex_lock(&pcsc.lock);
	result = status_inlock(connection);
	if (result == JPKI_OK) {
		vcard_warm_reset(connection->reader->card);
		connection->resets = ++connection->reader->resets;
	}
	leave();
	return result;
}

static int
inprocess_begin(struct jpki_connection *connection, int patience_ms)
{
	int result = arrive(INPROCESS_BEGIN);

	if (result != JPKI_OK)
		return result;
	pthread_mutex_lock(&pcsc.lock);
	result = wait_for_turn_inlock(connection, patience_ms) ? status_inlock(connection)
							       : JPKI_ERR_HELD;
	if (result == JPKI_OK) {
		connection->reader->holder = connection;
		connection->reader->depth++;
	}
	pthread_mutex_unlock(&pcsc.lock);
	return result;
}

static int
end_inlock(struct jpki_connection *connection)
{
	struct reader *reader = connection->reader;
	int status = status_inlock(connection);

	if (reader->holder != connection)
		return status != JPKI_OK ? status : JPKI_ERR_ARGUMENT;
	if (--reader->depth == 0)
		reader->holder = NULL;
	return status;
}

static int
inprocess_end(struct jpki_connection *connection)
{
	int result = arrive(INPROCESS_END);

	pthread_mutex_lock(&pcsc.lock);
	if (result != JPKI_OK)
		end_inlock(connection);
	else
		result = end_inlock(connection);
	leave();
	return result;
}

/*
 * Wait for the connection's turn and keep its card from being taken away (reader->busy). Returns
 * NULL with *result set if there is no card to use.
 */
static struct vcard *
seize(struct jpki_connection *connection, int *result)
{
	struct vcard *card = NULL;

	pthread_mutex_lock(&pcsc.lock);
	(void)wait_for_turn_inlock(connection, -1);
	*result = status_inlock(connection);
	if (*result == JPKI_OK) {
		card = connection->reader->card;
		connection->reader->busy++;
	}
	pthread_mutex_unlock(&pcsc.lock);
	return card;
}

static int
let_go(struct jpki_connection *connection, enum vcard_answer answer)
{
	struct reader *reader = connection->reader;
	int result;

	pthread_mutex_lock(&pcsc.lock);
	reader->busy--;
	result = status_inlock(connection);
	if (result == JPKI_OK && answer == VCARD_MUTE)
		result = JPKI_ERR_IO;
	if (result == JPKI_OK && answer == VCARD_GONE) {
		reader_empty_inlock(reader);
		result = JPKI_ERR_NO_CARD;
	}
	leave();
	return result;
}

static int
inprocess_transmit(struct jpki_connection *connection, const uint8_t *command, size_t length,
    uint8_t *response, size_t *response_length)
{
	uint8_t received[VCARD_RESPONSE_MAX];
	size_t received_length, size = *response_length;
	struct vcard *card;
	int result = arrive(INPROCESS_TRANSMIT);

	*response_length = 0;
	if (result != JPKI_OK)
		return result;
	if (length < 4 || length > JPKI_COMMAND_MAX)
		return JPKI_ERR_ARGUMENT;
	card = seize(connection, &result);
	if (card == NULL)
		return result;
	result =
	    let_go(connection, vcard_exchange(card, command, length, received, &received_length));
	if (result != JPKI_OK)
		return result;
	result = arrive(INPROCESS_ANSWER);
	if (result != JPKI_OK)
		return result;
	if (received_length > size)
		return JPKI_ERR_DATA;
	memcpy(response, received, received_length);
	*response_length = received_length;
	return JPKI_OK;
}

const struct jpki_transport jpki_transport = {
    .start = inprocess_start,
    .stop = inprocess_stop,
    .readers = inprocess_readers,
    .poll = inprocess_poll,
    .wait = inprocess_wait,
    .cancel = inprocess_cancel,
    .open = inprocess_open,
    .close = inprocess_close,
    .guard = inprocess_guard,
    .guard_until = inprocess_guard_until,
    .check = inprocess_check,
    .atr = inprocess_atr,
    .longest = inprocess_longest_of,
    .reset = inprocess_reset_card,
    .begin = inprocess_begin,
    .end = inprocess_end,
    .transmit = inprocess_transmit,
};
